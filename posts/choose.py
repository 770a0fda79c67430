"""Which of a source's posts are meant."""

from collections.abc import Callable
from dataclasses import replace

from errors import InvalidRequestError
from posts.dates import as_date
from posts.posts import Post, Posts, Tally
from text import brief, clean_text

__all__ = ["choose"]


def choose(posts: Posts, limit: int | None = None, since: str | None = None, only: str | None = None) -> Posts:
    """Return the posts from a date on, with a text in title or slug, and of those the first so many; count the others.

    Raises:
        InvalidRequestError: the limit is below 1, or the date cannot be told.
    """
    faults = []
    day = as_date(since)
    if since is not None and day is None:
        faults.append(f"--since {brief(clean_text(since))} is no date. Write it as 2026-01-31")
    if limit is not None and limit < 1:
        faults.append(f"--limit {limit}: give 1 or more")
    if faults:
        raise InvalidRequestError(faults)
    sought = clean_text(only or "").casefold()
    rules: list[tuple[str, Callable[[Post], bool]]] = [
        ("without a date, which --since asks for", lambda post: day is None or post.date is not None),
        (f"before {since}", lambda post: day is None or post.date is None or post.date >= day),
        (f'without "{only}"', lambda post: sought in post.title.casefold() or sought in post.slug.casefold()),
        (f"beyond the first {limit}", lambda _: limit is None or len(kept) < limit),
    ]
    kept: list[Post] = []
    left_out = Tally(posts.left_out)
    for post in posts.posts:
        why = next((why for why, passes in rules if not passes(post)), None)
        if why is None:
            kept.append(post)
        else:
            left_out.add(why, post.title)
    return replace(posts, posts=tuple(kept), left_out=left_out.counted())
