"""What both pages share: one HTML file with its style and script inline, and how texts are formatted."""

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gallery.bundling import bundled
from money import Money
from outcomes import Paid
from text import clean_text

__all__ = ["TEMPLATES", "blog_name", "brief", "count", "joined", "render", "spent"]

HERE = Path(__file__).parent
LONGEST_NAME = 160  # Characters of a title that are enough to recognize it.
# Parts of a source's path that say nothing about the blog.
GENERIC = re.compile(
    r"(_?posts?|blog|content|articles|pages|src|source|data|docs|feed|rss|atom|index)(\.\w{2,4})?", re.IGNORECASE
)


def brief(title: str) -> str:
    """Return the beginning of a title, isolated so that its direction cannot affect the text after it."""
    title = clean_text(title)
    shortened = title if len(title) <= LONGEST_NAME else f"{title[: LONGEST_NAME - 1]}\N{HORIZONTAL ELLIPSIS}"
    return f"\N{FIRST STRONG ISOLATE}{shortened}\N{POP DIRECTIONAL ISOLATE}"


def count(number: int, one: str, many: str) -> str:
    """Return such as ``"1 title"`` or ``"10,000 titles"``."""
    return f"{number:,} {one if number == 1 else many}"


def joined(*parts: str) -> str:
    """Return the parts that are not empty, in one line."""
    return " \N{MIDDLE DOT} ".join(filter(None, parts))


def spent(on: Paid) -> str:
    """Return what was paid, such as ``about $12.40 so far``, and what that leaves out; "" if nothing was paid."""
    money = Money.of(on)
    return joined(f"{money.known} so far" if money.dollars else "", *money.left_out)


def blog_name(name: str) -> str:
    """Return a batch's name as its blog's: ``ann`` of ``ann/content/posts``, ``Ann`` of ``Ann (ann.example)``."""
    if re.fullmatch(r"[^\s/]+(?:/[^\s/]+)+", name):
        specific = [part for part in name.split("/") if not GENERIC.fullmatch(part)]
        return specific[-1] if specific else name
    return re.sub(r"(?<=\S) \([\w.:-]+\.[\w:-]+\)$", "", name)


def time_element(moment: str) -> Markup:
    """Return a time (ISO 8601, UTC) as HTML, such as ``21 November 2026, 09:30 UTC``."""
    shown = datetime.fromisoformat(moment)
    return Markup('<time datetime="{}">{} {:%B %Y, %H:%M} UTC</time>').format(moment, shown.day, shown)


TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {"brief": brief, "clean": clean_text, "time": time_element}


def render(
    template: str,
    *,
    styles: Sequence[str],
    entry: str = "",
    pictures_from: str = "",
    sends: bool = False,
    **values: object,
) -> str:
    """Return a whole page.

    ``styles`` are the parts of its style, ``entry`` is the module that its script starts with. ``pictures_from`` is an
    origin besides the page's own; ``sends`` says whether the page may send requests to its own.

    Its Content-Security-Policy keeps a batch's text from ever running as code, even if an escape were forgotten: it
    allows the one style and the one script by their hashes, without ``'unsafe-inline'``. Pictures come from where the
    page does: ``'self'`` in a bucket, ``file:`` on a disk, where a page has no origin. ``data:`` is the empty icon,
    which saves a request.
    """
    style = "\n".join((HERE / "styles" / name).read_text(encoding="utf-8") for name in styles)
    script = bundled(HERE / "scripts" / entry) if entry else ""
    directives = [
        "default-src 'none'",
        f"img-src 'self' file: data: {pictures_from}".rstrip(),
        f"style-src {_hash(style)}",
        f"script-src {_hash(script)}",
        *(["connect-src 'self'"] if sends else []),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return TEMPLATES.get_template(template).render(policy="; ".join(directives), style=style, script=script, **values)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
