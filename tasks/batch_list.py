"""The list of batches and the start page, which all batches write to, also at the same moment."""

import asyncio
import random
from collections.abc import Callable
from urllib.parse import quote

from errors import StoreError
from gallery.batches import Batch, batches_text, read_batches, with_batch
from gallery.start_page import render_start_page
from storage.keys import BATCHES_KEY, START_PAGE_KEY, page_key
from storage.store import Area, Store, StoredObject

__all__ = ["addresses", "list_batch"]

# Of all that write at once one gets through, so that this many others may come first.
ATTEMPTS = 30
LONGEST_PAUSE_SECONDS = 1.0


async def list_batch(store: Store, batch: Batch) -> None:
    """Put a batch into the list by a conditional write, and write the start page from the list as it is then.

    Raises:
        StoreError: the store failed, or the list cannot be read; it is left as it is then.
    """
    version, batches = await _enter(store, batch)
    while True:
        page = await asyncio.to_thread(_page, store, batches)
        await store.write(
            Area.THUMBNAILS,
            START_PAGE_KEY,
            StoredObject(page.encode(), "text/html; charset=utf-8", immutable=False),
        )
        # Another batch may have been listed, and its page written, before this older one went over it.
        found = await store.read(Area.THUMBNAILS, BATCHES_KEY)
        if found is None or found.version == version:
            return
        version, batches = found.version, _batches(found.data)


def addresses(store: Store, root: str = "") -> Callable[[str], str]:
    """Return what says where a page finds a key: by a presigned link where the bucket is private, else relative.

    A relative address works wherever the page is opened from; ``root`` is the way from the page to the bucket's root.
    """
    if store.link(START_PAGE_KEY).expires_at:
        return lambda key: store.link(key).url
    return lambda key: f"{root}{quote(key)}"


def _page(store: Store, batches: list[Batch]) -> str:
    address = addresses(store)
    return render_start_page(
        batches, lambda batch: address(page_key(batch)), address, expires_at=store.link(START_PAGE_KEY).expires_at
    )


async def _enter(store: Store, batch: Batch) -> tuple[str, list[Batch]]:
    for attempt in range(ATTEMPTS):
        found = await store.read(Area.THUMBNAILS, BATCHES_KEY)
        batches = with_batch(_batches(found.data) if found else [], batch)
        data = batches_text(batches).encode()
        if found:
            version = await store.replace(Area.THUMBNAILS, BATCHES_KEY, data, found.version)
        else:
            version = await store.create(Area.THUMBNAILS, BATCHES_KEY, data)
        if version:
            return version, batches
        await asyncio.sleep(random.uniform(0, min(0.05 * 2**attempt, LONGEST_PAUSE_SECONDS)))  # noqa: S311
    raise StoreError(f"{BATCHES_KEY} was changed by others each of {ATTEMPTS} times that it was to be written.")


def _batches(data: bytes) -> list[Batch]:
    try:
        return read_batches(data)
    except ValueError as error:
        raise StoreError(
            f"{BATCHES_KEY} cannot be read: {error}. Delete it, and run again the batches that it is to list."
        ) from error
