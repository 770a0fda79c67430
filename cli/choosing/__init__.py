"""``covers choose``: the page, brought by a server on this machine, that applies each choice when it is made."""
