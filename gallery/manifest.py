"""The manifest: what a batch asked for and what came of it, as JSON beside its pictures.

The types below are its schema, and ``manifest.schema.json`` is the same as JSON Schema for readers in other languages.
They are types of plain dicts, as outcomes arrive, so that writing 10,000 of them copies and checks nothing; what is
read back, from a store that others write to as well, is checked.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict  # Python 3.11's own TypedDict is not one that pydantic can read.

__all__ = [
    "MANIFEST_VERSION",
    "Cover",
    "Finished",
    "Manifest",
    "Outcome",
    "Post",
    "Row",
    "Summary",
    "build_manifest",
    "manifest_schema",
    "manifest_text",
    "read_manifest",
    "timestamp",
]

# Raised when a reader of the version before could misread what is written; a new field alone is no reason.
MANIFEST_VERSION = 1

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
    """The picture's alternative text."""
    variation: NotRequired[int]
    """Which of the pictures of the same request this is, from 0."""
    cost_usd: NotRequired[float | None]
    """What the picture cost this time in US dollars; null where the price is unknown."""
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
class Post(TypedDict):
    """A title with what the request says of its post alone."""

    title: str
    slug: NotRequired[str]
    context: NotRequired[str]
    extra_prompt: NotRequired[str]
    variation: NotRequired[int]


@described
class Request(TypedDict):
    """The batch's arguments by their names."""

    prompts: list[str | Post]
    models: list[str]
    style: str
    template: str
    font: str
    context: str
    extra_prompt: str
    variation: int


@described
class Summary(TypedDict):
    """How many outcomes there are of each kind."""

    requested: int
    ok: int
    reused: int
    """Those among `ok` that cost nothing this time."""
    rejected: int
    failed: int
    pending: int


@described
class Manifest(TypedDict):
    """A batch of thumbnails: what was asked for, and what came of it. Readers ignore fields that they do not know."""

    version: Literal[1]
    batch_id: str
    name: NotRequired[str]
    """What the batch is called, if its request names it."""
    created_at: str
    """When the batch was first started (ISO 8601, UTC); a rerun keeps it."""
    updated_at: str
    """When this was written (ISO 8601, UTC)."""
    finished: bool
    """Whether every pair has its outcome. If not, the batch is still going or was stopped."""
    simulated: bool
    """Whether the pictures are simulated: no provider was asked, and nothing was paid."""
    request: Request
    summary: Summary
    rows: list[Row]


MANIFEST = TypeAdapter(Manifest)


def timestamp(moment: datetime) -> str:
    """Return a moment in UTC as the manifest writes it, such as ``"2026-11-21T09:30:00+00:00"``."""
    return moment.isoformat(timespec="seconds")


def build_manifest(
    batch_id: str,
    request: Mapping[str, Any],
    summary: Mapping[str, int],
    rows: Sequence[Mapping[str, Any]],
    *,
    created_at: str,
    updated_at: str,
    finished: bool,
    simulated: bool,
    name: str | None = None,
) -> Manifest:
    """Return the manifest of these rows; what has no outcome yet is counted as pending."""
    pending = summary["requested"] - summary["ok"] - summary["rejected"] - summary["failed"]
    values: Any = {
        "version": MANIFEST_VERSION,
        "batch_id": batch_id,
        **({"name": name} if name else {}),
        "created_at": created_at,
        "updated_at": updated_at,
        "finished": finished,
        "simulated": simulated,
        "request": dict(request),
        "summary": {**summary, "pending": pending},
        "rows": list(rows),
    }
    manifest: Manifest = values
    return manifest


def manifest_text(manifest: Manifest) -> str:
    """Return the manifest as it is stored."""
    return json.dumps(manifest, ensure_ascii=False)


def read_manifest(data: bytes) -> Manifest:
    """Return a manifest as it was stored.

    Raises:
        ValueError: this is not a manifest, or it has another version.
    """
    try:
        return MANIFEST.validate_json(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def manifest_schema() -> dict[str, Any]:
    """Return the manifest's JSON Schema, as ``manifest.schema.json`` holds it.

    Without OpenAPI's ``discriminator``, which JSON Schema does not have and strict validators refuse.
    """
    schema = MANIFEST.json_schema()
    del schema["$defs"]["Row"]["properties"]["results"]["items"]["discriminator"]
    return schema
