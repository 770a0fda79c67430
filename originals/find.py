"""Gets an original: from the store, or else from the provider, paid for once however many runs want it."""

import logging
from collections.abc import Callable

from errors import ProviderUnavailableError
from originals.buy import Purchase
from originals.claim import Claim
from originals.original import Original, Wanted, find_stored
from providers.choice import OpenProvider, open_provider
from settings import Settings
from storage.retrying_store import RetryingStore
from waiting import Attempt

__all__ = ["find_or_buy"]

logger = logging.getLogger(__name__)

# Seconds between two checks whether another run has finished the same picture.
POLLING_SECONDS = 0.5


async def find_or_buy(
    wanted: Wanted,
    settings: Settings,
    store: RetryingStore,
    attempt: Attempt,
    prepare_compositing: Callable[[], None],
    open_provider: OpenProvider = open_provider,
) -> Original:
    """Return the original, paid for at most once: find it, or else claim it, ask for it and store it.

    ``prepare_compositing`` is called in a thread while the provider answers. ``open_provider`` is called only if there
    is something to pay for.

    Raises:
        InvalidRequestError: the picture would cost more than MAX_COST_USD.
        ProviderRejectedError, ProviderUnavailableError: from the provider, or another run that is making the same
            picture did not finish in time.
        TooManyUnusableAnswersError: the provider sent too many answers that were no pictures.
        DamagedOriginalError: the stored original is no longer a picture.
        CompositingError: a bug keeps the original, which is stored, from the canvas.
        StoreError: the store failed.
        StoppedError: the process was told to stop.
    """
    found = await find_stored(store, wanted)
    if isinstance(found, Original):
        return found
    await store.check()
    waited = False
    claim = Claim(store.store, wanted.key, attempt.run_id, attempt.clock)
    while True:
        attempt.raise_if_stopped()
        if await store.retry(claim.take):
            async with claim:
                purchase = Purchase(wanted, settings, store, attempt, claim, open_provider, prepare_compositing)
                if bought := await purchase.complete():
                    return bought
            claim = Claim(store.store, wanted.key, attempt.run_id, attempt.clock)  # The old one was lost.
        found = await find_stored(store, wanted)
        if isinstance(found, Original):
            return found
        if attempt.clock.now() > store.deadline - settings.provider_timeout_seconds:
            raise ProviderUnavailableError("Another run is making this picture and did not finish in time. Run again.")
        if not waited:
            attempt.on_stage("waiting")
            logger.info("%s: another run is making the picture; waiting for it, or for its claim to expire", wanted)
        waited = True
        await attempt.pause(POLLING_SECONDS)
