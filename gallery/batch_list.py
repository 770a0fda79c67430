"""Keeps the list of batches and the start page up to date, while other batches may be writing both as well."""

import asyncio
import logging
import re

from gallery.batches import BATCHES, MOST_BATCHES, Batch, batch_of, batches_text, with_batch
from gallery.manifest import MANIFEST
from gallery.publishing import addresses, write_page
from gallery.start_page import render_start_page
from storage.keys import BATCHES_KEY, START_PAGE_KEY, manifest_key, page_key
from storage.records import read_record
from storage.store import Area, Store, StoredObject, Versioned
from storage.updates import update

__all__ = ["list_batch", "listed_batches"]

logger = logging.getLogger(__name__)

BATCH_ID = rb"\b[0-9a-f]{16}\b"


async def list_batch(store: Store, batch: Batch) -> None:
    """Put a batch into the list, and write the start page from that list.

    A damaged list is set aside and rebuilt from the manifests that it still names.

    Raises:
        StoreError: the store failed, a newer version wrote the list, or others changed it each time.
    """

    async def change(found: Versioned | None) -> StoredObject:
        batches = with_batch(await _listed(store, found), batch)
        return StoredObject(batches_text(batches).encode(), "application/json", immutable=False)

    async def page(record: Versioned) -> str:
        return await asyncio.to_thread(_page, store, await _listed(store, record))

    record = await update(store, Area.THUMBNAILS, BATCHES_KEY, change)
    if record:
        await write_page(store, BATCHES_KEY, record, START_PAGE_KEY, page)


async def listed_batches(store: Store) -> list[Batch]:
    """Return the listed batches, newest first.

    Raises:
        StoreError: the store failed, or a newer version wrote the list.
    """
    return await _listed(store, await store.read(Area.THUMBNAILS, BATCHES_KEY))


def _page(store: Store, batches: list[Batch]) -> str:
    address = addresses(store)
    return render_start_page(
        batches, lambda batch: address(page_key(batch)), address, expires_at=store.link(START_PAGE_KEY).expires_at
    )


async def _listed(store: Store, found: Versioned | None) -> list[Batch]:
    """Return the listed batches; those that cannot be read, from the manifests that the list still names."""
    if not found:
        return []
    listed = await read_record(store, Area.THUMBNAILS, BATCHES_KEY, BATCHES, found)
    batches = {batch["batch_id"]: batch for batch in (listed["batches"] if listed else [])}
    for batch_id in _named(found.data):
        if batch_id not in batches and len(batches) < MOST_BATCHES and (batch := await _remade(store, batch_id)):
            batches[batch_id] = batch
    return sorted(batches.values(), key=lambda batch: batch["updated_at"], reverse=True)


async def _remade(store: Store, batch_id: str) -> Batch | None:
    key = manifest_key(batch_id)
    manifest = await read_record(store, Area.THUMBNAILS, key, MANIFEST, await store.read(Area.THUMBNAILS, key))
    return batch_of(manifest) if manifest else None


def _named(data: bytes) -> list[str]:
    """Return the ids of the batches that a list names, however damaged it is."""
    return [name.decode() for name in dict.fromkeys(re.findall(BATCH_ID, data))]
