"""What came of each pair, from the leaf that made it to the page that shows it, in one set of types.

They are types of plain dicts, as outcomes cross from task to task and into the manifest, so that writing 10,000 of them
copies and checks nothing. The manifest's JSON Schema is made from them.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple, NotRequired

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict  # Python 3.11's own TypedDict is not one that pydantic can read.

__all__ = [
    "Counts",
    "Cover",
    "Finished",
    "Outcome",
    "OutcomeError",
    "Pair",
    "Pending",
    "Row",
    "Unfinished",
    "counts",
    "described",
    "pending",
]

described = with_config(ConfigDict(use_attribute_docstrings=True))


@described
class OutcomeError(TypedDict):
    """Why there is no thumbnail."""

    code: str
    """One word, such as `moderation`."""
    message: str
    """A sentence for a person, with what to do about it."""


@described
class Finished(TypedDict):
    """A thumbnail that is in the bucket."""

    status: Literal["ok"]
    title: str
    model: str
    """The model id as it was asked for."""
    served_by: str
    """The live model that drew the picture; it begins with `simulated/` where none did."""
    image_url: str
    image_url_expires_at: NotRequired[str]
    """Where the bucket is private: until when the link opens the picture (ISO 8601, UTC)."""
    key: str
    """The thumbnail's key in the bucket."""
    alt: NotRequired[str]
    """What the thumbnail shows, in words, for those who do not see it."""
    variation: NotRequired[int]
    """Which of the pictures of the same request this is, from 0."""
    template: str
    font: str
    reused: bool
    """Whether the original was there already, so that nothing was paid for it this time."""
    title_shortened: NotRequired[bool]
    """The title fits at no size, and ends in an ellipsis on the picture."""
    usage: NotRequired[dict[str, float | str]]
    """What the provider says that the picture took, in its own terms."""
    unusable_answers: NotRequired[int]
    """How many of the provider's answers were paid for before this one and were no pictures."""
    throttled_seconds: NotRequired[float]
    """How long the provider's quota had this pair wait."""
    cost_usd: NotRequired[float | None]
    """What was paid this time, in US dollars, answers that were no pictures included; null where it is not known."""
    cost_is_estimate: NotRequired[bool]
    cost_reason: NotRequired[str]
    """Why the cost is not known, or why there is none."""
    original_seconds: NotRequired[float]
    composite_seconds: NotRequired[float]
    upload_seconds: NotRequired[float]


@described
class Unfinished(TypedDict):
    """No thumbnail: refused for good (`rejected`), or not made after every retry (`failed`)."""

    status: Literal["rejected", "failed"]
    title: str
    model: str
    error: OutcomeError
    cost_usd: NotRequired[float | None]
    """What was paid this time, in US dollars, answers that were no pictures included; null where it is not known."""
    cost_is_estimate: NotRequired[bool]
    cost_reason: NotRequired[str]
    """Why the cost is not known, or why there is none."""


@described
class Pending(TypedDict):
    """No thumbnail yet: the batch is still going, or was stopped before it came to this pair."""

    status: Literal["pending"]
    title: str
    model: str


Outcome = Annotated[Finished | Unfinished | Pending, Field(discriminator="status")]


@described
class Cover(TypedDict):
    """A post's cover: the copy of one of its thumbnails under an address that stays the same."""

    key: str
    """The cover's key in the bucket, `covers/<slug>.jpg`."""
    image_url: str
    image_url_expires_at: NotRequired[str]
    """Where the bucket is private: until when the link opens the picture (ISO 8601, UTC)."""
    thumbnail: str
    """The key of the thumbnail that it is a copy of. It may be one of another batch."""
    model: str
    """The model id of that thumbnail."""
    variation: int
    """The variation of that thumbnail."""
    chosen: bool
    """Whether a person chose it. If not, a batch took the first thumbnail that came out."""


@described
class Row(TypedDict):
    """One title, by each model in the request's order."""

    title: str
    slug: NotRequired[str]
    """The post's name in addresses. Only a row that has one can have a cover."""
    variation: NotRequired[int]
    """Which of the pictures of the same request the row asks for, from 0."""
    cover: NotRequired[Cover]
    style: str
    template: str
    font: str
    results: list[Outcome]


@described
class Counts(TypedDict):
    """How many outcomes there are of each kind."""

    requested: int
    ok: int
    reused: int
    """Those among `ok` that cost nothing this time."""
    rejected: int
    failed: int


class Pair(NamedTuple):
    """One thumbnail to be: which title, by which model."""

    title: str
    model: str


def pending(pair: Pair) -> Pending:
    """Return what stands in for the outcome of a pair that has none yet."""
    return {"status": "pending", "title": pair.title, "model": pair.model}


def counts(outcomes: Sequence[Outcome]) -> Counts:
    """Return how many outcomes there are of each kind; what was reused is counted among what is ok too."""
    statuses = [outcome["status"] for outcome in outcomes]
    return {
        "requested": len(outcomes),
        "ok": statuses.count("ok"),
        "reused": sum(outcome["status"] == "ok" and outcome["reused"] for outcome in outcomes),
        "rejected": statuses.count("rejected"),
        "failed": statuses.count("failed"),
    }
