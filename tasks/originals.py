"""The original picture of a request: from the store where it was paid for before, else from the provider."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from errors import PictureError, ProviderThrottledError, ProviderUnavailableError, StoreError
from providers.choice import open_provider
from providers.provider import Picture
from providers.throttling import retry_when_throttled
from settings import Settings
from storage.claims import Claim
from storage.store import Area, Store, StoredObject
from tasks.app import LEAF_TIMEOUT_SECONDS
from tasks.stages import enter
from tasks.work import Work

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Original", "find_or_generate"]

logger = logging.getLogger(__name__)

# Seconds that a leaf keeps for all but its original: its start, compositing, the upload.
RESERVE_SECONDS = 60
# Seconds between two looks at whether another run has finished the same picture.
POLLING_SECONDS = 0.5


@dataclass(frozen=True)
class Original:
    """A picture that was paid for once, on the canvas; whether it was there already; and what it took where not."""

    canvas: "Image.Image"
    reused: bool
    usage: Mapping[str, float | str]


async def find_or_generate(
    work: Work,
    settings: Settings,
    store: Store,
    run_id: str | None,
    meanwhile: Callable[[], None],
) -> Original:
    """Return the picture, paid for at most once: looked up, else claimed, asked for, and stored when it has arrived.

    ``meanwhile`` is called, in a thread, while the provider is answering.

    Raises:
        ProviderRejectedError, ProviderUnavailableError: as the provider does, or another run that is at work on the
            same picture did not finish it in time.
        PictureError: what the provider sent is no usable picture; it was not stored.
        StoreError: the store failed.
    """
    key = work.original_key
    if found := await _find(store, key):
        return found
    await store.check()
    ends = time.monotonic() + LEAF_TIMEOUT_SECONDS - RESERVE_SECONDS
    claim = Claim(store, key, run_id)
    told = False
    while True:
        if await claim.take():
            async with claim:
                if found := await _find(store, key):  # Finished between the look and the claim.
                    return found
                picture = await _generate(work, settings, claim, ends, meanwhile)
                if picture:
                    canvas = await _decoded(picture.data)
                    enter("storing")
                    await _keep(store, work, picture, ends)
                    return Original(canvas, False, picture.usage)
            claim = Claim(store, key, run_id)
        if found := await _find(store, key):
            return found
        if time.monotonic() > ends - settings.provider_timeout_seconds:
            raise ProviderUnavailableError("Another run is at work on this picture and did not finish it in time.")
        if not told:
            enter("waiting")
            logger.info("%s: another run is at work on the picture; waiting for that, or for its claim to expire", work)
        told = True
        await asyncio.sleep(POLLING_SECONDS)


async def _find(store: Store, key: str) -> Original | None:
    found = await store.read(Area.ORIGINALS, key)
    if found is None:
        return None
    try:
        return Original(await _decoded(found.data), True, {})
    except PictureError as error:
        raise PictureError(f"The stored original {key} cannot be used: {error} Delete it, and run again.") from error


async def _generate(
    work: Work, settings: Settings, claim: Claim, ends: float, meanwhile: Callable[[], None]
) -> Picture | None:
    """Ask for the picture; None where the claim was lost while the provider had us wait."""
    async with open_provider(work.model, settings) as provider:

        async def ask() -> Picture | None:
            enter("asking")
            return await provider.generate(work.picture) if claim.is_held else None

        def throttled(seconds: float, error: ProviderThrottledError) -> None:
            enter("throttled")
            logger.info("%s: throttled, waiting %.1f s: %s", work, seconds, error)

        logger.debug("%s: asking %s: %s", work, work.picture.served_by, work.picture.prompt)
        preparing = asyncio.create_task(asyncio.to_thread(meanwhile))
        try:
            budget = ends - settings.provider_timeout_seconds - time.monotonic()
            return await retry_when_throttled(ask, budget, throttled)
        finally:
            logger.debug("%s: %s answered", work, work.picture.served_by)
            await asyncio.wait([preparing])


async def _keep(store: Store, work: Work, picture: Picture, ends: float) -> None:
    """Store what was paid for, and do not give up before the leaf has to: a store may be back in time."""
    waits = 0
    while True:
        try:
            stored = StoredObject(picture.data, "application/octet-stream")
            return await store.write(Area.ORIGINALS, work.original_key, stored)
        except StoreError as error:
            wait = min(0.5 * 2**waits, 10.0)
            if time.monotonic() + wait > ends:
                raise StoreError(f"A picture was paid for and could not be stored. {error}") from error
            logger.warning("%s: a picture that was paid for waits for the store: %s", work, error)
            waits += 1
            await asyncio.sleep(wait)


async def _decoded(data: bytes) -> "Image.Image":
    from compositing.canvas import open_on_canvas

    return await asyncio.to_thread(open_on_canvas, data)
