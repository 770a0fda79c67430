"""The page that shows a batch: one row per title, the models side by side. It loads nothing from elsewhere."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

__all__ = ["render_page"]

PAGE = Template(Path(__file__).with_name("page.html").read_text())


def render_page(manifest: Mapping[str, Any]) -> str:
    """Return the page of one manifest as HTML, with links relative to ``batches/<batch_id>/``."""
    request, summary = manifest["request"], manifest["summary"]
    return PAGE.substitute(
        heading=escape(f"{summary['ok']} of {summary['requested']} thumbnails"),
        request=escape(f"{request['style']}, {request['template']}, {request['font']}"),
        rows="\n".join(map(_row, manifest["rows"])),
    )


def _row(row: Mapping[str, Any]) -> str:
    figures = "\n".join(map(_figure, row["results"]))
    return f"<section>\n<h2>{escape(row['title'])}</h2>\n<div>\n{figures}\n</div>\n</section>"


def _figure(outcome: Mapping[str, Any]) -> str:
    model = escape(outcome["model"])
    if outcome["status"] != "ok":
        reason = escape(outcome["error"]["message"])
        return f"<figure><p>{escape(outcome['status'])}: {reason}</p><figcaption>{model}</figcaption></figure>"
    # A presigned link opens a private bucket, a relative one works wherever the page is opened from.
    signed = "image_url_expires_at" in outcome
    source = escape(outcome["image_url"] if signed else f"../../{quote(outcome['key'])}")
    alt = escape(f"{outcome['title']}, by {outcome['model']}")
    return (
        f'<figure><a href="{source}"><img src="{source}" alt="{alt}" width="1200" height="630" loading="lazy"></a>'
        f"<figcaption>{model}, served by {escape(outcome['served_by'])}</figcaption></figure>"
    )
