"""Estimates what a batch will cost, before its first leaf, and sums up what it did cost."""

from collections.abc import Iterable, Sequence
from functools import partial

from errors import InvalidRequestError
from money import Cost, Total, cost_faults, total
from outcomes import Outcome
from providers.cost import estimate, kind
from providers.prices import Prices
from settings import Settings
from storage.store import Area, Store
from tasks.work import Work
from waiting import gather_limited

__all__ = ["check_budget", "estimate_of", "spent"]


async def estimate_of(store: Store, works: Iterable[Work], prices: Prices) -> Total:
    """Estimate the cost of the pairs' originals that are not in the store, counting each original once."""
    by_original = {work.original_key: work for work in works}
    found = await gather_limited(partial(store.stat, Area.ORIGINALS), by_original)
    wanted = [work for work, original in zip(by_original.values(), found, strict=True) if original is None]
    return total((kind(work.picture), estimate(work.picture, prices)) for work in wanted)


def check_budget(about: Total, settings: Settings) -> None:
    """Check that the estimate is within MAX_COST_USD.

    Raises:
        InvalidRequestError: it is above, or a price is unknown, so the cap could not be enforced.
    """
    if faults := cost_faults(about, settings):
        raise InvalidRequestError(faults)


def spent(outcomes: Sequence[Outcome]) -> Total:
    """Return the known cost of these outcomes this time."""
    return total(
        (
            outcome["served_by"] if outcome["status"] == "ok" else outcome["model"],
            Cost.of_usd(
                outcome["cost_usd"], about=outcome.get("cost_is_estimate", False), reason=outcome.get("cost_reason", "")
            ),
        )
        for outcome in outcomes
        if outcome["status"] != "pending" and outcome.get("cost_usd", 0.0) != 0.0
    )
