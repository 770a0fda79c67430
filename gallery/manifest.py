"""The manifest: what a batch asked for and what came of it, as JSON beside its pictures.

The types below, and those of ``outcomes.py``, are its schema; ``manifest.schema.json`` is the same as JSON Schema for
readers in other languages. Only what is read back is checked, because others write to the store too.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NotRequired

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from outcomes import Counts, Moment, Row, Spent, counts, described

__all__ = [
    "MANIFEST_VERSION",
    "Manifest",
    "Post",
    "Request",
    "Summary",
    "build_manifest",
    "manifest_schema",
    "manifest_text",
    "read_manifest",
    "read_request",
    "timestamp",
]

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
class Manifest(Spent):
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
    spent_by_run: NotRequired[dict[str, Spent]]
    """What each run paid that paid anything, by its id. All together are this record's own cost."""
    run_id: NotRequired[str]
    """The run that wrote this; each of its attempts has the same."""
    rows: list[Row]


MANIFEST = TypeAdapter(Manifest)
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
    spent: Spent | None = None,
    spent_by_run: Mapping[str, Spent] | None = None,
    run_id: str = "",
) -> Manifest:
    """Return the manifest of these rows; what has no outcome yet is counted as pending."""
    counted = counts([outcome for row in rows for outcome in row["results"]])
    pending = counted["requested"] - counted["ok"] - counted["rejected"] - counted["failed"]
    manifest: Manifest = {
        "version": MANIFEST_VERSION,
        "batch_id": batch_id,
        "created_at": created_at,
        "updated_at": updated_at,
        "finished": finished,
        "simulated": simulated,
        "request": request,
        "summary": {**counted, "pending": pending},
        "rows": rows,
    }
    if name:
        manifest["name"] = name
    if spent_by_run:
        manifest["spent_by_run"] = dict(spent_by_run)
    if run_id:
        manifest["run_id"] = run_id
    return {**manifest, **(spent or {})}


def manifest_text(manifest: Manifest) -> str:
    """Return the manifest's JSON."""
    return json.dumps(manifest, ensure_ascii=False)


def read_manifest(data: bytes) -> Manifest:
    """Return the manifest in its JSON.

    Raises:
        ValueError: this is not a manifest, or it has another version.
    """
    try:
        return MANIFEST.validate_json(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def read_request(values: Mapping[str, object]) -> Request:
    """Return a batch's arguments as the manifest holds them."""
    return REQUEST.validate_python(values)


def manifest_schema() -> dict[str, Any]:
    """Return the manifest's JSON Schema, as ``manifest.schema.json`` holds it.

    Without OpenAPI's ``discriminator``, which JSON Schema does not have and strict validators refuse.
    """
    schema = MANIFEST.json_schema()
    del schema["$defs"]["Row"]["properties"]["results"]["items"]["discriminator"]
    return schema
