"""A post's slug: its own if that is safe in a URL, else one derived from it."""

import hashlib
import re
from collections.abc import Collection, Sequence
from urllib.parse import unquote, urlsplit

from storage.keys import MADE_BYTES, MOST_BYTES, is_slug, slug

__all__ = ["choose_slug", "path_parts", "without_date"]

SAFE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
DATED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}[-_](?=.)")
PAGE = re.compile(r"\.(?:html?|php|aspx?|mdx?|markdown)$", re.IGNORECASE)
# The parts of a query that only tell where a reader comes from.
TRACKING = re.compile(
    r"(?:utm_\w+|at_\w+|mc_\w+|ns_\w+|\w*clid|cmp\w*|campaign|feed|from|medium|ref|referrer|rss|source|src|via)(?:=.*)?",
    re.IGNORECASE,
)
# Placeholders in a permalink: Eleventy's templates, Jekyll's and Hugo's variables.
PATTERN = re.compile(r"\{\{|\{%|(?:^|/):\w")


def choose_slug(path: Sequence[str], title: str, where: str, taken: Collection[str], language: str = "") -> str:
    """Return a slug that is safe in a URL and not in ``taken`` (in lower case), and ends in the language, if any.

    In order of preference: the path's last part as it is; a slug of that, or else of the title; the same with the
    folders before it; a slug of the title; one with a digest of ``where``.
    """
    own = path[-1] if path else ""
    made = next((made for text in (own, title) if text and (made := slug(text)) != "untitled"), "untitled")
    digest = hashlib.sha256(where.encode(errors="replace")).hexdigest()
    choices = [own] if _is_safe(own) else []
    choices += [made, slug("-".join([*path[:-1], made])), slug(title), f"{made[: MADE_BYTES // 8]}-{digest[:8]}"]
    end = f".{language}" if language else ""
    named = (f"{choice}{end}" for choice in choices)
    return next((choice for choice in named if is_slug(choice) and choice.casefold() not in taken), f"{digest}{end}")


def path_parts(address: str) -> list[str]:
    """Return the parts of an address's path without ``index.html`` and extensions; none if it has placeholders."""
    if PATTERN.search(address):
        return []
    try:
        split = urlsplit(address.strip())
    except ValueError:
        return []
    if split.query and not all(map(TRACKING.fullmatch, re.split("[&;]", split.query))):
        return []  # Such posts differ in their queries.
    parts = [PAGE.sub("", part) for part in unquote(split.path).split("/") if part]
    return parts[:-1] if len(parts) > 1 and parts[-1] == "index" else parts


def without_date(name: str) -> str:
    """Return a file's name without Jekyll's date prefix."""
    return DATED.sub("", name, count=1)


def _is_safe(text: str) -> bool:
    """Return whether the tasks accept a slug, and a URL needs no escapes for it except for letters of other scripts."""
    if not is_slug(text) or ".." in text:
        return False
    return bool(SAFE.fullmatch(text)) or slug(text, MOST_BYTES) == text.casefold()
