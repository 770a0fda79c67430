"""The page that shows a batch: one row per post, its pictures side by side. It loads nothing from elsewhere.

Without its script the page shows everything; the script searches, filters, compares and stores choices. With it, the
page shows its first hundred pictures, and more as the reader scrolls, so that 10,000 open and are searched quickly.
"""

import json
from collections.abc import Mapping
from typing import cast
from urllib.parse import quote, urlsplit

from gallery.document import TEMPLATES, brief, count, joined, render, spent
from gallery.manifest import Manifest
from outcomes import Cover, Finished
from text import clean_text

__all__ = ["render_page"]

STYLES = ("base.css", "page.css", "dialogs.css")
# In this order: each uses what those before it define.
SCRIPTS = ("page.js", "rows.js", "copying.js", "choices.js", "filters.js", "comparing.js", "keys.js", "renewal.js")
STATUSES = {"ok": "Ready", "rejected": "Rejected", "failed": "Failed", "pending": "Pending"}
# What each timing was spent on, in the order of the work.
TIMINGS = {
    "throttled_seconds": "waiting for the quota",
    "original_seconds": "picture",
    "composite_seconds": "title",
    "upload_seconds": "upload",
}
MOST_COLUMNS = 6
DENSE_FROM = 100  # With this many posts or more, the page opens in its dense view.
APPLY = "./covers --choose ~/Downloads/choices.json"


def render_page(manifest: Manifest, *, home: str, data: str, workflow: str = "") -> str:
    """Return the page of one manifest as HTML, for the key ``batches/<batch_id>/index.html``.

    ``home`` and ``data`` are the addresses of the start page and the manifest; ``workflow`` names the workflow if this
    runs on Render. Links to pictures are relative, so that the page works wherever it is opened from; in a private
    bucket they are presigned.
    """
    request, rows = manifest["request"], manifest["rows"]
    numbers = cast(Mapping[str, int], manifest["summary"])
    # Earlier runs of a batch with a name may have used other models.
    models = list(dict.fromkeys([*request["models"], *(each["model"] for row in rows for each in row["results"])]))
    size = f"{count(len(rows), 'title', 'titles')}, {count(len(models), 'model', 'models')}"
    made = [outcome for row in rows for outcome in row["results"] if outcome["status"] == "ok"]
    pictures = [*made, *(row["cover"] for row in rows if "cover" in row)]
    expiries = [picture["image_url_expires_at"] for picture in pictures if "image_url_expires_at" in picture]
    filters = (
        ("Model", "model", list(enumerate(models))),
        ("Status", "status", [(key, name) for key, name in STATUSES.items() if numbers[key]]),
    )
    return render(
        "page.html",
        styles=STYLES,
        scripts=SCRIPTS,
        pictures_from=_origin(home),
        manifest=manifest,
        request=request,
        home=home,
        data=data,
        heading=manifest.get("name", size),
        tally=joined(size if "name" in manifest else "", _tally(numbers), spent(manifest)),
        look=joined(request["style"], request["template"], request["font"], _variation(request["variation"])),
        expires_at=min(expiries, default=None),
        filters=filters,
        models=models,
        numbers={model: number for number, model in enumerate(models)},
        statuses=STATUSES,
        columns=min(len(models), MOST_COLUMNS),
        dense=len(rows) >= DENSE_FROM,
        choosing=any("slug" in row for row in rows),
        command=f"{APPLY} --on {workflow}" if workflow else APPLY,
    )


def _origin(address: str) -> str:
    """Return the origin of presigned links, which a saved page needs too; nothing for a relative address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _tally(numbers: Mapping[str, int]) -> str:
    others = (f"{numbers[key]:,} {key}" for key in ("reused", "rejected", "failed", "pending") if numbers[key])
    return joined(f"{numbers['ok']:,} of {numbers['requested']:,} ready", *others)


def _variation(variation: int) -> str:
    return f"variation {variation}" if variation else ""


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


def _reason(message: str) -> str:
    """Return an error's message without the provider's raw answer at its end; the details have all of it."""
    words, raw, _ = message.partition("{")
    sentences, stop, _ = words.rpartition(". ")
    return (sentences + stop if raw and stop else words).rstrip(" -:\n") or message


TEMPLATES.filters |= {"source": _source, "published": _published, "alt": _alt, "facts": _facts, "reason": _reason}
