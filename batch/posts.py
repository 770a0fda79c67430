"""Posts: reads and checks a batch's ``prompts``, each a title or an object that says more about its post."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import chain, count
from types import MappingProxyType

from batch.requests import BatchRequest, Look, Post, ThumbnailRequest
from compositing.title_text import draws_nothing
from errors import Fault
from outcomes import Asked, Row
from storage.keys import MOST_BYTES, MOST_CHARACTERS, slug
from text import brief, canonical, clean_text

__all__ = [
    "asked_with",
    "collapsed",
    "duplicates",
    "identity",
    "identity_of_name",
    "place_of",
    "posts_of",
    "thumbnail_request",
    "titles_of",
    "with_earlier_slugs",
]

# Up to this many posts with the same fault get a line each; if there are more, one line names this many of them.
MOST_LINES = 3
# Inputs of a batch that do not tell it from another.
NOT_IDENTIFYING = {"name", "left_out", "redraw", "refresh_covers", "max_cost_usd"}
DIGEST = "-[0-9a-f]{6,64}"


def posts_of(prompts: Sequence[str | dict[str, object]]) -> list[Post]:
    """Return the posts of checked prompts, each with a slug that no other has.

    A slug that is given stays. If several titles would get the same slug, each gets a digest in its slug, so that their
    order in a later request does not matter to their covers.
    """
    said = [prompt if isinstance(prompt, dict) else {"title": prompt} for prompt in prompts]
    posts = [_with_a_slug(Post(**{"slug": "", **each})) for each in said]  # type: ignore[arg-type]
    times = Counter(post.slug.casefold() for post in posts)
    posts = [
        replace(post, slug=next(_longer_slugs(post))) if post.slug_made and times[post.slug.casefold()] > 1 else post
        for post in posts
    ]
    return _with_own_slugs(posts, [post.slug for post in posts])


def _with_a_slug(post: Post) -> Post:
    given = canonical(post.slug)
    return replace(post, slug=given or slug(clean_text(post.title)), slug_made=post.slug_made or not given)


def with_earlier_slugs(posts: Sequence[Post], rows: Iterable[Row]) -> list[Post]:
    """Return the posts with the slugs of their batch's earlier rows, where slugs now collide in another way.

    Which of several posts gets a slug depends on which posts there are, and a feed drops old ones. A post is recognized
    by its title, if only one has it. A slug that is given stays, unless it is that of a post that is gone, beside which
    this one had a longer form of it. A made one gives way to the post that had it earlier, and a post whose made slug
    changed gets the new one; so does a translation, whose slug is another post's with its language, as ``hello.de``.
    """
    earlier = {(clean_text(row["title"]), canonical(row["slug"])) for row in rows if "slug" in row}
    titles = [clean_text(post.title) for post in posts]
    requested, present = {post.slug for post in posts}, set(titles)
    times = Counter(title for title, _ in earlier) | Counter(titles)
    had = {title: name for title, name in earlier if times[title] == 1}
    translated = {title for title, post in zip(titles, posts, strict=True) if post.slug.rpartition(".")[0] in requested}
    given = {title: post.slug for title, post in zip(titles, posts, strict=True) if not post.slug_made}
    owners = {name: title for title, name in had.items() if title not in translated and given.get(title, name) == name}

    def settled(title: str, post: Post) -> Post:
        own = post.slug if title in translated else had.get(title, post.slug)
        owner = owners.get(post.slug, title)
        if post.slug_made:
            return replace(post, slug=own) if owner != title or own in requested else post
        is_gone = owner != title and owner not in present
        return replace(post, slug=own, slug_made=True) if is_gone and _is_longer(own, post.slug) else post

    return _with_own_slugs(list(map(settled, titles, posts)), [post.slug for post in posts], owners)


def _is_longer(longer: str, slug: str) -> bool:
    """Return whether a slug is one that a post gets if another one has ``slug``: with its folders, or a digest."""
    name, dot, end = map(re.escape, slug.partition("."))
    return longer != slug and bool(re.fullmatch(rf"(?:.+-)?{name}(?:{DIGEST})?{dot}{end}(?:{DIGEST})?", longer))


def _with_own_slugs(
    posts: Sequence[Post], otherwise: Sequence[str], owners: Mapping[str, str] = MappingProxyType({})
) -> list[Post]:
    """Return the posts, each with its slug, or if that is made and another post's, with a longer one.

    The longer one is of the slug that it would have ``otherwise``, if that is another post's too. Of several made ones,
    that of its earlier owner stays, or else that of the first title. Slugs that differ only in case are the same, as
    the files of their covers may be.
    """

    def rank(number: int) -> tuple[bool, str, int]:
        title = clean_text(posts[number].title)
        return owners.get(posts[number].slug) != title, title, number

    found = list(posts)
    taken = {post.slug.casefold() for post in posts if not post.slug_made}
    for number in sorted((number for number, post in enumerate(posts) if post.slug_made), key=rank):
        post = posts[number]
        choices = chain([post.slug, otherwise[number]], _longer_slugs(replace(post, slug=otherwise[number])))
        free = (each for each in choices if each.casefold() not in taken)
        found[number] = replace(post, slug=next(free))
        taken.add(found[number].slug.casefold())
    return found


def _longer_slugs(post: Post) -> Iterator[str]:
    """Yield a post's slug with ever longer digests of its title, then with numbers, no longer than slugs may be."""
    digest = hashlib.sha256(clean_text(post.title).encode()).hexdigest()
    for end in chain((digest[:length] for length in (6, 12, 24)), (f"{digest[:24]}-{n}" for n in count(2))):
        name = post.slug[: MOST_CHARACTERS - len(end) - 1].encode()[: MOST_BYTES - len(end) - 1]
        yield f"{name.decode(errors='ignore')}-{end}"


def thumbnail_request(request: Look, post: Post, model: str) -> ThumbnailRequest:
    """Return the request for one post's thumbnail by one model."""
    look = {each.name: getattr(request, each.name) for each in fields(Look)}
    if post.variation is not None:
        look["variation"] = post.variation
    return ThumbnailRequest(model=model, **{**look, **asked_with(request, post)})


def asked_with(request: Look, post: Post) -> Asked:
    """Return the words that a post's picture is asked for with."""
    context = "\n".join(filter(None, (post.context, request.context)))
    return {"title": post.title, "context": context, "extra_prompt": post.extra_prompt or request.extra_prompt}


def identity(request: BatchRequest) -> object:
    """Return what identifies a batch across runs: its name, or else its whole request."""
    if request.name:
        return identity_of_name(request.name)
    return {each.name: getattr(request, each.name) for each in fields(request) if each.name not in NOT_IDENTIFYING}


def identity_of_name(name: str) -> object:
    """Return what identifies the batch with this name."""
    return {"name": canonical(name)}


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
        has_slug = isinstance(given, str) and bool(canonical(given))
        known = has_slug, canonical(str(given)) if has_slug else clean_text(title)
        if first.setdefault(known, number) != number:
            where = place_of(number, prompt)
            if has_slug:
                what = f"has the same slug as prompts[{first[known]}]"
                faults.append(Fault(what, where, "change one of them"))
            else:
                faults.append(Fault("is a duplicate", where, "keep one, or give each its own slug"))
    return faults
