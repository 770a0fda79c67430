"""The start page: all batches, newest first, each with a few of its pictures and a link to its page."""

from collections.abc import Callable, Sequence

from gallery.batches import MOST_BATCHES, Batch
from gallery.document import TEMPLATES, blog_name, count, joined, render, spent
from gallery.spending import spending_lines

__all__ = ["render_start_page"]


def render_start_page(
    batches: Sequence[Batch],
    page_address: Callable[[str], str],
    picture_address: Callable[[str], str],
    expires_at: str | None = None,
) -> str:
    """Return the start page as HTML, for a key at the bucket's root.

    The two functions return the address of a batch's page by its id, and of a picture by its key. In a private bucket
    these are presigned links that work until ``expires_at``: the page says so, and every run of any batch rewrites it
    with fresh links.
    """
    return render(
        "start_page.html",
        styles=("base.css", "start.css"),
        heading=count(len(batches), "batch", "batches"),
        expires_at=expires_at,
        full=len(batches) == MOST_BATCHES,
        most=MOST_BATCHES,
        batches=batches,
        spending=spending_lines(batches),
        page_address=page_address,
        picture_address=picture_address,
    )


def _others(batch: Batch) -> str:
    return f" and {count(batch['titles'] - 1, 'more title', 'more titles')}" if batch["titles"] > 1 else ""


def _state(batch: Batch) -> str:
    """Return a batch's counts; those of an unfinished batch are as of its last update."""
    summary = batch["summary"]
    ready = f"{summary['ok']:,} of {summary['requested']:,} ready"
    return joined(
        ready if batch["finished"] else f"not finished: {ready} so far",
        f"{summary['rejected']:,} rejected" if summary["rejected"] else "",
        f"{summary['failed']:,} failed" if summary["failed"] else "",
        spent(batch),
    )


TEMPLATES.filters |= {"others": _others, "state": _state, "blog_name": blog_name}
