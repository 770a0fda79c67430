"""Tells which posts have a picture of their own: a cover would replace what their authors chose."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from posts.pictures import is_address, pictures_of
from posts.posts import Record, Tally
from text import brief

__all__ = ["SitePictures", "own_pictures"]

# A picture of at least so many posts, and of more than this part of those with one, is no post's own.
SHARED, SHARED_PART = 5, 1 / 10
COVER = re.compile(r"(?:\A|/)covers/([^/]+)\.jpg\Z", re.IGNORECASE)
# What stands for the site's address before a path: templates' variables, and Ghost's.
SITE = re.compile(r"(?:\{\{.{0,100}?\}\}|\{%.{0,100}?%\}|__GHOST_URL__)/?")
# The folders whose files generators publish at ``/``.
PUBLISHED = ("static", "public", "", "source", "src", "content")


@dataclass(frozen=True)
class SitePictures:
    """The pictures that are the site's: those that its configuration names, and covers that this project made.

    ``root`` is the site's folder, or None if its files are not here.
    """

    named: frozenset[str] = frozenset()
    root: Path | None = None

    def has(self, picture: str, slug: str) -> bool:
        """Return whether a picture is the site's, for the post with this slug."""
        path = _path(picture)
        made = COVER.search(unicodedata.normalize("NFC", unquote(path)))
        return path.lstrip("./") in self.named or (made is not None and made[1] == slug and self._made(picture))

    def _made(self, picture: str) -> bool:
        """Return whether this project made what is at a cover's place: its file is not here, or in ``covers.json``."""
        if is_address(picture) or self.root is None:
            return True
        places = (self.root / folder / unquote(_path(picture)).lstrip("/") for folder in PUBLISHED)
        try:
            file = next((place for place in places if place.is_file()), None)
            return file is None or f'"file": "{file.name}"' in (file.parent / "covers.json").read_text("utf-8")
        except (OSError, ValueError):
            return False


def own_pictures(records: Sequence[Record], slugs: Sequence[str], site: SitePictures, remarks: Tally) -> list[str]:
    """Return each post's picture of its own, or an empty string.

    It is the best that neither is the site's nor shared by many posts, of which translations count once.
    """
    candidates = [pictures_of(record.fields) for record in records]
    shared = _shared(records, candidates)

    def own(record: Record, slug: str, found: Sequence[str]) -> str:
        free = [each for each in found if not site.has(each, slug)]
        alone = [each for each in free if (record.language, each) not in shared]
        if free and not alone and brief(free[0]) not in (said := remarks["pictures that many posts share"]):
            said.append(brief(free[0]))
        return next(iter(alone), "")

    return list(map(own, records, slugs, candidates))


def _shared(records: Sequence[Record], candidates: Sequence[Sequence[str]]) -> Collection[tuple[str, str]]:
    """Return the pictures, by language, that stand for no post, as many posts have them or most do."""
    times = Counter(
        (record.language, picture) for record, found in zip(records, candidates, strict=True) for picture in found
    )
    pictured = sum(map(bool, candidates))
    most = max(1, min(max(SHARED - 1, SHARED_PART * pictured), pictured / 2))
    return {picture for picture, number in times.items() if number > most}


def _path(picture: str) -> str:
    """Return a picture's path without what stands for the site before it, and without a query."""
    return urlsplit(SITE.sub("/", picture, count=1)).path
