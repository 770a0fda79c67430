"""A pair of a post and a model: one type from the request to the page that shows its outcome."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from batch.memory import Memory, asked_of, recalled
from batch.posts import thumbnail_request
from batch.requests import BatchRequest, Look, Post, ThumbnailRequest, arguments
from compositing import COMPOSITOR_VERSION, MAX_BYTES
from compositing.brand import Brand
from compositing.brand_file import open_brand
from compositing.title_text import layout_text
from compositing.typography import typographic
from money import NOTHING, Money
from originals.original import Wanted
from outcomes import Asked, Finished, Outcome, OutcomeError, Pending, Row, Unfinished
from providers.opening import picture_request
from providers.prompt import identity
from providers.provider import PictureRequest
from providers.registry import MODELS, Model
from settings import Settings
from storage.keys import account, original_key, thumbnail_key
from storage.store import ObjectInfo, Store
from styles import alt_text
from text import clean_text

__all__ = ["Action", "Pair", "is_thumbnail", "pair_of", "pairs_of", "pairs_of_batch"]

# In bytes. Smaller ones are damaged; larger ones are never made.
THUMBNAIL_SIZES = range(2_000, MAX_BYTES + 1)


# What is to be done for a pair: ``reuse`` its thumbnail, ``recompose`` it from its stored picture, ``generate`` a new
# picture, or nothing, as the provider ``refused`` the prompt before.
Action = Literal["reuse", "recompose", "refused", "generate"]


@dataclass(unsafe_hash=True)
class Pair:
    """A post and a model: the request for their thumbnail, its keys under these settings, and its outcome so far.

    A batch with a name remembers what its pictures were asked for with. An extra pair, which sets a post's cover anew,
    is made only from a picture that is stored. ``action`` is what is to be done for the pair, once the store was looked
    into, ``paid_before`` what earlier attempts of the run paid, and ``withheld`` why its picture is not asked for any
    more. Pairs are equal if they ask for the same thumbnail. Whoever only shows a pair never reads its keys, which
    depend on the settings of the machine that draws.
    """

    request: ThumbnailRequest
    settings: Settings = field(compare=False, repr=False)
    post: Post = field(compare=False, repr=False)
    is_remembered: bool = field(default=False, compare=False, repr=False)
    is_extra: bool = field(default=False, compare=False, repr=False)
    outcome: Finished | Unfinished | None = field(default=None, compare=False, repr=False)
    action: Action = field(default="generate", compare=False, repr=False)
    paid_before: Money = field(default=NOTHING, compare=False, repr=False)
    withheld: OutcomeError | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the pair, for the start of a log line."""
        return f"{self.title}, {self.model.id}"

    @cached_property
    def arguments(self) -> tuple[object, ...]:
        """The arguments of the leaf that makes the thumbnail."""
        return tuple(arguments(self.request))

    @property
    def so_far(self) -> Outcome:
        """The outcome; until there is one, ``pending`` with the keys, by which a later run finds what this one paid."""
        if self.outcome and self.outcome["status"] == "ok" and self.is_remembered:
            return {**self.outcome, "asked": self.asked}
        if self.outcome:
            return self.outcome
        pending: Pending = {
            "status": "pending",
            "title": self.request.title,
            "model": self.request.model,
            "variation": self.request.variation,
            "original": self.original_key,
            "thumbnail": self.thumbnail_key,
        }
        return {**pending, "error": self.withheld} if self.withheld else pending

    @property
    def is_billed(self) -> bool:
        """Whether its leaf asks a vendor for a picture, as far as the store tells."""
        return self.action == "generate" and not self.picture.simulated

    @property
    def asked(self) -> Asked:
        """What the picture is asked for with, for the record."""
        return {**asked_of(self.request), "size": self.picture.size, "quality": self.picture.quality}

    @property
    def model(self) -> Model:
        """The model."""
        return MODELS[self.request.model]

    @cached_property
    def title(self) -> str:
        """The title, cleaned."""
        return clean_text(self.request.title)

    @cached_property
    def drawn(self) -> str:
        """The title as it is drawn."""
        title = self.request.title
        return layout_text(title if self.settings.titles_as_typed else typographic(title))

    @cached_property
    def brand(self) -> Brand:
        """The brand that is drawn beside the title."""
        return open_brand(self.settings.brand_dir)

    @cached_property
    def picture(self) -> PictureRequest:
        """The picture to ask for."""
        return picture_request(self.model, self.settings, **self._asked, variation=self.request.variation)

    @cached_property
    def original_key(self) -> str:
        """The key of the picture, which is a digest of all that is asked for."""
        return original_key(
            served_by=self.picture.served_by,
            identity=identity(**self._asked),
            size=self.picture.size,
            quality=self.picture.quality,
            variation=self.picture.variation,
        )

    @cached_property
    def thumbnail_key(self) -> str:
        """The key of the thumbnail, which is a digest of the picture's and of all that is drawn."""
        return thumbnail_key(
            original=self.original_key,
            title=self.title,
            drawn=self.drawn,
            model=self.model.id,
            style=self.request.style,
            template=self.request.template,
            font=self.request.font,
            compositor_version=COMPOSITOR_VERSION,
            brand=self.brand.digest,
        )

    def wanted_by(self, run: str) -> Wanted:
        """Return the original that this run wants for the pair."""
        return Wanted(self.original_key, self.picture, self.model, account(run, self.thumbnail_key), str(self))

    def found(self, store: Store) -> Finished:
        """Return the outcome of a thumbnail that is in the store."""
        link = store.link(self.thumbnail_key)
        outcome: Finished = {
            "status": "ok",
            "title": self.request.title,
            "model": self.model.id,
            "served_by": self.picture.served_by,
            "image_url": link.url,
            "key": self.thumbnail_key,
            "original": self.original_key,
            "alt": alt_text(self.request.title, self.request.style, self.brand.name),
            "variation": self.request.variation,
            "template": self.request.template,
            "font": self.request.font,
            "reused": True,
            "cost_usd": 0.0,
        }
        if link.expires_at:
            outcome["image_url_expires_at"] = link.expires_at
        return outcome

    @property
    def _asked(self) -> dict[str, str]:
        return {
            "title": clean_text(self.request.asked_title) or self.title,
            "style": self.request.style,
            "context": clean_text(self.request.context),
            "extra_prompt": clean_text(self.request.extra_prompt),
        }


