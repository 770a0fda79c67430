"""Posts: what each of a batch's ``prompts`` stands for, a text or an object that says more."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from storage.keys import slug
from tasks.requests import BatchRequest, Look, ThumbnailRequest
from text import clean_text

__all__ = ["Post", "identity", "is_slug", "posts_of", "thumbnail_request"]

LONGEST_SLUG = 100  # Characters.


@dataclass(frozen=True)
class Post:
    """One post. ``slug`` names its cover; what else it says goes before what the batch says."""

    title: str
    slug: str
    context: str = ""
    extra_prompt: str = ""
    variation: int | None = None


def is_slug(text: str) -> bool:
    """Say whether a text can be part of an address and a file's name.

    It holds letters, digits and marks of any script, and ``-_.~``. It begins with a letter or digit and does not end in
    a dot, so that it is no hidden file and climbs out of no folder.
    """
    allowed = all(unicodedata.category(each)[0] in "LNM" or each in "-_.~" for each in text)
    return allowed and 0 < len(text) <= LONGEST_SLUG and text[0].isalnum() and not text.endswith(".")


def posts_of(prompts: Sequence[str | dict[str, object]]) -> list[Post]:
    """Return the posts of checked prompts, each with a slug.

    Titles of which the same slug would be made have a digest in theirs, all of them: whichever comes first in a later
    request, none takes over another's cover.
    """
    said = [prompt if isinstance(prompt, dict) else {"title": prompt} for prompt in prompts]
    posts = [Post(**{"slug": "", **each}) for each in said]  # type: ignore[arg-type]
    made = Counter(slug(clean_text(post.title)) for post in posts if not post.slug)
    given = {post.slug for post in posts if post.slug}
    return [post if post.slug else replace(post, slug=_made(post.title, made, given)) for post in posts]


def _made(title: str, made: Counter[str], given: set[str]) -> str:
    name = slug(clean_text(title))
    if made[name] == 1 and name not in given:
        return name
    return f"{name}-{hashlib.sha256(clean_text(title).encode()).hexdigest()[:6]}"


def thumbnail_request(request: Look, post: Post, model: str) -> ThumbnailRequest:
    """Return what is asked for one post by one model."""
    look = {each.name: getattr(request, each.name) for each in fields(Look)}
    look["context"] = "\n".join(filter(None, (post.context, request.context)))
    look["extra_prompt"] = post.extra_prompt or request.extra_prompt
    if post.variation is not None:
        look["variation"] = post.variation
    return ThumbnailRequest(title=post.title, model=model, **look)


def identity(request: BatchRequest) -> object:
    """Return what a batch is known by from run to run: its name, or else all of its request."""
    if request.name:
        return {"name": request.name}
    return {each.name: getattr(request, each.name) for each in fields(request) if each.name != "name"}
