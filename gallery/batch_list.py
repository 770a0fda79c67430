"""Keeps the list of batches and the start page up to date, while other batches may be writing both as well."""

import asyncio
import hashlib
import logging
import random
import re
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote

from errors import StoreError
from gallery.batches import MOST_BATCHES, Batch, batch_of, batches_text, read_batches, with_batch
from gallery.manifest import read_manifest
from gallery.start_page import render_start_page
from storage.keys import BATCHES_KEY, START_PAGE_KEY, manifest_key, page_key
from storage.store import Area, Store, StoredObject

__all__ = ["addresses", "list_batch"]

logger = logging.getLogger(__name__)

# Of several concurrent writers one succeeds, so this many others may come first.
ATTEMPTS = 30
LONGEST_PAUSE_SECONDS = 1.0
BATCH_ID = rb"\b[0-9a-f]{16}\b"


async def list_batch(store: Store, batch: Batch) -> str | None:
    """Put a batch into the list by a conditional write, and write the start page from that list.

    A damaged list is set aside and rebuilt from the manifests that it still names; then a note that says so is
    returned.

    Raises:
        StoreError: the store failed, or others changed the list each time.
    """
    version, batches, note = await _enter(store, batch)
    while True:
        page = await asyncio.to_thread(_page, store, batches)
        await store.write(
            Area.THUMBNAILS,
            START_PAGE_KEY,
            StoredObject(page.encode(), "text/html; charset=utf-8", immutable=False),
        )
        # Another batch may have been listed, and its page overwritten by this older one.
        found = await store.read(Area.THUMBNAILS, BATCHES_KEY)
        if found is None or found.version == version:
            return note
        version = found.version
        try:
            batches = read_batches(found.data)
        except ValueError:  # Damaged since then; the next batch repairs it.
            return note


def addresses(store: Store, root: str = "") -> Callable[[str], str]:
    """Return a function from a key to its address: a presigned link if the bucket is private, else relative.

    A relative address works wherever the page is opened from; ``root`` is the path from the page to the bucket's root.
    """
    if store.link(START_PAGE_KEY).expires_at:
        return lambda key: store.link(key).url
    return lambda key: f"{root}{quote(key)}"


def _page(store: Store, batches: list[Batch]) -> str:
    address = addresses(store)
    return render_start_page(
        batches, lambda batch: address(page_key(batch)), address, expires_at=store.link(START_PAGE_KEY).expires_at
    )


async def _enter(store: Store, batch: Batch) -> tuple[str, list[Batch], str | None]:
    for attempt in range(ATTEMPTS):
        found = await store.read(Area.THUMBNAILS, BATCHES_KEY)
        others, note = await _read(store, found.data) if found else ([], None)
        batches = with_batch(others, batch)
        listed = StoredObject(batches_text(batches).encode(), "application/json", immutable=False)
        if found:
            version = await store.replace(Area.THUMBNAILS, BATCHES_KEY, listed, found.version)
        else:
            version = await store.create(Area.THUMBNAILS, BATCHES_KEY, listed)
        if version:
            if note:
                logger.warning("%s", note)
            return version, batches, note
        await asyncio.sleep(random.uniform(0, min(0.05 * 2**attempt, LONGEST_PAUSE_SECONDS)))  # noqa: S311
    raise StoreError(f"{BATCHES_KEY} was changed by others during each of {ATTEMPTS} attempts. Run the batch again.")


async def _read(store: Store, data: bytes) -> tuple[list[Batch], str | None]:
    """Return the list; a damaged one is set aside, and rebuilt from the manifests of the batches it still names."""
    try:
        return read_batches(data), None
    except ValueError as error:
        aside = f"{BATCHES_KEY}.damaged-{hashlib.sha256(data).hexdigest()[:8]}"
        await store.write(Area.THUMBNAILS, aside, StoredObject(data, "application/octet-stream"))
        batches: list[Batch] = []
        for batch_id in dict.fromkeys(re.findall(BATCH_ID, data)):
            found = await store.read(Area.THUMBNAILS, manifest_key(batch_id.decode()))
            with suppress(ValueError):
                batches += [batch_of(read_manifest(found.data))] if found else []
            if len(batches) == MOST_BATCHES:
                break
        batches.sort(key=lambda batch: batch["updated_at"], reverse=True)
        return batches, (
            f"{BATCHES_KEY} was damaged ({error}). It is kept as {aside}, and the list was rebuilt with the "
            f"{len(batches)} batches that it still named. A missing batch is listed again the next time it runs."
        )
