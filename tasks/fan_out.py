"""Fans a batch out: runs a limited number of leaves for the pairs that have no thumbnail yet."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal

from batch.budget import Budget, settled
from batch.pairs import Pair
from batch.plan import Plan
from batch.requests import ThumbnailRequest
from outcomes import Finished, OutcomeError, Unfinished, with_paid
from settings import Settings
from storage.opening import open_store
from tasks.progress import ProgressLog
from tasks.windows import Windows
from waiting import Attempt

__all__ = ["draw", "fan_out", "outcome_of_leaf"]

logger = logging.getLogger(__name__)

RunLeaf = Callable[[ThumbnailRequest], Awaitable[Finished | Unfinished]]
End = Callable[[Pair, Finished | Unfinished], None]


async def draw(plan: Plan, run_leaf: RunLeaf, settings: Settings, attempt: Attempt) -> Decimal:
    """Run a leaf for each of a plan's pairs that has no thumbnail, and set the pairs' outcomes.

    Return what the pictures that were paid for had been estimated at.
    """
    store, budget = open_store(settings), Budget(plan.pairs, settings)

    async def run(pair: Pair) -> Finished | Unfinished:
        outcome = await outcome_of_leaf(pair, run_leaf(pair.request))
        if "cost_usd" in outcome:
            return outcome
        return with_paid(outcome, await settled(store, pair, attempt.paying_run))

    await fan_out(plan.pairs, run, plan.end, budget, settings.fan_out_window)
    withheld = [(pair, pair.withheld) for pair in plan.pairs if pair.withheld]
    for message, times in Counter(error["message"] for _, error in withheld).items():
        logger.warning("%d of %d pictures: %s", times, len(plan.pairs), message)
    for pair, error in withheld:
        if pair.paid_before:  # What is pending costs nothing, by its type.
            plan.end(pair, with_paid(_failed(pair, error), pair.paid_before))
    return budget.estimated


async def fan_out(
    pairs: Sequence[Pair],
    run_leaf: Callable[[Pair], Awaitable[Finished | Unfinished]],
    end: End,
    budget: Budget,
    window: int,
) -> None:
    """Run a leaf for each pair without an outcome, as many at a time as the window allows, and ``end`` it.

    Pairs that are not to be asked for any more have no outcome then, and are ``withheld``.
    """
    missing = [pair for pair in pairs if not pair.outcome]
    windows = Windows(missing, window, budget)
    progress = ProgressLog(len(pairs), found=len(pairs) - len(missing))

    async def work() -> None:
        while start := await windows.start():
            progress.begin()
            outcome = await run_leaf(start.pair)
            end(start.pair, outcome)
            progress.end(outcome)
            await windows.end(start, outcome)

    logging_counts = asyncio.create_task(progress.keep_logging())
    workers = [asyncio.create_task(work()) for _ in range(min(window, len(missing)))]
    try:
        await asyncio.gather(*workers)
    except asyncio.CancelledError:
        await asyncio.wait(workers)  # Each was cancelled too, and releases its claim before it ends.
        raise
    finally:
        logging_counts.cancel()


async def outcome_of_leaf(pair: Pair, leaf: Awaitable[Finished | Unfinished]) -> Finished | Unfinished:
    """Return a leaf's outcome, ``failed`` if it fails for good: the other leaves continue."""
    try:
        return await leaf
    except Exception as error:  # One failure must not affect the other leaves.
        return _failed(pair, {"code": "failed", "message": str(error).removeprefix("Subtask failed: ")})


def _failed(pair: Pair, error: OutcomeError) -> Unfinished:
    return {"status": "failed", "title": pair.request.title, "model": pair.request.model, "error": error}
