"""Fans a batch out: runs a limited number of leaves for the pairs that have no thumbnail yet."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from errors import QuotaWaitTooLongError
from outcomes import Finished, Unfinished, with_paid
from settings import Settings
from storage.choice import open_store
from tasks.budget import settled
from tasks.pairs import Pair
from tasks.plan import Plan
from tasks.progress import ProgressLog
from tasks.requests import ThumbnailRequest
from tasks.windows import Windows
from waiting import Attempt

__all__ = ["draw", "fan_out", "outcome_of_leaf"]

logger = logging.getLogger(__name__)

RunLeaf = Callable[[ThumbnailRequest], Awaitable[Finished | Unfinished]]
End = Callable[[Pair, Finished | Unfinished], None]


async def draw(plan: Plan, run_leaf: RunLeaf, settings: Settings, attempt: Attempt) -> None:
    """Run a leaf for each of a plan's pairs that has no thumbnail, and set the pairs' outcomes."""
    store = open_store(settings)

    async def run(pair: Pair) -> Finished | Unfinished:
        outcome = await outcome_of_leaf(pair, run_leaf(pair.request))
        if "cost_usd" in outcome:
            return outcome
        return with_paid(outcome, await settled(store, pair, attempt.paying_run))

    await fan_out(plan.pairs, run, plan.end, settings.fan_out_window)


async def fan_out(
    pairs: Sequence[Pair], run_leaf: Callable[[Pair], Awaitable[Finished | Unfinished]], end: End, window: int
) -> None:
    """Run a leaf for each pair without an outcome, as many at a time as the window allows, and ``end`` it."""
    missing = [pair for pair in pairs if not pair.outcome]
    windows = Windows(missing, window)
    progress = ProgressLog(len(pairs), found=len(pairs) - len(missing))

    async def work() -> None:
        while start := await windows.start():
            progress.begin()
            outcome = await run_leaf(start.pair)
            end(start.pair, outcome)
            progress.end(outcome)
            await windows.end(start, throttled=_is_throttled(outcome))

    logging_counts = asyncio.create_task(progress.keep_logging())
    workers = [asyncio.create_task(work()) for _ in range(min(window, len(missing)))]
    try:
        await asyncio.gather(*workers)
    except asyncio.CancelledError:
        await asyncio.wait(workers)  # Each was cancelled too, and releases its claim before it ends.
        raise
    finally:
        logging_counts.cancel()


def _is_throttled(outcome: Finished | Unfinished) -> bool:
    """Return whether a leaf had to wait for its vendor's quota, or gave up because the wait was too long."""
    if outcome["status"] == "ok":
        return "throttled_seconds" in outcome
    return outcome["status"] == "failed" and outcome["error"]["code"] == QuotaWaitTooLongError.code


async def outcome_of_leaf(pair: Pair, leaf: Awaitable[Finished | Unfinished]) -> Finished | Unfinished:
    """Return a leaf's outcome, ``failed`` if it fails for good: the other leaves continue."""
    try:
        return await leaf
    except Exception as error:  # One failure must not affect the other leaves.
        message = str(error).removeprefix("Subtask failed: ")
        return {
            "status": "failed",
            "title": pair.request.title,
            "model": pair.request.model,
            "error": {"code": "failed", "message": message},
        }
