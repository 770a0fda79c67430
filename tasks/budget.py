"""Estimates what a batch will cost, before its first leaf, and sums up what it did cost."""

from collections.abc import Iterable
from functools import partial

from errors import InvalidRequestError, StoreError
from money import NOTHING, Money
from originals.find import settle
from originals.ledger import read_ledger
from outcomes import Outcome
from providers.cost import Estimate, estimate
from providers.prices import Prices
from settings import Settings
from storage.keys import account
from storage.store import Area, Store
from tasks.work import Work
from waiting import gather_limited

__all__ = ["check_budget", "estimate_of", "paid_for", "settled", "spent"]

UNKNOWN = Money(maybe_billed=1, reason="the store, which has the ledger, failed")


async def estimate_of(store: Store, works: Iterable[Work], prices: Prices) -> Estimate:
    """Estimate the cost of the pairs' originals that are not in the store, counting each original once."""
    by_original = {work.original_key: work.picture for work in works}
    found = await gather_limited(partial(store.stat, Area.ORIGINALS), by_original)
    wanted = [picture for picture, original in zip(by_original.values(), found, strict=True) if original is None]
    return estimate(wanted, prices)


def check_budget(about: Estimate, settings: Settings) -> None:
    """Check that the estimate is within MAX_COST_USD.

    Raises:
        InvalidRequestError: it is above, or a price is unknown, so the cap could not be enforced.
    """
    if faults := about.faults(settings.max_cost_usd):
        raise InvalidRequestError(faults)


async def paid_for(store: Store, work: Work, run: str) -> Money:
    """Return what a run has paid for a pair, by the ledger in the store; "may have been billed" if the store failed."""
    try:
        return (await read_ledger(store, work.original_key)).paid_by(account(run, work.thumbnail_key))
    except StoreError:
        return UNKNOWN


async def settled(store: Store, work: Work, run: str) -> Money:
    """Return what a run has paid for a pair whose leaf died, including what its last request may have cost."""
    try:
        return await settle(store, work.original_key, account(run, work.thumbnail_key))
    except StoreError:
        return UNKNOWN


def spent(outcomes: Iterable[Outcome]) -> Money:
    """Return what these outcomes cost in this run."""
    return sum((Money.of(outcome) for outcome in outcomes if outcome["status"] != "pending"), NOTHING)
