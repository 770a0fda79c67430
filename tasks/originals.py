"""The original picture of a request: from the store where it was paid for before, else bought from the provider."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from errors import DamagedOriginalError, PictureError, ProviderUnavailableError
from providers.choice import OpenProvider, open_provider
from settings import Settings
from storage.claims import FOLDER, Claim
from storage.history import read_history
from storage.retrying_store import RetryingStore
from storage.store import Area, Store
from tasks.work import Work

if TYPE_CHECKING:
    from PIL import Image
from waiting import Attempt

__all__ = ["Original", "Unreadable", "decoded", "find_or_generate"]

logger = logging.getLogger(__name__)

# Seconds between two looks at whether another run has finished the same picture.
POLLING_SECONDS = 0.5


@dataclass(frozen=True)
class Original:
    """A picture that was paid for once, on the canvas; whether it was there already; and what it took where not.

    ``throttled_seconds`` is how long the provider had this leaf wait, ``unusable_answers`` how many answers were paid
    for in vain before this one, and ``usages`` what each answer of this attempt took, in vain or not.
    """

    canvas: "Image.Image"
    reused: bool
    usage: Mapping[str, float | str]
    throttled_seconds: float = 0.0
    unusable_answers: int = 0
    usages: Sequence[Mapping[str, float | str]] = ()


class Unreadable(NamedTuple):
    """Stored bytes that are not a picture, and why not."""

    data: bytes
    error: PictureError


async def find_or_generate(
    work: Work,
    settings: Settings,
    store: RetryingStore,
    attempt: Attempt,
    prepare_compositing: Callable[[], None],
    open_provider: OpenProvider = open_provider,
) -> Original:
    """Return the picture, paid for at most once: looked up, else claimed, asked for, and stored when it has arrived.

    ``prepare_compositing`` is called, in a thread, while the provider is answering; ``open_provider`` is asked for the
    provider only where there is something to pay for.

    Raises:
        ProviderRejectedError, ProviderUnavailableError: as the provider does, or another run that is at work on the
            same picture did not finish it in time.
        UnusableAnswersError: what the provider sent was no usable picture, and it is not asked once more.
        DamagedOriginalError: the stored original is not a picture any more.
        StoreError: the store failed.
        StoppedError: the process was told to stop.
    """
    from tasks.purchase import Purchase

    key = work.original_key
    found = await _look(store, key)
    if isinstance(found, Original):
        return found
    if found:
        await _check_came_so(store, key, found.error)
    await store.check()
    waited = False
    claim = Claim(store.store, key, attempt.run_id, attempt.clock)
    while True:
        attempt.raise_if_stopped()
        if await store.retry(claim.take):
            async with claim:
                found = await _look(store, key)
                if isinstance(found, Original):  # Finished between the look and the claim.
                    return found
                purchase = Purchase(work, settings, store, attempt, claim, open_provider, prepare_compositing)
                if bought := await purchase.complete(found):
                    return bought
            claim = Claim(store.store, key, attempt.run_id, attempt.clock)  # The other was lost meanwhile.
        found = await _look(store, key)
        if isinstance(found, Original):
            return found
        if attempt.clock.now() > store.deadline - settings.provider_timeout_seconds:
            raise ProviderUnavailableError("Another run is at work on this picture and did not finish it in time.")
        if not waited:
            attempt.on_stage("waiting")
            logger.info("%s: another run is at work on the picture; waiting for it, or for its claim to expire", work)
        waited = True
        await attempt.pause(POLLING_SECONDS)


async def decoded(data: bytes) -> "Image.Image":
    """Return the picture on the canvas; raise PictureError where the bytes are not one."""
    from compositing.canvas import open_on_canvas

    return await asyncio.to_thread(open_on_canvas, data)


async def _look(store: Store, key: str) -> Original | Unreadable | None:
    """Return the stored original, or why its bytes are not a picture, or None where there is nothing."""
    found = await store.read(Area.ORIGINALS, key)
    if found is None:
        return None
    try:
        return Original(await decoded(found.data), True, {})
    except PictureError as error:
        return Unreadable(found.data, error)


async def _check_came_so(store: Store, key: str, error: PictureError) -> None:
    """Pass where the provider sent these bytes: its history says so, or a claim that was left before they were judged.

    Raises:
        DamagedOriginalError: they were a picture once.
    """
    if (await read_history(store, key)).unusable or await store.stat(Area.ORIGINALS, f"{FOLDER}{key}"):
        return
    raise DamagedOriginalError(
        f"The stored original {key} is damaged: {error} Delete it and run again to pay for a new one."
    ) from error
