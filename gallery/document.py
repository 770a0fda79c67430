"""What both pages are made of: one HTML file with its style and script inside, and texts as people read them."""

import base64
import hashlib
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template

__all__ = ["brief", "count", "document", "time_element"]

HERE = Path(__file__).parent
STYLE = (HERE / "gallery.css").read_text(encoding="utf-8")
LAYOUT = Template((HERE / "document.html").read_text(encoding="utf-8"))
LONGEST_NAME = 160  # Characters of a title where it is only to be recognized by.


def document(title: str, body: str, *, script: str = "", pictures_from: str = "") -> str:
    """Return a whole page. ``body`` is HTML, ``title`` text; ``pictures_from`` is an origin besides the page's own.

    Its Content-Security-Policy lets no text of a batch become anything else, were an escape ever forgotten: the one
    style and the one script are named by their hashes, so that neither needs ``'unsafe-inline'``. Pictures come from
    where the page does: ``'self'`` in a bucket, ``file:`` on a disk, where a page has no origin of its own that
    ``'self'`` could mean. ``data:`` is the empty icon, which saves the request for one.
    """
    directives = [
        "default-src 'none'",
        f"img-src 'self' file: data: {pictures_from}".rstrip(),
        f"style-src {_hash(STYLE)}",
        f"script-src {_hash(script)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return LAYOUT.substitute(
        policy=escape("; ".join(directives), quote=False),
        title=escape(title),
        style=STYLE,
        body=body,
        script=f"<script>{script}</script>" if script else "",
    )


def brief(title: str) -> str:
    """Return the beginning of a title, closed off so that no direction mark in it can turn the text behind it."""
    shortened = title if len(title) <= LONGEST_NAME else f"{title[: LONGEST_NAME - 1]}\N{HORIZONTAL ELLIPSIS}"
    return f"\N{FIRST STRONG ISOLATE}{shortened}\N{POP DIRECTIONAL ISOLATE}"


def count(number: int, one: str, many: str) -> str:
    """Return such as ``"1 title"`` or ``"10,000 titles"``."""
    return f"{number:,} {one if number == 1 else many}"


def time_element(moment: str) -> str:
    """Return a time (ISO 8601, UTC) as HTML, such as ``21 November 2026, 09:30 UTC``."""
    shown = datetime.fromisoformat(moment)
    return f'<time datetime="{escape(moment)}">{shown.day} {shown:%B %Y, %H:%M} UTC</time>'


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
