"""Filters a source's posts by date, text and number."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from errors import InvalidRequestError
from posts.fields import as_date
from posts.posts import PICTURED, LeftOut, Post, Posts, lines_of
from text import brief, canonical, clean_text

__all__ = ["choose"]


def choose(
    posts: Posts,
    limit: int | None = None,
    since: str | None = None,
    only: str | None = None,
    exclude: str | None = None,
    *,
    with_images: bool = False,
) -> Posts:
    """Return the first ``limit`` posts from ``since`` on with ``only`` and without ``exclude`` in title or slug.

    If ``only`` is a post's slug, it is that post alone. Posts that have a picture of their own are among them if
    ``with_images``. The others are counted.

    Raises:
        InvalidRequestError: the limit is below 1, the date is not recognized, or no post is left.
    """
    faults = []
    day = as_date(since, posts.zone)
    if since is not None and day is None:
        faults.append(f"--since {brief(clean_text(since))} is not a date. Write it like 2026-01-31")
    if limit is not None and limit < 1:
        faults.append(f"--limit {limit}: give 1 or more")
    if faults:
        raise InvalidRequestError(faults)
    rules: list[tuple[str, Callable[[Post], bool]]] = [
        ("without the date that --since needs", lambda post: day is None or post.date is not None),
        (f"before {since}", lambda post: day is None or post.date is None or post.date >= day),
        (f'without "{only}"', _asked(only or "", posts.posts)),
        (f'with "{exclude}"', lambda post: exclude is None or not _has(exclude, post)),
        (PICTURED, lambda post: with_images or not post.image),
        (f"beyond the first {limit}", lambda _: limit is None or len(kept) < limit),
    ]
    kept: list[Post] = []
    left_out: list[LeftOut] = []
    for post in posts.posts:
        reason = next((reason for reason, passes in rules if not passes(post)), None)
        if reason is None:
            kept.append(post)
        else:
            left_out.append(LeftOut(post.title, reason, post.image if reason == PICTURED else ""))
    if not kept:
        remedy = "" if any(each.what == PICTURED for each in left_out) else ". Change --since, --only or --exclude"
        raise InvalidRequestError([f"{posts.name} has no posts left: {'; '.join(lines_of(left_out))}{remedy}"])
    return replace(posts, posts=tuple(kept), left_out=(*posts.left_out, *left_out))


def _asked(only: str, posts: Iterable[Post]) -> Callable[[Post], bool]:
    slug = canonical(only)
    return (lambda post: post.slug == slug) if any(post.slug == slug for post in posts) else partial(_has, only)


def _has(text: str, post: Post) -> bool:
    return clean_text(text).casefold() in f"{clean_text(post.title)}\n{post.slug}".casefold()
