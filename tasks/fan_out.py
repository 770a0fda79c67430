"""Many leaves, a bounded number of them at a time, and an outcome for every one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from tasks.progress import ProgressLog
from tasks.windows import Windows

__all__ = ["Outcome", "Pair", "counts", "fan_out", "pending"]

Outcome = dict[str, Any]


class Pair(NamedTuple):
    """One thumbnail to be: which title, by which model."""

    title: str
    model: str


async def fan_out(
    pairs: Sequence[Pair],
    run_leaf: Callable[[Pair], Awaitable[Outcome]],
    window: int,
    outcomes: list[Outcome] | None = None,
    vendor_of: Callable[[Pair], str] = lambda pair: "",
) -> list[Outcome]:
    """Run a leaf for every pair, at most ``window`` at a time, and of a vendor that throttles fewer.

    Args:
        pairs: what to run leaves for.
        run_leaf: runs one.
        window: how many may be in flight.
        outcomes: a list to fill in, for whoever looks at it meanwhile; a pair without an outcome is ``pending`` there.
        vendor_of: whose quota a pair takes from.

    Returns:
        The outcomes in the pairs' order. A leaf that fails for good has an outcome with the status ``failed``; its
        siblings go on.
    """
    outcomes = [] if outcomes is None else outcomes
    outcomes[:] = map(pending, pairs)
    progress = ProgressLog(len(pairs))
    windows = Windows([vendor_of(pair) for pair in pairs], window)

    async def work() -> None:
        while start := await windows.start():
            progress.begin()
            outcome = outcomes[start.number] = await _outcome(pairs[start.number], run_leaf)
            progress.end(outcome)
            await windows.end(start, throttled=bool(outcome.get("throttled_seconds")))

    telling = asyncio.create_task(progress.keep_telling())
    workers = [asyncio.create_task(work()) for _ in range(min(window, len(pairs)))]
    try:
        await asyncio.gather(*workers)
    except asyncio.CancelledError:
        await asyncio.wait(workers)  # Cancelled with this one, each has a claim to give back before it ends.
        raise
    finally:
        telling.cancel()
    return outcomes


def pending(pair: Pair) -> Outcome:
    """Return what stands in for the outcome of a pair that has none yet."""
    return {"status": "pending", **pair._asdict()}


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return how many outcomes there are of each kind; what was reused is counted among what is ok too."""
    statuses = [outcome["status"] for outcome in outcomes]
    return {
        "requested": len(outcomes),
        "ok": statuses.count("ok"),
        "reused": sum(1 for outcome in outcomes if outcome.get("reused")),
        "rejected": statuses.count("rejected"),
        "failed": statuses.count("failed"),
    }


async def _outcome(pair: Pair, run_leaf: Callable[[Pair], Awaitable[Outcome]]) -> Outcome:
    try:
        return await run_leaf(pair)
    except Exception as error:  # Whatever ended this leaf must not take its siblings' finished work along.
        message = str(error).removeprefix("Subtask failed: ")
        return {"status": "failed", **pair._asdict(), "error": {"code": "failed", "message": message}}
