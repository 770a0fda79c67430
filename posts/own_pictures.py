"""Tells which posts have a picture of their own, and leaves them out: a cover would replace it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from errors import InvalidRequestError
from posts.pictures import pictures_of
from posts.posts import KINDS, PICTURED, LeftOut, Posts, Record, lines_of

__all__ = ["IsSites", "bare", "is_cover_of", "own_pictures", "without_pictured"]

# Whether a picture is the site's, and no post's own, for the post with this slug and record.
IsSites = Callable[[str, str, Record], bool]
# A picture that so many posts share, and this part of those with one, stands for none of them.
SHARED, SHARED_PART = 5, 1 / 10
COVER = re.compile(r"(?:\A|/)covers/([^/]+)\.jpg\Z", re.IGNORECASE)
# What stands for the site's address before a path: templates' variables, and Ghost's.
SITE = re.compile(r"(?:\{\{.{0,100}?\}\}|\{%.{0,100}?%\}|__GHOST_URL__)/?")


def own_pictures(records: Sequence[Record], slugs: Sequence[str], is_sites: IsSites) -> list[str]:
    """Return each post's picture of its own, or an empty string.

    It is the best that neither is the site's nor shared by many posts, of which translations count once.
    """
    candidates = [pictures_of(record.fields) for record in records]
    by_language = Counter(
        (record.language, picture) for record, found in zip(records, candidates, strict=True) for picture in found
    )
    most = max(SHARED - 1, SHARED_PART * sum(map(bool, candidates)))

    def own(record: Record, slug: str, found: list[str]) -> str:
        alone = (each for each in found if by_language[record.language, each] <= most)
        return next((each for each in alone if not is_sites(each, slug, record)), "")

    return list(map(own, records, slugs, candidates))


def without_pictured(posts: Posts) -> Posts:
    """Return the posts without a picture of their own; the others are left out.

    Raises:
        InvalidRequestError: none is left.
    """
    kept = tuple(post for post in posts.posts if not post.image)
    pictured = tuple(LeftOut(post.where or post.title, PICTURED, post.image) for post in posts.posts if post.image)
    left_out = (*posts.left_out, *pictured)
    if pictured and not kept:
        counted = "; ".join(lines_of(left_out))
        raise InvalidRequestError([f"{posts.name} has no posts to draw: {counted}. It was read as {KINDS[posts.kind]}"])
    return replace(posts, posts=kept, left_out=left_out)


def is_cover_of(picture: str, slug: str, _: Record) -> bool:
    """Return whether a picture is the cover that this project makes of a post, by its address."""
    found = COVER.search(unicodedata.normalize("NFC", unquote(bare(picture))))
    return found is not None and found[1] == slug


def bare(picture: str) -> str:
    """Return a picture's path without what stands for the site before it, and without a query."""
    return urlsplit(SITE.sub("/", picture, count=1)).path
