"""Applies the choices made on a batch's page: makes each chosen thumbnail its post's cover."""

import asyncio
from collections.abc import Mapping
from functools import partial

from typing_extensions import TypedDict

from errors import InvalidRequestError, StoreError
from gallery.manifest import Manifest, manifest_text, read_manifest
from outcomes import Cover, Finished, Row
from storage.covers import cover_of, put_cover
from storage.keys import cover_key, manifest_key, page_key
from storage.store import Area, Store, StoredObject
from tasks.record import MOST_WRITES, page_of
from tasks.requests import ChoicesRequest
from text import brief, clean_text
from waiting import gather_limited

__all__ = ["Applied", "apply_choices", "batch_manifest"]


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
    manifest = await batch_manifest(store, request.batch_id)
    rows = {row["slug"]: row for row in manifest["rows"] if "slug" in row}
    faults, wanted = [], dict[str, tuple[Row, Finished]]()  # By slug: a cover can only be one thumbnail, the last.
    for choice in request.choices:
        slug, thumbnail = choice["slug"], choice["thumbnail"]
        row, named = rows.get(slug), f'the post "{brief(clean_text(choice["title"]))}" ({slug})'
        made = [each for each in row["results"] if each["status"] == "ok"] if row else []
        outcome = next((each for each in made if each["key"] == thumbnail), None)
        if not row:
            faults.append(f"{named} is not in the batch {request.batch_id}; choose again on its page")
        elif not outcome:
            faults.append(f"{named} has no thumbnail {thumbnail} any more; choose again on the page")
        else:
            wanted[slug] = row, outcome
    if faults:
        raise InvalidRequestError(faults)
    covers = await gather_limited(partial(_choose, store), wanted.values())
    changed = [
        f"{cover_key(slug)}: {outcome['model']}, {brief(clean_text(row['title']))}"
        for (slug, (row, outcome)), (_, is_new) in zip(wanted.items(), covers, strict=True)
        if is_new
    ]
    by_slug = {slug: cover for slug, (cover, _) in zip(wanted, covers, strict=True)}
    url = await _write_page(store, request.batch_id, by_slug, workflow)
    return {"changed": changed, "unchanged": len(wanted) - len(changed), "page_url": url}


async def batch_manifest(store: Store, batch_id: str) -> Manifest:
    """Return the manifest of a batch.

    Raises:
        InvalidRequestError: the batch is unknown.
        StoreError: the store failed.
    """
    manifest, _ = await _read_manifest(store, batch_id)
    return manifest


async def _read_manifest(store: Store, batch_id: str) -> tuple[Manifest, str]:
    """Return the manifest and its version."""
    found = await store.read(Area.THUMBNAILS, manifest_key(batch_id))
    if found is None:
        raise InvalidRequestError(
            [f"There is no batch {batch_id} in this store. Set the store that it was made in, or run the batch first"]
        )
    try:
        return read_manifest(found.data), found.version
    except ValueError as error:
        raise InvalidRequestError([f"The batch's manifest cannot be read ({error}). Run the batch again"]) from None


async def _choose(store: Store, wanted: tuple[Row, Finished]) -> tuple[Cover | None, bool]:
    """Make the thumbnail its post's cover; return the cover, and whether it was not chosen already."""
    row, outcome = wanted
    slug = row["slug"]
    cover = await cover_of(store, slug)
    if cover and cover["chosen"] and cover["thumbnail"] == outcome["key"]:
        return cover, False
    await put_cover(store, slug, outcome)
    return await cover_of(store, slug), True


async def _write_page(store: Store, batch_id: str, covers: Mapping[str, Cover | None], workflow: str) -> str:
    """Write these covers into the batch's manifest, whatever a run of the batch has written since, and its page."""
    for _ in range(MOST_WRITES):
        manifest, version = await _read_manifest(store, batch_id)
        for row in manifest["rows"]:
            if cover := covers.get(row.get("slug", "")):
                row["cover"] = cover
        data = StoredObject(manifest_text(manifest).encode(), "application/json", immutable=False)
        if await store.replace(Area.THUMBNAILS, manifest_key(batch_id), data, version):
            break
    else:
        raise StoreError(
            f"The covers were changed, but not the page: {manifest_key(batch_id)} was changed by others each of "
            f"{MOST_WRITES} times. Apply the choices again."
        )
    key, page = page_key(batch_id), await asyncio.to_thread(page_of, store, manifest, workflow)
    await store.write(Area.THUMBNAILS, key, StoredObject(page.encode(), "text/html; charset=utf-8", immutable=False))
    return store.link(key).url
