"""From bytes to a URL: the keys that make work findable again, and the stores that hold it."""
