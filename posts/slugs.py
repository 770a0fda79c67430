"""A post's slug: what the post says where that can stand in a URL, and otherwise one made from it."""

import hashlib
import re
from collections.abc import Collection, Sequence
from urllib.parse import unquote, urlsplit

from storage.keys import slug

__all__ = ["choose_slug", "parts_of", "without_date"]

LONGEST_BYTES = 80
SAFE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
DATED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}[-_](?=.)")
PAGE = re.compile(r"\.(?:html?|php|aspx?|mdx?|markdown)$", re.IGNORECASE)
# A permalink that the generator fills in: Eleventy's templates, Jekyll's and Hugo's placeholders.
PATTERN = re.compile(r"\{\{|\{%|(?:^|/):\w")


def choose_slug(path: Sequence[str], title: str, where: str, taken: Collection[str]) -> str:
    """Return a slug that is safe in a URL, and not among those taken (in lower case).

    It is the path's last part, as the post says it; or made from that, or from the title; or with the parts before it;
    or the title's; or with a digest of where the post was found.
    """
    said = path[-1] if path else ""
    made = next((made for text in (said, title) if text and (made := slug(text)) != "untitled"), "untitled")
    digest = hashlib.sha256(where.encode(errors="replace")).hexdigest()
    choices = [said] if _is_safe(said) else []
    choices += [made, slug("-".join([*path[:-1], made])), slug(title), f"{made[: LONGEST_BYTES // 8]}-{digest[:8]}"]
    return next((choice for choice in choices if choice.casefold() not in taken), digest)


def parts_of(address: str) -> list[str]:
    """Return the parts of an address's path, without ``index.html`` and endings; none where it is a pattern."""
    if PATTERN.search(address):
        return []
    try:
        split = urlsplit(address.strip())
    except ValueError:
        return []
    if split.query and not split.query.startswith("utm_"):
        return []  # What tells such posts apart is in the query.
    parts = [PAGE.sub("", part) for part in unquote(split.path).split("/") if part]
    return parts[:-1] if len(parts) > 1 and parts[-1] == "index" else parts


def without_date(name: str) -> str:
    """Return a file's name without the date that Jekyll puts before it."""
    return DATED.sub("", name, count=1)


def _is_safe(said: str) -> bool:
    """Say whether a slug is short, and nothing in it has to be escaped in a URL but letters of other scripts."""
    if len(said.encode()) > LONGEST_BYTES or ".." in said:
        return False
    return bool(SAFE.fullmatch(said)) or slug(said) == said.casefold()
