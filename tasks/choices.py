"""Applies the choices made on a batch's page: makes each chosen thumbnail its post's cover."""

import asyncio
from functools import partial

from typing_extensions import TypedDict

from errors import InvalidRequestError
from gallery.manifest import Manifest, manifest_text, read_manifest
from outcomes import Finished, Row
from storage.covers import cover_of, put_cover
from storage.keys import cover_key, manifest_key, page_key
from storage.store import Area, Store, StoredObject
from tasks.record import page_of
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
    changes = await gather_limited(partial(_choose, store), wanted.values())
    changed = [
        f"{cover_key(slug)}: {outcome['model']}, {brief(clean_text(row['title']))}"
        for (slug, (row, outcome)), is_new in zip(wanted.items(), changes, strict=True)
        if is_new
    ]
    url = await _write_page(store, manifest, workflow)
    return {"changed": changed, "unchanged": len(wanted) - len(changed), "page_url": url}


async def batch_manifest(store: Store, batch_id: str) -> Manifest:
    """Return the manifest of a batch.

    Raises:
        InvalidRequestError: the batch is unknown.
        StoreError: the store failed.
    """
    found = await store.read(Area.THUMBNAILS, manifest_key(batch_id))
    if found is None:
        raise InvalidRequestError(
            [f"There is no batch {batch_id} in this store. Set the store that it was made in, or run the batch first"]
        )
    try:
        return read_manifest(found.data)
    except ValueError as error:
        raise InvalidRequestError([f"The batch's manifest cannot be read ({error}). Run the batch again"]) from None


async def _choose(store: Store, wanted: tuple[Row, Finished]) -> bool:
    """Make the thumbnail its post's cover, in the row too; return whether it was not chosen already."""
    row, outcome = wanted
    slug = row["slug"]
    cover = await cover_of(store, slug)
    is_new = not (cover and cover["chosen"] and cover["thumbnail"] == outcome["key"])
    if is_new:
        await put_cover(store, slug, outcome)
        cover = await cover_of(store, slug)
    if cover:
        row["cover"] = cover
    return is_new


async def _write_page(store: Store, manifest: Manifest, workflow: str) -> str:
    key, page = page_key(manifest["batch_id"]), await asyncio.to_thread(page_of, store, manifest, workflow)
    text = manifest_text(manifest).encode()
    data = StoredObject(text, "application/json", immutable=False)
    await store.write(Area.THUMBNAILS, manifest_key(manifest["batch_id"]), data)
    await store.write(Area.THUMBNAILS, key, StoredObject(page.encode(), "text/html; charset=utf-8", immutable=False))
    return store.link(key).url
