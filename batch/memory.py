"""What a named batch remembers of its earlier runs, so that a later one asks for the same pictures again.

A picture belongs to its post. Once a model has drawn it, an edited description changes nothing, and an edited title is
set anew on the same picture. Another take of it is asked for on purpose.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from pydantic import ValidationError

from batch.posts import asked_with, posts_of, thumbnail_request, with_earlier_slugs
from batch.requests import BatchRequest, Look, Post, ThumbnailRequest
from errors import Fault, InvalidRequestError
from gallery.manifest import Manifest
from outcomes import Asked, Finished, Outcome, Row
from providers.registry import MODELS
from text import clean_text, unknown

__all__ = ["Memory", "Take", "asked_of", "continued", "recalled", "takes_of", "with_asked"]


class Take(NamedTuple):
    """One of the pictures that a model draws for a post."""

    model: str
    variation: int


class Memory:
    """The rows of a batch's earlier runs, by the posts of this run that go on with them."""

    def __init__(self, posts: Sequence[Post], rows: Sequence[Row], redraw: Sequence[str] = ()) -> None:
        """Take this run's posts, the earlier rows, and the slugs of the posts of which another take is wanted.

        Raises:
            InvalidRequestError: no post has one of the slugs.
        """
        self._rows = continued([(post.title, post.slug) for post in posts], rows)
        self._takes = {slug: takes_of(row) for slug, row in self._rows.items()}
        self._redraw = frozenset(redraw)
        slugs = [post.slug for post in posts]
        if faults := [Fault(unknown("slug", slug, slugs), "redraw") for slug in redraw if slug not in slugs]:
            raise InvalidRequestError(faults)

    def request(self, look: Look, post: Post, model: str) -> ThumbnailRequest:
        """Return the request for a post's thumbnail by one model, in the words that its picture was asked for with."""
        return self._request(look, post, Take(model, self._variation(look, post, model)))

    def cover_request(self, look: Look, post: Post) -> ThumbnailRequest | None:
        """Return the request for the thumbnail that a post's cover shows, or None if it shows none of the row's."""
        cover = self._rows[post.slug].get("cover") if post.slug in self._rows else None
        take = Take(cover["model"], cover["variation"]) if cover else None
        is_drawable = take and take in self._takes[post.slug] and take.model in MODELS
        return self._request(look, post, take) if take and is_drawable else None

    def _request(self, look: Look, post: Post, take: Take) -> ThumbnailRequest:
        request = replace(thumbnail_request(look, post, take.model), variation=take.variation)
        outcome = self._takes.get(post.slug, {}).get(take)
        if not outcome or "asked" not in outcome:
            return request
        asked = outcome["asked"]
        title = asked["title"] if clean_text(asked["title"]) != clean_text(post.title) else ""
        return replace(request, asked_title=title, context=asked["context"], extra_prompt=asked["extra_prompt"])

    def _variation(self, look: Look, post: Post, model: str) -> int:
        """Return which take is wanted: the one that the request names, or a further one, or else the model's latest."""
        row, named = self._rows.get(post.slug), look.variation if post.variation is None else post.variation
        if not row or (post.slug not in self._redraw and (post.variation is not None or named)):
            return named
        last, takes = row.get("variation", 0), self._takes[post.slug]
        if post.slug in self._redraw:
            latest = max([last, *(take.variation for take in takes)])
            return latest if latest and _is_unfinished(row["results"]) else latest + 1
        own = [take.variation for take in takes if take.model == model]
        return last if not own or _is_unfinished(row["results"], model) else max(own)


def recalled(request: BatchRequest, rows: Sequence[Row], *, retried: bool) -> tuple[list[Post], Memory | None]:
    """Return a batch's posts, with the slugs of its earlier rows, and what it remembers of those, if it has a name.

    A run that is ``retried`` has asked for its further takes already.

    Raises:
        InvalidRequestError: another take of a post is wanted that the batch does not have.
    """
    posts = with_earlier_slugs(posts_of(request.prompts), rows)
    if request.name:
        return posts, Memory(posts, rows, () if retried else request.redraw)
    if request.redraw:
        raise InvalidRequestError(
            [Fault("a batch without a name remembers no takes", "redraw", "give variation instead")]
        )
    return posts, None


def _is_unfinished(results: Sequence[Outcome], model: str = "") -> bool:
    """Return whether the latest takes, or the model's, were not reached or failed: they are still to be made."""
    return any(each["status"] in ("pending", "failed") for each in results if model in ("", each["model"]))


def asked_of(request: ThumbnailRequest) -> Asked:
    """Return the words that a picture is asked for with."""
    title = request.asked_title or request.title
    return {"title": title, "context": request.context, "extra_prompt": request.extra_prompt}


def takes_of(row: Row) -> dict[Take, Finished]:
    """Return a row's finished thumbnails, by their takes."""
    finished = [each for each in row["results"] if each["status"] == "ok"]
    return {Take(each["model"], each.get("variation", row.get("variation", 0))): each for each in finished}


def continued(posts: Sequence[tuple[str, str]], rows: Sequence[Row]) -> dict[str, Row]:
    """Return the earlier row that each post, given by its title and slug, goes on with, by its slug.

    A post is known by its title, if only one has it, whatever its slug is now; or else by its slug, unless the row of
    that slug is another post's: then its title was edited.
    """
    titles, known = [clean_text(title) for title, _ in posts], [clean_text(row["title"]) for row in rows]
    times = Counter(titles) | Counter(known)
    by_title = {title: row for title, row in zip(known, rows, strict=True) if times[title] == 1}
    by_slug = {row["slug"]: row for row in rows if "slug" in row}
    found = {slug: by_title[title] for title, (_, slug) in zip(titles, posts, strict=True) if title in by_title}
    taken = {row.get("slug") for row in found.values()}
    edited = {slug for _, slug in posts if slug in by_slug and slug not in taken}
    return {slug: by_slug[slug] for slug in edited} | found


def with_asked(manifest: Manifest) -> list[Row]:
    """Return a manifest's rows, with the words that their pictures were asked for with.

    Until version 0.2.0, only the request of the last run held them.
    """
    request = manifest["request"]
    try:
        posts = {post.slug: post for post in posts_of([*map(_prompt, request["prompts"])])}
        look = Look(**{name: request[name] for name in Look.__dataclass_fields__})  # type: ignore[literal-required]
    except ValidationError:  # A damaged request has lost its words, and nothing else.
        return manifest["rows"]
    return [_with_asked(row, look, posts.get(row.get("slug", ""))) for row in manifest["rows"]]


def _prompt(prompt: str | Mapping[str, object]) -> str | dict[str, object]:
    return prompt if isinstance(prompt, str) else dict(prompt)


def _with_asked(row: Row, look: Look, post: Post | None) -> Row:
    if not post or clean_text(post.title) != clean_text(row["title"]):
        return row
    asked = asked_with(look, post)
    for outcome in takes_of(row).values():
        if "variation" in outcome and outcome["variation"] == row.get("variation"):
            outcome.setdefault("asked", asked)
    return row
