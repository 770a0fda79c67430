"""Posts: reads and checks a batch's ``prompts``, each a title or an object that says more about its post."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from compositing.title_text import draws_nothing
from errors import Fault
from outcomes import Row
from storage.keys import slug
from tasks.requests import BatchRequest, Look, Post, ThumbnailRequest
from text import brief, clean_text

__all__ = [
    "collapsed",
    "duplicates",
    "identity",
    "place_of",
    "posts_of",
    "thumbnail_request",
    "titles_of",
    "with_earlier_slugs",
]

# Up to this many posts with the same fault get a line each; if there are more, one line names this many of them.
MOST_LINES = 3


def posts_of(prompts: Sequence[str | dict[str, object]]) -> list[Post]:
    """Return the posts of checked prompts, each with a slug.

    If several titles would get the same slug, each gets a digest in its slug, so that their order in a later request
    does not matter to their covers.
    """
    said = [prompt if isinstance(prompt, dict) else {"title": prompt} for prompt in prompts]
    posts = [Post(**{"slug": "", **each}) for each in said]  # type: ignore[arg-type]
    made = Counter(slug(clean_text(post.title)) for post in posts if not post.slug)
    given = {post.slug for post in posts if post.slug}
    return [post if post.slug else replace(post, slug=_own_slug(post, made, given)) for post in posts]


def _own_slug(post: Post, made: Counter[str], given: set[str]) -> str:
    named = replace(post, slug=slug(clean_text(post.title)))
    return named.slug if made[named.slug] == 1 and named.slug not in given else _with_digest(named)


def with_earlier_slugs(posts: Sequence[Post], rows: Iterable[Row]) -> list[Post]:
    """Return the posts with the slugs of their batch's earlier rows, where slugs now collide in another way.

    Which of several posts gets a slug depends on which posts there are, and a feed drops old ones. A post is recognized
    by its title, if only one has it. One that asks for another slug by itself gets that; so does a translation, whose
    slug is another post's with its language after it, such as ``hello.de``.
    """
    earlier = [(clean_text(row["title"]), row["slug"]) for row in rows if "slug" in row]
    titles = [clean_text(post.title) for post in posts]
    requested = {post.slug for post in posts}
    translated = {title for title, post in zip(titles, posts, strict=True) if post.slug.rpartition(".")[0] in requested}
    times = Counter(title for title, _ in earlier) | Counter(titles)
    had = {title: name for title, name in earlier if times[title] == 1 and title not in translated}
    owners = {name: title for title, name in had.items()}

    def settled(title: str, post: Post) -> Post:
        own = had.get(title, post.slug)
        is_others = owners.get(post.slug, title) != title
        return replace(post, slug=own) if is_others or own in requested else post

    posts = list(map(settled, titles, posts))
    kept = {post.slug for title, post in zip(titles, posts, strict=True) if owners.get(post.slug) == title}
    return [
        replace(post, slug=_with_digest(post)) if post.slug in kept and owners[post.slug] != title else post
        for title, post in zip(titles, posts, strict=True)
    ]


def _with_digest(post: Post) -> str:
    return f"{post.slug}-{hashlib.sha256(clean_text(post.title).encode()).hexdigest()[:6]}"


def thumbnail_request(request: Look, post: Post, model: str) -> ThumbnailRequest:
    """Return the request for one post's thumbnail by one model."""
    look = {each.name: getattr(request, each.name) for each in fields(Look)}
    look["context"] = "\n".join(filter(None, (post.context, request.context)))
    look["extra_prompt"] = post.extra_prompt or request.extra_prompt
    if post.variation is not None:
        look["variation"] = post.variation
    return ThumbnailRequest(title=post.title, model=model, **look)


def identity(request: BatchRequest) -> object:
    """Return what identifies a batch across runs: its name, or else its whole request."""
    if request.name:
        return {"name": request.name}
    return {each.name: getattr(request, each.name) for each in fields(request) if each.name not in ("name", "left_out")}


def titles_of(prompts: Sequence[object]) -> list[str]:
    """Return the titles, leaving out those that are not text."""
    titles = [prompt.get("title") if isinstance(prompt, dict) else prompt for prompt in prompts]
    return [title for title in titles if isinstance(title, str)]


def collapsed(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults. One that many posts share is a single fault, with the first few places and a count."""
    kinds: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        kinds.setdefault((fault.what, fault.remedy), []).append(fault)
    shown: list[Fault] = []
    for (what, remedy), same in kinds.items():
        if len(same) <= MOST_LINES:
            shown += same
        else:
            places = ", ".join(fault.where for fault in same[:MOST_LINES])
            shown.append(Fault(what, f"{places} and {len(same) - MOST_LINES} more", remedy))
    return shown


def place_of(number: int, prompt: object) -> str:
    """Return how a message names a post: by its index, and by its title if that is readable."""
    title = prompt.get("title") if isinstance(prompt, dict) else prompt
    shown = clean_text(title.encode(errors="replace").decode()) if isinstance(title, str) else ""
    return f"prompts[{number}]" if not shown or draws_nothing(shown) else f'prompts[{number}] ("{brief(shown)}")'


def duplicates(prompts: Sequence[object]) -> list[Fault]:
    """Return a fault for each repeated slug or title; posts may share a title if their slugs differ."""
    first: dict[tuple[bool, str], int] = {}
    faults = []
    for number, prompt in enumerate(prompts):
        values = prompt if isinstance(prompt, dict) else {"title": prompt}
        title, given = values.get("title"), values.get("slug")
        if not isinstance(title, str):
            continue
        has_slug = isinstance(given, str) and bool(given)
        known = has_slug, str(given) if has_slug else clean_text(title)
        if first.setdefault(known, number) != number:
            where = place_of(number, prompt)
            if has_slug:
                what = f"has the same slug as prompts[{first[known]}]"
                faults.append(Fault(what, where, "change one of them"))
            else:
                faults.append(Fault("is a duplicate", where, "keep one, or give each its own slug"))
    return faults
