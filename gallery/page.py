"""The page that shows a batch: one row per post, its pictures side by side. It loads nothing from elsewhere.

Without its script the page shows everything; the script searches, filters, compares and keeps choices. With it, the
page shows its first hundred pictures, and more as the reader scrolls, so that 10,000 open and are searched quickly.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

from gallery.cards import CARD_FILTERS
from gallery.causes import causes_of
from gallery.document import TEMPLATES, blog_name, count, joined, render, spent
from gallery.manifest import Manifest
from gallery.pictures import PICTURE_FILTERS, first_expiry

__all__ = ["Live", "render_page", "render_posts", "tally"]

STYLES = ("base.css", "tools.css", "page.css", "dialogs.css", "print.css")
STATUSES = {"ok": "Ready", "rejected": "Rejected", "failed": "Failed", "pending": "Pending"}
MOST_COLUMNS = 6
# With this many posts or more, their pictures begin small.
MANY_POSTS = 100
# Widths of pictures in rem that the page begins with: a few posts; many posts, by the number of models, so that two
# posts or more stand side by side in a window of 1,300 pixels.
LARGE, SMALL, SMALL_ALONE, SMALL_ROW = 18, 8, 13, 38
APPLY = "./covers --choose ~/Downloads/choices.json"


@dataclass(frozen=True)
class Live:
    """A page that a server brings: its script sends each action to the server in place of keeping choices.

    ``gallery/live.py`` says what the server is asked, and what it answers.

    Args:
        address: where actions are sent, ``POST <address>/<action>``, at the page's own origin.
        prices: what another picture by each model costs, in words. A model without a price draws no other.
        undo: what can be undone, in words; "" if nothing.
    """

    address: str
    prices: Mapping[str, str] = field(default_factory=dict)
    undo: str = ""


def render_page(manifest: Manifest, *, home: str, data: str, workflow: str = "", live: Live | None = None) -> str:
    """Return the page of one manifest as HTML, for the key ``batches/<batch_id>/index.html``.

    ``home`` and ``data`` are the addresses of the start page and the manifest; ``workflow`` names the workflow if this
    runs on Render. Links to pictures are relative, so that the page works wherever it is opened from; in a private
    bucket they are presigned. With ``live``, the page shows what only a server can do.
    """
    request, rows = manifest["request"], manifest["rows"]
    numbers = cast(Mapping[str, int], manifest["summary"])
    models = _models(manifest)
    size = _size(manifest)
    filters = (
        ("Model", "model", [(model, model) for model in models]),
        ("Status", "status", [(key, name) for key, name in STATUSES.items() if numbers[key]]),
    )
    columns = min(len(models), MOST_COLUMNS)
    return render(
        "page.html",
        styles=STYLES,
        entry="start.js",
        pictures_from=_origin(home),
        sends=live is not None,
        request=request,
        home=home,
        data=data,
        heading=blog_name(manifest["name"]) if "name" in manifest else size,
        tally=tally(manifest),
        counts=_counts(numbers),
        causes=causes_of(rows),
        cost=spent(manifest),
        look=joined(request["style"], request["template"], request["font"], _variation(request["variation"])),
        expires_at=first_expiry(rows),
        filters=[each for each in filters if len(each[2]) > 1],
        columns=columns,
        size=_width(len(rows), columns),
        choosing=any("slug" in row for row in rows),
        command=f"{APPLY} --on {workflow}" if workflow else APPLY,
        live=live,
        **_of_posts(manifest),
    )


def render_posts(manifest: Manifest, slugs: Collection[str]) -> dict[str, str]:
    """Return the sections of these posts as HTML by slug: a page that a server brings replaces its own with them."""
    template = TEMPLATES.get_template("post.html")
    shared = _of_posts(manifest)
    return {row["slug"]: template.render(row=row, **shared) for row in manifest["rows"] if row.get("slug") in slugs}


def tally(manifest: Manifest) -> str:
    """Return the line beside the heading: how large the batch is, what is missing, and what it has cost."""
    summary = manifest["summary"]
    missing = summary["rejected"] + summary["failed"]
    return joined(
        _size(manifest) if "name" in manifest else "",
        f"{summary['ok']:,} of {summary['requested']:,} ready" if summary["pending"] else "",
        count(missing, "picture missing", "pictures missing") if missing else "",
        spent(manifest),
        "some posts left out" if manifest["request"].get("left_out") else "",
    )


def _of_posts(manifest: Manifest) -> dict[str, Any]:
    """Return what the template of a post takes beside the post."""
    models = _models(manifest)
    numbers = {model: number for number, model in enumerate(models)}
    return {"manifest": manifest, "models": models, "numbers": numbers, "statuses": STATUSES}


def _models(manifest: Manifest) -> list[str]:
    """Return the models of the page; earlier runs of a batch with a name may have used other ones."""
    used = (each["model"] for row in manifest["rows"] for each in row["results"])
    return list(dict.fromkeys([*manifest["request"]["models"], *used]))


def _size(manifest: Manifest) -> str:
    return f"{count(len(manifest['rows']), 'post', 'posts')}, {count(len(_models(manifest)), 'model', 'models')}"


def _width(posts: int, columns: int) -> int:
    """Return the width of pictures in rem that the page begins with."""
    small = min(SMALL, SMALL_ROW // columns) if columns > 1 else SMALL_ALONE
    return small if posts >= MANY_POSTS else LARGE


def _origin(address: str) -> str:
    """Return the origin of presigned links, which a saved page needs too; nothing for a relative address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _counts(numbers: Mapping[str, int]) -> str:
    others = (f"{numbers[key]:,} {key}" for key in ("reused", "rejected", "failed", "pending") if numbers[key])
    return joined(f"{numbers['ok']:,} of {numbers['requested']:,} ready", *others)


def _variation(variation: int) -> str:
    return f"variation {variation}" if variation else ""


TEMPLATES.filters |= {**CARD_FILTERS, **PICTURE_FILTERS}
