"""Filters a source's posts by date, text and number."""

from collections.abc import Callable
from dataclasses import replace

from errors import InvalidRequestError
from posts.fields import as_date
from posts.posts import PICTURED, LeftOut, Post, Posts, lines_of
from text import brief, clean_text

__all__ = ["selected"]


def selected(
    posts: Posts,
    limit: int | None = None,
    since: str | None = None,
    only: str | None = None,
    exclude: str | None = None,
) -> Posts:
    """Return the first ``limit`` posts from ``since`` on with ``only`` and without ``exclude`` in title or slug.

    If ``only`` is a post's slug, it is that post alone. The others are counted.

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
    has_slug = any(post.slug == clean_text(only or "") for post in posts.posts)
    rules: list[tuple[str, Callable[[Post], bool]]] = [
        ("without the date that --since needs", lambda post: day is None or post.date is not None),
        (f"before {since}", lambda post: day is None or post.date is None or post.date >= day),
        (f'without "{only}"', lambda post: post.slug == clean_text(only or "") if has_slug else _has(post, only or "")),
        (f'with "{exclude}"', lambda post: exclude is None or not _has(post, exclude)),
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
        pictured = (each for each in posts.left_out if each.what == PICTURED)
        counted = "; ".join(lines_of([*pictured, *left_out]))
        raise InvalidRequestError([f"{posts.name} has no posts left: {counted}. Change --since, --only or --exclude"])
    return replace(posts, posts=tuple(kept), left_out=(*posts.left_out, *left_out))


def _has(post: Post, text: str) -> bool:
    return clean_text(text).casefold() in f"{clean_text(post.title)}\n{post.slug}".casefold()
