import asyncio
from collections.abc import Awaitable, Callable

import pytest

from outcomes import Finished, Outcome, Pair, counts, pending
from tasks.fan_out import fan_out, outcome_of_leaf
from tasks.progress import ProgressLog
from tasks.windows import Windows
from testing.batches import ok

PAIRS = [Pair(f"title {number}", "model") for number in range(30)]


def finished(pair: Pair) -> Finished:
    outcome: Finished = ok(*pair)
    return outcome


async def run(leaf: Callable[[Pair], Awaitable[Finished]], window: int) -> list[Outcome]:
    outcomes: list[Outcome] = [pending(pair) for pair in PAIRS]
    windows, progress = Windows(dict.fromkeys(range(len(PAIRS)), "one vendor"), window), ProgressLog(len(PAIRS))

    async def outcome(number: int) -> Outcome:
        return await outcome_of_leaf(PAIRS[number], leaf(PAIRS[number]))

    await fan_out(PAIRS, outcome, outcomes, windows, progress)
    return outcomes


async def test_outcomes_keep_the_pairs_order() -> None:
    async def leaf(pair: Pair) -> Finished:
        await asyncio.sleep(0.001 * (30 - PAIRS.index(pair)))
        return finished(pair)

    assert await run(leaf, 10) == [finished(pair) for pair in PAIRS]


@pytest.mark.parametrize("window", [1, 7, 30, 100])
async def test_the_window_limits_concurrent_leaves_and_stays_full(window: int) -> None:
    running = most = 0

    async def leaf(pair: Pair) -> Finished:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        return finished(pair)

    await run(leaf, window)
    assert most == min(window, len(PAIRS))


async def test_one_failure_does_not_affect_the_other_leaves() -> None:
    async def leaf(pair: Pair) -> Finished:
        if pair is PAIRS[3]:
            raise RuntimeError("Subtask failed: the store is down")
        return finished(pair)

    outcomes = await run(leaf, 5)
    assert outcomes[3] == {
        "status": "failed",
        "title": "title 3",
        "model": "model",
        "error": {"code": "failed", "message": "the store is down"},
    }
    assert counts(outcomes) == {"requested": 30, "ok": 29, "reused": 0, "rejected": 0, "failed": 1}


async def test_no_leaf_is_left_running_when_the_parent_is_cancelled() -> None:
    running = 0

    async def leaf(pair: Pair) -> Finished:
        nonlocal running
        running += 1
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01 * (PAIRS.index(pair) + 1))  # The leaf cleans up.
            running -= 1
        return finished(pair)

    parent = asyncio.create_task(run(leaf, 5))
    await asyncio.sleep(0.01)
    assert running == 5
    parent.cancel()
    with pytest.raises(asyncio.CancelledError):
        await parent
    assert running == 0
