"""Gets an original: from the store, or else from the provider, paid for once however many runs want it."""

import logging
from collections.abc import Callable

from errors import ProviderUnavailableError
from money import Money
from originals.buy import Purchase
from originals.claim import Claim, left_asking
from originals.ledger import Entry, LedgerFile
from originals.original import Original, Wanted, find_stored
from providers.opening import OpenProvider, open_provider
from settings import Settings
from storage.retrying_store import RetryingStore
from storage.store import Store
from waiting import Attempt

__all__ = ["find_or_buy", "settle"]

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
        CapReachedError: the picture would cost more than MAX_COST_USD.
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
    claim = _claim(store, wanted, attempt)
    while True:
        attempt.raise_if_stopped()
        if await store.retry(claim.take):
            async with claim:
                purchase = Purchase(wanted, settings, store, attempt, claim, open_provider, prepare_compositing)
                if bought := await purchase.complete():
                    return bought
            claim = _claim(store, wanted, attempt)  # The old one was lost.
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


def _claim(store: RetryingStore, wanted: Wanted, attempt: Attempt) -> Claim:
    return Claim(store.store, wanted.key, attempt.run_id, attempt.clock, wanted.account)


async def settle(store: Store, key: str, account: str) -> Money:
    """Return what an account has paid for an original, after its last attempt died, and enter what that may have paid.

    Raises:
        StoreError: the store failed.
    """
    file = LedgerFile(key)
    await file.read(store)
    left = await left_asking(store, key, account)
    if left and left not in file.ledger.entries:
        await file.enter(store, {left: Entry(account=account, cost_usd=0.0, maybe_billed=1)})
    return file.ledger.paid_by(account)
