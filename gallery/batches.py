"""The list of batches: what the start page shows of each, in one small JSON file that every batch rewrites.

It is stored because a worker's keys need not allow listing a bucket, and readers cannot list one at all.
"""

import json
from collections.abc import Sequence
from itertools import islice
from typing import Literal, NotRequired, cast

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from gallery.manifest import Manifest, Summary
from gallery.spending import months_of
from money import DAMAGED, Money
from outcomes import Moment, Month, Paid
from storage.records import RecordType

__all__ = ["BATCHES", "MOST_BATCHES", "Batch", "batch_of", "batches_text", "with_batch"]

BATCHES_VERSION = 1
# Every batch rewrites the whole list and its page: at this length, about 1 MB together. Older batches are
# no longer listed, but their pages, manifests and pictures stay.
MOST_BATCHES = 500
MOST_PICTURES = 4
LONGEST_TITLE = 200


class Batch(Paid):
    """One batch on the start page. ``title`` is the beginning of its first title; ``pictures`` has a few keys."""

    batch_id: str
    name: NotRequired[str]
    updated_at: Moment
    finished: bool
    simulated: bool
    title: str
    titles: int
    models: list[str]
    style: str
    template: str
    font: str
    summary: Summary
    pictures: list[str]
    months: NotRequired[dict[Month, dict[str, Paid]]]
    """What it cost by month and by model."""


class Batches(TypedDict):
    """The stored list, newest first."""

    version: Literal[1]
    batches: list[Batch]


BATCHES = RecordType(TypeAdapter(Batches), BATCHES_VERSION, DAMAGED)


def batch_of(manifest: Manifest) -> Batch:
    """Return what the start page shows of a batch."""
    request = manifest["request"]
    first = next(iter(request["prompts"]), "")  # A damaged record may have none.
    outcomes = (outcome for row in manifest["rows"] for outcome in row["results"])
    batch: Batch = {
        "batch_id": manifest["batch_id"],
        "updated_at": manifest["updated_at"],
        "finished": manifest["finished"],
        "simulated": manifest["simulated"],
        "title": (first if isinstance(first, str) else first["title"])[:LONGEST_TITLE],
        "titles": len(request["prompts"]),
        "models": request["models"],
        "style": request["style"],
        "template": request["template"],
        "font": request["font"],
        "summary": manifest["summary"],
        "pictures": list(islice((each["key"] for each in outcomes if each["status"] == "ok"), MOST_PICTURES)),
    }
    if "name" in manifest:
        batch["name"] = manifest["name"]
    if months := months_of(manifest):
        batch["months"] = months
    return cast(Batch, {**batch, **Money.of(manifest).record})


def with_batch(batches: Sequence[Batch], batch: Batch) -> list[Batch]:
    """Return the list with this batch in it, in place of its earlier run, latest first."""
    others = [other for other in batches if other["batch_id"] != batch["batch_id"]]
    return sorted([batch, *others], key=lambda each: each["updated_at"], reverse=True)[:MOST_BATCHES]


def batches_text(batches: Sequence[Batch]) -> str:
    """Return the list's JSON."""
    return json.dumps({"version": BATCHES_VERSION, "batches": list(batches)}, ensure_ascii=False)
