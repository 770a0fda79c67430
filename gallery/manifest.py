"""The manifest: what a batch asked for and what came of it, as JSON beside its pictures.

The types below, and those of ``outcomes.py``, are its schema; ``manifest.schema.json`` is the same as JSON Schema for
readers in other languages. Only what is read back is checked, because others write to the store too.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NotRequired, TypeVar, cast

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from money import DAMAGED, NOTHING, Money
from outcomes import Counts, Cover, Finished, Moment, Month, Paid, Row, counts, described
from storage.records import RecordType
from storage.store import Link

__all__ = [
    "LONG_AGO",
    "MANIFEST",
    "MANIFEST_VERSION",
    "Manifest",
    "Post",
    "Request",
    "Summary",
    "build_manifest",
    "manifest_schema",
    "manifest_text",
    "read_request",
    "summary_of",
    "timestamp",
    "with_links",
]

T = TypeVar("T", Finished, Cover)

# Increased when readers of the previous version could misread this one; a new field alone is no reason.
MANIFEST_VERSION: Literal[1] = 1


@described
class Post(TypedDict):
    """A title, and what the request says about this post alone."""

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
    left_out: NotRequired[str]
    """What of the posts' source is no post of the batch, and why, line by line."""


@described
class Summary(Counts):
    """The number of outcomes of each kind, including those still to come."""

    pending: int


@described
class RunPaid(Paid):
    """What a run paid."""

    month: NotRequired[Month]
    """When it began, such as `2026-11`, in UTC."""
    by_model: NotRequired[dict[str, Paid]]
    """What of it the pictures of each model cost."""


@described
class Manifest(Paid):
    """A batch of thumbnails: what was asked for, and what came of it. Readers ignore fields that they do not know."""

    version: Literal[1]
    batch_id: str
    name: NotRequired[str]
    """What the batch is called, if its request names it."""
    created_at: Moment
    """When the batch was first started (ISO 8601, UTC); a rerun keeps it."""
    updated_at: Moment
    """When this was written (ISO 8601, UTC)."""
    finished: bool
    """Whether every pair has its outcome. If not, the batch is still going or was stopped."""
    simulated: bool
    """Whether the pictures are simulated: no provider was asked, and nothing was paid."""
    request: Request
    summary: Summary
    spent_by_run: NotRequired[dict[str, RunPaid]]
    """What each run paid that paid anything, by its id. All together are this record's own cost."""
    run_id: NotRequired[str]
    """The run that wrote this; each of its attempts has the same."""
    rows: list[Row]


# What a damaged manifest is read as, so that one field loses neither the rows nor the sums.
LONG_AGO = "1970-01-01T00:00:00+00:00"
UNKNOWN: Mapping[str, object] = {
    "batch_id": "",
    "created_at": LONG_AGO,
    "updated_at": LONG_AGO,
    "finished": False,
    "simulated": False,
    "request": {
        **dict.fromkeys(("style", "template", "font", "context", "extra_prompt"), ""),
        "prompts": [],
        "models": [],
        "variation": 0,
    },
    "summary": dict.fromkeys(Summary.__annotations__, 0),
    "rows": [],
}
MANIFEST = RecordType(TypeAdapter(Manifest), MANIFEST_VERSION, DAMAGED, UNKNOWN)
REQUEST = TypeAdapter(Request)


def timestamp(moment: datetime) -> str:
    """Return a moment in UTC as the manifest writes it, such as ``"2026-11-21T09:30:00+00:00"``."""
    return moment.isoformat(timespec="seconds")


def build_manifest(
    batch_id: str,
    request: Request,
    rows: list[Row],
    *,
    created_at: str,
    updated_at: str,
    finished: bool,
    simulated: bool,
    name: str = "",
    spent_by_run: Mapping[str, RunPaid] | None = None,
    run_id: str = "",
) -> Manifest:
    """Return the manifest of these rows; what has no outcome yet is counted as pending."""
    manifest: Manifest = {
        "version": MANIFEST_VERSION,
        "batch_id": batch_id,
        "created_at": created_at,
        "updated_at": updated_at,
        "finished": finished,
        "simulated": simulated,
        "request": request,
        "summary": summary_of(rows),
        "rows": rows,
    }
    if name:
        manifest["name"] = name
    if run_id:
        manifest["run_id"] = run_id
    if spent_by_run:
        manifest["spent_by_run"] = dict(spent_by_run)
        manifest = cast(Manifest, {**manifest, **sum(map(Money.of, spent_by_run.values()), NOTHING).record})
    return manifest


def summary_of(rows: Sequence[Row]) -> Summary:
    """Return how many outcomes of each kind there are; what has none yet is pending."""
    counted = counts([outcome for row in rows for outcome in row["results"]])
    pending = counted["requested"] - counted["ok"] - counted["rejected"] - counted["failed"]
    return {**counted, "pending": pending}


def with_links(rows: list[Row], link: Callable[[str], Link]) -> list[Row]:
    """Return the rows with the present links to their pictures: earlier ones may have expired, or the address moved."""

    def linked(picture: T) -> T:
        try:
            found = link(picture["key"])
        except ValueError:  # A foreign key, which no store can sign.
            return picture
        others = {name: value for name, value in picture.items() if name != "image_url_expires_at"}
        expiry = {"image_url_expires_at": found.expires_at} if found.expires_at else {}
        return cast(T, {**others, "image_url": found.url, **expiry})

    relinked = []
    for row in rows:
        results = [linked(each) if each["status"] == "ok" else each for each in row["results"]]
        cover = {"cover": linked(row["cover"])} if "cover" in row else {}
        relinked.append(cast(Row, {**row, "results": results, **cover}))
    return relinked


def manifest_text(manifest: Manifest) -> str:
    """Return the manifest's JSON."""
    return json.dumps(manifest, ensure_ascii=False)


def read_request(values: Mapping[str, object]) -> Request:
    """Return a batch's arguments as the manifest holds them."""
    return REQUEST.validate_python(values)


def manifest_schema() -> dict[str, Any]:
    """Return the manifest's JSON Schema, as ``manifest.schema.json`` holds it.

    Without OpenAPI's ``discriminator``, which JSON Schema does not have and strict validators refuse.
    """
    schema = MANIFEST.type.json_schema()
    del schema["$defs"]["Row"]["properties"]["results"]["items"]["discriminator"]
    return schema