def pair_of(request: ThumbnailRequest, settings: Settings) -> Pair:
    """Return the pair of a leaf, which knows no more of its post than its texts."""
    return Pair(request, settings, Post(request.title))


def pairs_of(
    posts: Iterable[Post], models: Sequence[str], look: Look, settings: Settings, memory: Memory | None = None
) -> list[Pair]:
    """Return the pairs of posts and models, post by post. This is the one place that multiplies them out."""
    request_of = memory.request if memory else thumbnail_request
    return [
        Pair(request_of(look, post, model), settings, post, is_remembered=memory is not None)
        for post in posts
        for model in models
    ]


def pairs_of_batch(
    request: BatchRequest, earlier: Sequence[Row], settings: Settings, *, retried: bool = False
) -> list[Pair]:
    """Return a batch's pairs, by what it remembers of its earlier rows, with those that set covers anew, if wanted.

    A run that is ``retried`` has asked for its further takes already.

    Raises:
        InvalidRequestError: another take of a post is wanted that the batch does not have.
    """
    posts, memory = recalled(request, earlier, retried=retried)
    pairs = pairs_of(posts, request.models, request, settings, memory)
    if not memory or not request.refresh_covers:
        return pairs
    known = {(pair.post.slug, pair.request.model, pair.request.variation) for pair in pairs}
    extra = [
        Pair(each, settings, post, is_remembered=True, is_extra=True)
        for post in posts
        if (each := memory.cover_request(request, post)) and (post.slug, each.model, each.variation) not in known
    ]
    places = {id(post): place for place, post in enumerate(posts)}
    return sorted([*pairs, *extra], key=lambda pair: places[id(pair.post)])


def is_thumbnail(found: ObjectInfo | None) -> bool:
    """Return whether a stored object can be a thumbnail. If not, it is damaged or foreign, and is made again."""
    return found is not None and found.size in THUMBNAIL_SIZES and found.content_type == "image/jpeg"
