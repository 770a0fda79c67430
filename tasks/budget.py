"""What a batch has cost, pair by pair."""

from collections.abc import Iterable

from errors import StoreError
from money import NOTHING, Money
from originals.find import settle
from originals.ledger import read_ledger
from outcomes import Outcome
from storage.keys import account
from storage.store import Store
from tasks.pairs import Pair

__all__ = ["paid_for", "settled", "spent"]

UNKNOWN = Money(maybe_billed=1, reason="the store, which has the ledger, failed")


async def paid_for(store: Store, pair: Pair, run: str) -> Money:
    """Return what a run has paid for a pair, by the ledger in the store; "may have been billed" if the store failed."""
    try:
        return (await read_ledger(store, pair.original_key)).paid_by(account(run, pair.thumbnail_key))
    except StoreError:
        return UNKNOWN


async def settled(store: Store, pair: Pair, run: str) -> Money:
    """Return what a run has paid for a pair whose leaf died, including what its last request may have cost."""
    try:
        return await settle(store, pair.original_key, account(run, pair.thumbnail_key))
    except StoreError:
        return UNKNOWN


def spent(outcomes: Iterable[Outcome]) -> Money:
    """Return what these outcomes cost in this run."""
    return sum((Money.of(outcome) for outcome in outcomes if outcome["status"] != "pending"), NOTHING)
