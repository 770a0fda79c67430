"""Applies the choices made on a batch's page: makes each chosen thumbnail its post's cover."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from typing_extensions import TypedDict

from batch.record import page_of
from batch.requests import Choice, ChoicesRequest
from errors import InvalidRequestError, StoreError
from gallery.manifest import MANIFEST, Manifest, manifest_text, summary_of, timestamp, with_links
from gallery.publishing import write_page
from outcomes import Cover, Finished, Row
from storage.covers import cover_of, put_cover
from storage.keys import cover_key, manifest_key, page_key
from storage.records import read_record
from storage.store import Area, Store, StoredObject, Versioned
from storage.updates import update
from text import brief
from waiting import gather_limited

__all__ = ["Applied", "apply_choices", "batch_manifest", "change_manifest"]


class Applied(TypedDict):
    """What applying choices did: a line for each cover that changed, and how many were chosen already."""

    changed: list[str]
    unchanged: int
    page_url: str


async def apply_choices(store: Store, request: ChoicesRequest, workflow: str = "") -> Applied:
    """Make each chosen thumbnail its post's cover, and rewrite the batch's page.

    ``workflow`` is the workflow's name if this runs on Render.

    Raises:
        InvalidRequestError: the batch, a post or a thumbnail is unknown, and nothing was changed.
        StoreError: the store failed.
    """
    wanted = await _checked(store, request)
    changed: list[str] = []

    async def choose(choice: _Choice) -> Cover | None:
        cover = await cover_of(store, choice.slug)
        if not (cover and cover["chosen"] and cover["thumbnail"] == choice.outcome["key"]):
            await put_cover(store, choice.slug, choice.outcome)
            changed.append(choice.slug)
        return await cover_of(store, choice.slug)

    try:
        covers = await gather_limited(choose, wanted)
        by_slug = {choice.slug: cover for choice, cover in zip(wanted, covers, strict=True)}
        await change_manifest(store, request.batch_id, partial(_with_covers, by_slug), workflow)
    except StoreError as error:
        done = f"the covers of {', '.join(sorted(changed))} were changed" if changed else "no cover was changed"
        raise StoreError(f"{error} Apply the choices again; {done} before this.") from error
    lines = [str(choice) for choice in wanted if choice.slug in changed]
    return {
        "changed": lines,
        "unchanged": len(wanted) - len(lines),
        "page_url": store.link(page_key(request.batch_id)).url,
    }


class _Choice(NamedTuple):
    """A post's row, and its thumbnail that was chosen."""

    row: Row
    outcome: Finished

    @property
    def slug(self) -> str:
        return self.row["slug"]

    def __str__(self) -> str:
        return f"{cover_key(self.slug)}: {self.outcome['model']}, {brief(self.row['title'])}"


async def _checked(store: Store, request: ChoicesRequest) -> list[_Choice]:
    """Return the choices, one for each slug: a cover can only be one thumbnail, the last that was chosen.

    Raises:
        InvalidRequestError: a post or a thumbnail is unknown, or is no longer in the store.
    """
    manifest = await batch_manifest(store, request.batch_id)
    rows = {row["slug"]: row for row in manifest["rows"] if "slug" in row}
    faults, wanted = [], dict[str, _Choice]()
    for choice in request.choices:
        slug = choice["slug"]
        row, named = rows.get(slug), f'the post "{brief(choice["title"])}" ({slug})'
        outcome = _chosen(row, choice) if row else None
        if not row:
            faults.append(f"{named} is not in the batch {request.batch_id}; choose again on its page")
        elif not outcome:
            faults.append(f"{named} has no thumbnail {choice['thumbnail']} any more; choose again on the page")
        else:
            wanted[slug] = _Choice(row, outcome)
    found = await gather_limited(lambda choice: store.stat(Area.THUMBNAILS, choice.outcome["key"]), wanted.values())
    faults += [
        f"{choice.outcome['key']} is missing from the store; run the batch again, which pays for no picture twice"
        for choice, stored in zip(wanted.values(), found, strict=True)
        if stored is None
    ]
    if faults:
        raise InvalidRequestError(faults)
    return list(wanted.values())


def _chosen(row: Row, choice: Choice) -> Finished | None:
    """Return the row's thumbnail that a choice names, or the present one of the same picture: its look may be new."""
    made = [each for each in row["results"] if each["status"] == "ok"]
    exactly = (each for each in made if each["key"] == choice["thumbnail"])
    original = choice.get("original")
    return next(exactly, None) or next((each for each in made if original and each.get("original") == original), None)


async def batch_manifest(store: Store, batch_id: str) -> Manifest:
    """Return the manifest of a batch.

    Raises:
        InvalidRequestError: the batch is unknown, or its manifest cannot be read.
        StoreError: the store failed, or a newer version wrote the manifest.
    """
    return await _manifest(store, batch_id, await store.read(Area.THUMBNAILS, manifest_key(batch_id)))


async def _manifest(store: Store, batch_id: str, found: Versioned | None) -> Manifest:
    if found is None:
        raise InvalidRequestError(
            [f"There is no batch {batch_id} in this store. Set the store that it was made in, or run the batch first"]
        )
    manifest = await read_record(store, Area.THUMBNAILS, manifest_key(batch_id), MANIFEST, found)
    if manifest is None:
        raise InvalidRequestError(["The batch's manifest is damaged and cannot be read. Run the batch again"])
    return manifest


def _with_covers(covers: Mapping[str, Cover | None], manifest: Manifest) -> None:
    for row in manifest["rows"]:
        if cover := covers.get(row.get("slug", "")):
            row["cover"] = cover
            row.pop("without_cover", None)


async def change_manifest(
    store: Store, batch_id: str, change: Callable[[Manifest], None], workflow: str = ""
) -> Manifest:
    """Change a batch's manifest, whatever a run of the batch has written since, and its page; return the manifest.

    ``change`` may be called again with a newer manifest, so it must be idempotent.

    Raises:
        InvalidRequestError: the batch is unknown, or its manifest cannot be read.
        StoreError: the store failed.
    """
    key = manifest_key(batch_id)

    async def changed(found: Versioned | None) -> StoredObject:
        manifest = await _manifest(store, batch_id, found)
        change(manifest)
        manifest["summary"] = summary_of(manifest["rows"])
        manifest["rows"] = with_links(manifest["rows"], store.link)
        manifest["updated_at"] = timestamp(datetime.now(UTC))
        return StoredObject(manifest_text(manifest).encode(), "application/json", immutable=False)

    async def page(record: Versioned) -> str:
        return await asyncio.to_thread(page_of, store, await _manifest(store, batch_id, record), workflow)

    record = await update(store, Area.THUMBNAILS, key, changed)
    await write_page(store, key, record, page_key(batch_id), page)
    return await _manifest(store, batch_id, record)
