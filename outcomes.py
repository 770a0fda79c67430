"""The outcome of each pair of post and model, from the leaf that makes it to the page that shows it.

Outcomes are plain dicts, because they cross from task to task and into the manifest: writing 10,000 of them copies and
validates nothing. The manifest's JSON Schema is generated from these types.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Literal, NotRequired, TypeVar, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, with_config
from typing_extensions import TypedDict  # Pydantic cannot read Python 3.11's own TypedDict.

from money import NOTHING, Money

__all__ = [
    "Asked",
    "Counts",
    "Cover",
    "Ended",
    "Finished",
    "Moment",
    "Month",
    "Outcome",
    "OutcomeError",
    "Paid",
    "Pending",
    "Row",
    "Unfinished",
    "counts",
    "described",
    "unpaid",
    "with_paid",
]

described = with_config(ConfigDict(use_attribute_docstrings=True))


def _parsed_by(parse: Callable[[str], object]) -> AfterValidator:
    """Return a validator of texts that this can parse."""

    def check(text: str) -> str:
        parse(text)
        return text

    return AfterValidator(check)


# Outcomes are read back from a store that others may write to, so their values are limited to what can be shown.
Moment = Annotated[str, _parsed_by(datetime.fromisoformat)]
Month = Annotated[str, _parsed_by(lambda month: datetime.strptime(month, "%Y-%m"))]  # noqa: DTZ007
Url = Annotated[str, _parsed_by(urlsplit)]
Dollars = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


@described
class OutcomeError(TypedDict):
    """Why there is no thumbnail."""

    code: str
    """One word, such as `moderation`."""
    message: str
    """A sentence for people, with the remedy."""


class Paid(TypedDict):
    """What was paid, as ``Money.record`` writes it: by this run for a pair, by a run, or by all runs of a batch."""

    cost_usd: NotRequired[
        Annotated[
            Dollars | None, Field(description="The known costs in US dollars; null, in older records, if unknown.")
        ]
    ]
    cost_is_estimate: NotRequired[bool]
    pictures_made: NotRequired[
        Annotated[Count, Field(description="How many pictures, or answers in place of one, were made and billed.")]
    ]
    cost_unknown: NotRequired[
        Annotated[Count, Field(description="How many of them have no known cost, and are not in `cost_usd`.")]
    ]
    cost_reason: NotRequired[Annotated[str, Field(description="Why a cost is not known.")]]
    maybe_billed: NotRequired[
        Annotated[
            Count,
            Field(description="How many more pictures may have been billed: requests whose answers never came whole."),
        ]
    ]


@described
class Asked(TypedDict):
    """What a picture was asked for with."""

    title: str
    context: str
    extra_prompt: str
    size: NotRequired[str]
    quality: NotRequired[str]
    """The vendor's own words, or empty."""


@described
class Finished(Paid):
    """A thumbnail in the bucket."""

    status: Literal["ok"]
    title: str
    model: str
    """The requested model id."""
    served_by: str
    """The live model that drew the picture; begins with `simulated/` if the picture is simulated."""
    image_url: Url
    image_url_expires_at: NotRequired[Moment]
    """When the link expires, if the bucket is private (ISO 8601, UTC)."""
    key: str
    """The thumbnail's key in the bucket."""
    original: NotRequired[str]
    """The key of the picture, which stays the same whatever title is set on it in which look."""
    asked: NotRequired[Asked]
    """What the picture was asked for with, in a named batch: a later run asks for the same."""
    alt: NotRequired[str]
    """The alternative text for the thumbnail."""
    variation: NotRequired[int]
    """Which picture of the same request this is, from 0."""
    template: str
    font: str
    reused: bool
    """Whether the original was already stored, so that this run paid nothing for it."""
    title_shortened: NotRequired[bool]
    """The title does not fit at any size, and ends in an ellipsis."""
    usage: NotRequired[dict[str, float | str]]
    """The usage that the provider reports for the picture, in its own terms."""
    unusable_answers: NotRequired[int]
    """How many answers before this one were paid for but were not pictures."""
    throttled_seconds: NotRequired[float]
    """How long this pair waited for the provider's quota."""
    original_seconds: NotRequired[float]
    composite_seconds: NotRequired[float]
    upload_seconds: NotRequired[float]


