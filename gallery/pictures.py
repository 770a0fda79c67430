"""What the page says of one picture: where it is, what it shows, what it took, or why there is none."""

import json
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import quote, urlsplit

from gallery.document import brief, count, joined
from outcomes import Cover, Finished, Row
from text import clean_text

__all__ = ["PICTURE_FILTERS", "first_expiry", "reason"]

# What each timing was spent on, in the order of the work.
TIMINGS = {
    "throttled_seconds": "waiting for the quota",
    "original_seconds": "picture",
    "composite_seconds": "title",
    "upload_seconds": "upload",
}


def first_expiry(rows: Sequence[Row]) -> str | None:
    """Return when the first of a page's links expires (ISO 8601, UTC), None if none does."""
    pictures: list[Finished | Cover] = [row["cover"] for row in rows if "cover" in row]
    pictures += [outcome for row in rows for outcome in row["results"] if outcome["status"] == "ok"]
    return min((each["image_url_expires_at"] for each in pictures if "image_url_expires_at" in each), default=None)


def _source(picture: Finished | Cover) -> str:
    """Return where the page finds a picture."""
    return picture["image_url"] if "image_url_expires_at" in picture else f"../../{quote(picture['key'])}"


def _published(cover: Cover) -> str:
    """Return a cover's public address; an example address where the store is not public."""
    public = urlsplit(cover["image_url"]).scheme in ("http", "https") and "image_url_expires_at" not in cover
    return cover["image_url"] if public else f"https://example.com/{quote(cover['key'])}"


def _alt(outcome: Finished) -> str:
    """Return a picture's alternative text; older manifests have none."""
    return clean_text(outcome.get("alt", "")) or f"{brief(outcome['title'])}, drawn by {outcome['model']}"


def _facts(outcome: Finished, simulated: bool) -> str:
    """Return what a developer wants to know about a picture."""
    seconds = cast(Mapping[str, float], outcome)
    spent = ", ".join(f"{what} {seconds[name]:.1f} s" for name, what in TIMINGS.items() if name in seconds)
    unusable = outcome.get("unusable_answers", 0)
    return joined(
        f"Served by {outcome['served_by']}",
        "Reused" if outcome["reused"] else "Simulated" if simulated else "Paid for in this run",
        spent,
        count(unusable, "unusable answer before it", "unusable answers before it") if unusable else "",
        f"usage {json.dumps(outcome['usage'])}" if "usage" in outcome else "",
    )


def reason(message: str) -> str:
    """Return an error's message without the provider's raw answer at its end; the details have all of it."""
    words, raw, _ = message.partition("{")
    sentences, stop, _ = words.rpartition(". ")
    return (sentences + stop if raw and stop else words).rstrip(" -:\n") or message


PICTURE_FILTERS = {"source": _source, "published": _published, "alt": _alt, "facts": _facts, "reason": reason}
