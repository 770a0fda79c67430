"""The one way to change a record that others may change at the same moment."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from types import EllipsisType
from typing import overload

from errors import StoreError
from storage.store import Area, Store, StoredObject, Versioned

__all__ = ["ATTEMPTS", "update"]

# Of several writers at once one succeeds, so this many others may come first.
ATTEMPTS = 30
# Seconds between two attempts: up to the first, doubling, and the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


@overload
async def update(
    store: Store,
    area: Area,
    key: str,
    change: Callable[[Versioned | None], Awaitable[StoredObject]],
    *,
    known: Versioned | EllipsisType | None = ...,
    sleep: Callable[[float], Awaitable[None]] = ...,
) -> Versioned: ...


@overload
async def update(
    store: Store,
    area: Area,
    key: str,
    change: Callable[[Versioned | None], Awaitable[StoredObject | None]],
    *,
    known: Versioned | EllipsisType | None = ...,
    sleep: Callable[[float], Awaitable[None]] = ...,
) -> Versioned | None: ...


async def update(
    store: Store,
    area: Area,
    key: str,
    change: Callable[[Versioned | None], Awaitable[StoredObject | None]],
    *,
    known: Versioned | EllipsisType | None = ...,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Versioned | None:
    """Change a record by a conditional write, and return it as it is stored now, None if there is none.

    ``change`` takes the record, None if there is none, and returns what to write, or None to leave the record. It is
    called again with the newest version whenever another writer came first. An own write whose answer was lost looks
    like another's, so ``change`` must be idempotent: what it adds, it adds once.

    ``known`` is the record as the caller last read or wrote it, None if it read that there is none: then no read comes
    first, and an outdated one costs one lost race.

    Raises:
        StoreError: the store failed, or others came first in each of ``ATTEMPTS`` attempts.
    """
    found = await store.read(area, key) if known is ... else known
    for attempt in range(ATTEMPTS):
        wanted = await change(found)
        if wanted is None:
            return found
        if version := await _put(store, area, key, wanted, found):
            return Versioned(wanted.data, version, wanted.metadata)
        await sleep(random.uniform(0, min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)))  # noqa: S311
        found = await store.read(area, key)
    if found is None:
        raise StoreError(f"{key} exists but cannot be read. Allow the store's key to read both buckets (s3:GetObject).")
    raise StoreError(f"{key} was changed by others during each of {ATTEMPTS} attempts. Run again.")


async def _put(store: Store, area: Area, key: str, wanted: StoredObject, found: Versioned | None) -> str | None:
    """Write the record if it is still the one that was found; return its version, None if it is another."""
    if found is None:
        return await store.create(area, key, wanted)
    return await store.replace(area, key, wanted, found.version)
