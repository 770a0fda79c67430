"""The page that a server brings: what its script sends to the server, and what it expects in answer.

The server's own page is ``render_page(manifest, ..., live=Live(address))``. Each action is one request,
``POST <address>/<action>`` with a JSON object, from the page's own origin:

===============  ===================================================  =============================================
action           the object                                           what it asks for
===============  ===================================================  =============================================
``choose``       ``slug``, and the picture (see below)                this picture is to be the post's cover
``without``      ``slug``                                             the post is to have no cover
``take``         ``slug``, and the picture                            another picture by its model, beside this one
``remove``       ``slug``, and the picture                            this picture is to leave the page
``everywhere``   ``model``                                            this model's picture for each post that has one
``rest``         nothing                                              default covers are to count as chosen
``look``         nothing                                              each cover made anew in today's look and title
``undo``         nothing                                              the last of these undone
===============  ===================================================  =============================================

A picture is ``thumbnail`` (its key), ``model``, ``variation``, and ``original`` (its original's key), if its outcome
has one: the same four as of each choice in a saved file. The answer is an `Answer` as JSON, with status 200. Any other
status answers ``{"error": <a sentence>}``, which the page shows; it then shows the post as it was. Actions wait for
each other's answers, so that a choice and its undoing never change places; only ``take``, which takes its time, runs
beside them.
"""

from collections.abc import Collection

from typing_extensions import TypedDict

from gallery.manifest import Manifest
from gallery.page import Live, render_posts, tally

__all__ = ["Answer", "Live", "answer"]


class Answer(TypedDict):
    """What an action did."""

    posts: dict[str, str]
    """The posts that changed, as HTML by slug: each takes the place of its section on the page."""
    tally: str
    """The line beside the heading."""
    said: str
    """What was done, as a sentence that the page shows for a while."""
    undo: str
    """What can be undone now, in words; "" if nothing."""


def answer(manifest: Manifest, changed: Collection[str], *, said: str, undo: str = "") -> Answer:
    """Return the answer to an action after which the batch is as in ``manifest``; ``changed`` are posts' slugs."""
    return {"posts": render_posts(manifest, changed), "tally": tally(manifest), "said": said, "undo": undo}