@described
class Unfinished(Paid):
    """No thumbnail: refused by the provider (`rejected`), or not made after every retry (`failed`)."""

    status: Literal["rejected", "failed"]
    title: str
    model: str
    error: OutcomeError


@described
class Pending(TypedDict):
    """No thumbnail yet: the batch is still running, was stopped before it reached this pair, or did not ask for it."""

    status: Literal["pending"]
    title: str
    model: str
    variation: NotRequired[int]
    """Which picture of the same request it is, from 0."""
    original: NotRequired[str]
    """The key of the picture that this run may be paying for, for the batch's next run."""
    thumbnail: NotRequired[str]
    """The thumbnail's key."""
    error: NotRequired[OutcomeError]
    """Why the run did not ask for its picture: the cap, or the vendor refused another for the whole account."""


Ended = TypeVar("Ended", bound=Finished | Unfinished)
Outcome = Annotated[Finished | Unfinished | Pending, Field(discriminator="status")]


@described
class Cover(TypedDict):
    """A post's cover: a copy of one of its thumbnails at a stable URL."""

    key: str
    """The cover's key in the bucket, `covers/<slug>.jpg`."""
    image_url: Url
    image_url_expires_at: NotRequired[Moment]
    """When the link expires, if the bucket is private (ISO 8601, UTC)."""
    thumbnail: str
    """The key of the copied thumbnail, which may be from another batch."""
    original: NotRequired[str]
    """The key of the thumbnail's picture."""
    older: NotRequired[bool]
    """Whether it shows an older look or title than the thumbnails of this run do."""
    simulated: NotRequired[bool]
    """Whether it shows a simulated picture."""
    model: str
    """The thumbnail's model id."""
    variation: int
    """The thumbnail's variation."""
    alt: NotRequired[str]
    """The alternative text for the cover."""
    chosen: bool
    """Whether a person chose it. Otherwise a batch used the first finished thumbnail."""


@described
class Row(TypedDict):
    """One post and its outcomes, in the order of the request's models."""

    title: str
    slug: NotRequired[str]
    """The post's name in URLs. Only a row with a slug can have a cover."""
    variation: NotRequired[int]
    """Which picture of the same request the row asks for, from 0."""
    cover: NotRequired[Cover]
    without_cover: NotRequired[bool]
    """Whether a person wants this post to have no cover."""
    removed: NotRequired[list[str]]
    """The keys of pictures that a person took off the page. They stay in the bucket."""
    style: str
    template: str
    font: str
    results: list[Outcome]


@described
class Counts(TypedDict):
    """The number of outcomes of each kind."""

    requested: int
    ok: int
    reused: int
    """Those of `ok` that cost nothing this time."""
    rejected: int
    failed: int


def with_paid(outcome: Ended, paid: Money) -> Ended:
    """Return the outcome with what the run paid for it. If it paid nothing for a picture, the picture was reused."""
    others = {name: value for name, value in outcome.items() if name not in Paid.__annotations__}
    reused = {"reused": not paid} if outcome["status"] == "ok" else {}
    return cast(Ended, {**others, **reused, **paid.record})


def unpaid(outcome: Ended) -> Ended:
    """Return the outcome with a cost of 0, because its cost is counted elsewhere."""
    return with_paid(outcome, NOTHING)


def counts(outcomes: Sequence[Outcome]) -> Counts:
    """Return the number of outcomes of each kind. Reused ones also count as ok."""
    statuses = [outcome["status"] for outcome in outcomes]
    return {
        "requested": len(outcomes),
        "ok": statuses.count("ok"),
        "reused": sum(outcome["status"] == "ok" and outcome["reused"] for outcome in outcomes),
        "rejected": statuses.count("rejected"),
        "failed": statuses.count("failed"),
    }
