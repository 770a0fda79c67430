"""Many leaves, a bounded number of them at a time, and an outcome for every one."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from errors import NothingGeneratedError
from tasks.progress import ProgressLog

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
) -> list[Outcome]:
    """Run a leaf for every pair, at most ``window`` at a time.

    Args:
        pairs: what to run leaves for.
        run_leaf: runs one.
        window: how many may be in flight.
        outcomes: a list to fill in, for whoever looks at it meanwhile; a pair without an outcome is ``pending`` there.

    Returns:
        The outcomes in the pairs' order. A leaf that fails for good has an outcome with the status ``failed``; its
        siblings go on.

    Raises:
        NothingGeneratedError: not one pair came out, and a retry may change that. Where every pair was rejected it
            cannot, and would ask the providers once more for what they refuse.
    """
    outcomes = [] if outcomes is None else outcomes
    outcomes[:] = map(pending, pairs)
    waiting = iter(enumerate(pairs))
    progress = ProgressLog(len(pairs))

    async def work() -> None:
        for number, pair in waiting:
            progress.begin()
            outcomes[number] = await _outcome(pair, run_leaf)
            progress.end(outcomes[number])

    telling = asyncio.create_task(progress.keep_telling())
    workers = [asyncio.create_task(work()) for _ in range(min(window, len(pairs)))]
    try:
        await asyncio.gather(*workers)
    except asyncio.CancelledError:
        await asyncio.wait(workers)  # Cancelled with this one, each has a claim to give back before it ends.
        raise
    finally:
        telling.cancel()
    statuses = {outcome["status"] for outcome in outcomes}
    if "ok" not in statuses and "failed" in statuses:
        raise NothingGeneratedError(f"None of the {len(pairs)} images came out.\n{_causes(outcomes)}")
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


def _causes(outcomes: Sequence[Outcome]) -> str:
    """Return one line per cause and how many pairs it struck, so that a large batch's message stays short."""
    causes = Counter(outcome["error"]["message"] for outcome in outcomes)
    return "\n".join(f"- {message} ({times} of {len(outcomes)})" for message, times in causes.most_common(10))
