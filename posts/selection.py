"""Filters a source's posts by date, text and number."""

from collections.abc import Callable
from dataclasses import replace

from errors import InvalidRequestError
from posts.fields import as_date
from posts.posts import LeftOut, Post, Posts, lines_of
from text import brief, clean_text

__all__ = ["selected"]


def selected(posts: Posts, limit: int | None = None, since: str | None = None, only: str | None = None) -> Posts:
    """Return the first ``limit`` posts from ``since`` on with ``only`` in title or slug, and count the others.

    Raises:
        InvalidRequestError: the limit is below 1, the date is not recognized, or no post is left.
    """
    faults = []
    day = as_date(since, posts.zone)
    if since is not None and day is None:
        faults.append(f"--since {brief(since)} is not a date. Write it like 2026-01-31")
    if limit is not None and limit < 1:
        faults.append(f"--limit {limit}: give 1 or more")
    if faults:
        raise InvalidRequestError(faults)
    needle = clean_text(only or "").casefold()
    rules: list[tuple[str, Callable[[Post], bool]]] = [
        ("without the date that --since needs", lambda post: day is None or post.date is not None),
        (f"before {since}", lambda post: day is None or post.date is None or post.date >= day),
        (f'without "{only}"', lambda post: needle in f"{clean_text(post.title)}\n{post.slug}".casefold()),
        (f"beyond the first {limit}", lambda _: limit is None or len(kept) < limit),
    ]
    kept: list[Post] = []
    left_out: list[LeftOut] = []
    for post in posts.posts:
        reason = next((reason for reason, passes in rules if not passes(post)), None)
        if reason is None:
            kept.append(post)
        else:
            left_out.append(LeftOut(post.title, reason))
    if not kept:
        counted = "; ".join(lines_of(left_out))
        raise InvalidRequestError([f"{posts.name} has no posts left: {counted}. Change --since or --only"])
    return replace(posts, posts=tuple(kept), left_out=(*posts.left_out, *left_out))
