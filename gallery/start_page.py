"""The start page: all batches, newest first, each with a few of its pictures and a link to its page."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from string import Template

from gallery.batches import MOST_BATCHES, Batch
from gallery.document import brief, count, document, time_element

__all__ = ["render_start_page"]

BODY = Template(Path(__file__).with_name("start_page.html").read_text(encoding="utf-8"))


def render_start_page(
    batches: Sequence[Batch],
    page_address: Callable[[str], str],
    picture_address: Callable[[str], str],
    expires_at: str | None = None,
) -> str:
    """Return the start page as HTML, for a key at the bucket's root.

    The two functions say where a reader finds a batch's page by its id, and a picture by its key. In a private bucket
    their answers are presigned links, which open until ``expires_at``: the page says so, and every batch that runs
    writes it anew, with fresh links to all of the batches.
    """
    notes = []
    if expires_at:
        notes.append(
            f'<p class="note">The bucket is private: these links open until {time_element(expires_at)}. '
            "Any batch that is run, or run again, writes this page with new ones.</p>"
        )
    if len(batches) == MOST_BATCHES:
        notes.append(
            f'<p class="note">Only the newest {MOST_BATCHES} are listed. Older ones are where they were: run one '
            "again to have it back here; no picture is paid for again.</p>"
        )
    body = BODY.substitute(
        heading=count(len(batches), "batch", "batches"),
        notes="\n".join(notes),
        batches="\n".join(_batch(batch, page_address, picture_address) for batch in batches),
    )
    return document("Blog thumbnails", body)


def _batch(batch: Batch, page_address: Callable[[str], str], picture_address: Callable[[str], str]) -> str:
    pictures = "".join(
        f'<img src="{escape(picture_address(key))}" alt="" width="1200" height="630" loading="lazy">'
        for key in batch["pictures"]
    )
    more = f" and {count(batch['titles'] - 1, 'more title', 'more titles')}" if batch["titles"] > 1 else ""
    look = " \N{MIDDLE DOT} ".join((batch["style"], batch["template"], batch["font"]))
    return (
        f'<li>\n<div><h2><a href="{escape(page_address(batch["batch_id"]))}">{escape(brief(batch["title"]))}{more}</a>'
        f'</h2>\n<p class="state">{_state(batch)}</p>\n<p>{escape(", ".join(batch["models"]))}</p>\n'
        f'<p>{escape(look)}</p>\n<p>{time_element(batch["updated_at"])}</p></div>\n<div class="strip">{pictures}</div>'
        "\n</li>"
    )


def _state(batch: Batch) -> str:
    """Return what came out; where a batch is not finished, what this list last heard of it may be long past."""
    summary = batch["summary"]
    parts = [f"{summary['ok']:,} of {summary['requested']:,} ready"] if batch["finished"] else ["not finished"]
    if summary["rejected"]:
        parts.append(f"{summary['rejected']:,} rejected")
    if summary["failed"]:
        parts.append(f"{summary['failed']:,} failed")
    if batch["simulated"]:
        parts.append("simulated")
    return " \N{MIDDLE DOT} ".join(parts)
