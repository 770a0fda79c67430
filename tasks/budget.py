"""Estimates what a batch will cost, before its first leaf, and sums up what it did cost."""

from collections.abc import Iterable
from functools import partial

from errors import InvalidRequestError, StoreError
from money import Cost, Total, cost_faults, total
from outcomes import Outcome, Paid, Spent
from providers.cost import estimate, kind
from providers.prices import Prices
from settings import Settings
from storage.keys import account
from storage.receipts import find_paid
from storage.store import Area, Store
from tasks.work import Work
from waiting import gather_limited

__all__ = ["check_budget", "estimate_of", "paid_for", "plus", "recorded", "spent", "spent_in_all", "total_of"]

MAYBE = Cost(None, reason="an attempt was killed, and the vendor may have billed it")


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


def plus(paid: Paid, more: Cost) -> Paid:
    """Return what was paid plus one more picture's cost. If either is unknown, so is the sum."""
    both = [_cost(paid), more]
    unknown = next((each for each in both if each.dollars is None), None)
    added: Paid = {"cost_usd": None, "cost_reason": unknown.reason} if unknown else {"cost_usd": _sum(both).usd}
    if not unknown and _sum(both).about:
        added["cost_is_estimate"] = True
    if "maybe_billed" in paid:
        added["maybe_billed"] = paid["maybe_billed"]
    return added


async def paid_for(store: Store, work: Work, run: str) -> Paid:
    """Return what a run has paid for a pair, by the receipts in the store; empty if it paid nothing."""
    try:
        return await find_paid(store, work.original_key, account(run, work.thumbnail_key))
    except StoreError:
        return {"cost_usd": None, "cost_reason": "the store, which has the receipt, failed"}


def spent(outcomes: Iterable[Outcome]) -> Total:
    """Return what these outcomes cost in this run."""
    return total_of(
        (outcome["served_by"] if outcome["status"] == "ok" else outcome["model"], outcome)
        for outcome in outcomes
        if outcome["status"] != "pending"
    )


def total_of(paid: Iterable[tuple[str, Paid]]) -> Total:
    """Return the sum of payments, each given with the kind of picture that it paid for."""
    costs = [(what, cost) for what, each in paid for cost in (_cost(each), *[MAYBE] * each.get("maybe_billed", 0))]
    return total((what, cost) for what, cost in costs if cost.dollars != 0)


def recorded(now: Total) -> Spent:
    """Return a sum as a batch's record has it, without what is zero."""
    record: Spent = {"cost_usd": now.usd} if now.usd else {}
    if now.usd and now.about:
        record["cost_is_estimate"] = True
    if unknown := sum(line.count for line in now.unknown):
        record["cost_unknown"] = unknown
    return record


def spent_in_all(runs: Iterable[Spent]) -> Spent:
    """Return what several runs of a batch spent."""
    known: list[Cost] = []
    for run in runs:
        known.append(Cost.of_usd(run.get("cost_usd", 0.0), about=run.get("cost_is_estimate", False)))
        known += [Cost(None)] * run.get("cost_unknown", 0)
    return recorded(_sum(known))


def _cost(paid: Paid) -> Cost:
    about, reason = paid.get("cost_is_estimate", False), paid.get("cost_reason", "")
    return Cost.of_usd(paid.get("cost_usd", 0.0), about=about, reason=reason)


def _sum(costs: Iterable[Cost]) -> Total:
    return total(("", cost) for cost in costs)
