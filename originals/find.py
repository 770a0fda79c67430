"""Gets the original picture of a request: from the store, or else from the provider."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from errors import DamagedOriginalError, PictureError, ProviderUnavailableError
from providers.choice import OpenProvider, open_provider
from settings import Settings
from storage.claims import FOLDER, Claim
from storage.history import kept_as, read_history
from storage.keys import account
from storage.receipts import Receipt
from storage.retrying_store import RetryingStore
from storage.store import Area, Store
from tasks.bugs import composing
from tasks.work import Work
from waiting import Attempt

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Original", "Unreadable", "decoded", "find_or_generate"]

logger = logging.getLogger(__name__)

# Seconds between two checks whether another run has finished the same picture.
POLLING_SECONDS = 0.5


@dataclass(frozen=True)
class Original:
    """An original on the canvas, with its receipt if this run paid for it.

    ``throttled_seconds`` is how long this leaf waited for the provider's quota, and ``unusable_answers`` how many paid
    answers before this one were unusable.
    """

    canvas: "Image.Image"
    receipt: Receipt | None
    throttled_seconds: float = 0.0
    unusable_answers: int = 0

    @property
    def reused(self) -> bool:
        """Whether it was there before this run."""
        return self.receipt is None


class Unreadable(NamedTuple):
    """Stored bytes that are not a picture, the reason, and the receipt."""

    data: bytes
    error: PictureError
    receipt: Receipt | None


async def find_or_generate(
    work: Work,
    settings: Settings,
    store: RetryingStore,
    attempt: Attempt,
    prepare_compositing: Callable[[], None],
    open_provider: OpenProvider = open_provider,
) -> Original:
    """Return the original, paid for at most once: find it, or else claim it, request it and store it.

    ``prepare_compositing`` is called in a thread while the provider answers. ``open_provider`` is called only if there
    is something to pay for.

    Raises:
        ProviderRejectedError, ProviderUnavailableError: from the provider, or another run that is making the same
            picture did not finish in time.
        TooManyUnusableAnswersError: the provider sent too many unusable answers.
        DamagedOriginalError: the stored original is no longer a picture.
        CompositingError: a bug keeps the original, which is stored, from the canvas.
        StoreError: the store failed.
        StoppedError: the process was told to stop.
    """
    from tasks.purchase import Purchase

    key, payer = work.original_key, account(attempt.paying_run, work.thumbnail_key)
    found = await _find(store, work, payer)
    if isinstance(found, Original):
        return found
    if found:
        await _check_undamaged(store, key, found)
    await store.check()
    waited = False
    claim = Claim(store.store, key, attempt.run_id, attempt.clock)
    while True:
        attempt.raise_if_stopped()
        if await store.retry(claim.take):
            async with claim:
                found = await _find(store, work, payer)
                if isinstance(found, Original):  # Another run finished it just before the claim.
                    return found
                purchase = Purchase(work, settings, store, attempt, claim, open_provider, prepare_compositing)
                if bought := await purchase.complete(found):
                    return bought
            claim = Claim(store.store, key, attempt.run_id, attempt.clock)  # The old one was lost.
        found = await _find(store, work, payer)
        if isinstance(found, Original):
            return found
        if attempt.clock.now() > store.deadline - settings.provider_timeout_seconds:
            raise ProviderUnavailableError("Another run is making this picture and did not finish in time. Run again.")
        if not waited:
            attempt.on_stage("waiting")
            logger.info("%s: another run is making the picture; waiting for it, or for its claim to expire", work)
        waited = True
        await attempt.pause(POLLING_SECONDS)


async def decoded(data: bytes, work: Work) -> "Image.Image":
    """Return the picture on the canvas.

    Raises:
        PictureError: the bytes are not an image.
        CompositingError: they are, but a bug keeps it from the canvas.
    """
    with composing(work):
        from compositing.canvas import open_on_canvas

        return await asyncio.to_thread(open_on_canvas, data)


async def _find(store: Store, work: Work, account: str) -> Original | Unreadable | None:
    """Return the stored original, or its unreadable bytes, or None if there is none."""
    found = await store.read(Area.ORIGINALS, work.original_key)
    if found is None:
        return None
    receipt = Receipt.of(found.metadata)
    try:
        ours = receipt if receipt and receipt.account == account else None
        return Original(await decoded(found.data, work), ours)
    except PictureError as error:
        return Unreadable(found.data, error, receipt)


async def _check_undamaged(store: Store, key: str, found: Unreadable) -> None:
    """Check that the provider sent these unreadable bytes: the history says so, or an abandoned claim implies it.

    Raises:
        DamagedOriginalError: the bytes were a picture once.
    """
    history = await read_history(store, key)
    if history.has(kept_as(key, found.data)) or await store.stat(Area.ORIGINALS, f"{FOLDER}{key}"):
        return
    error = found.error
    raise DamagedOriginalError(
        f"The stored original {key} is damaged: {error} Delete it and run again to pay for a new one."
    ) from error
