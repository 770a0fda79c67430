import asyncio
import math
from collections.abc import Awaitable, Callable

import pytest

from batch.budget import Budget
from batch.pairs import Pair, pair_of
from batch.requests import ThumbnailRequest
from outcomes import Finished, Outcome, Unfinished, counts
from settings import Settings
from tasks.fan_out import fan_out, outcome_of_leaf
from tests.support.batches import LOOK, missing, ok
from tests.support.clock import TestClock, settle

SETTINGS = Settings(simulate_providers=True)
REQUESTS = [ThumbnailRequest(title=f"title {number}", model="gpt-image-2", **LOOK) for number in range(30)]  # type: ignore[arg-type]
PAIRS = [pair_of(request, SETTINGS) for request in REQUESTS]


def finished(pair: Pair) -> Finished:
    outcome: Finished = ok(pair.title, pair.model.id)
    return outcome


async def run(leaf: Callable[[Pair], Awaitable[Finished | Unfinished]], window: int) -> list[Outcome]:
    ended: dict[Pair, Outcome] = {}

    async def outcome(pair: Pair) -> Finished | Unfinished:
        return await outcome_of_leaf(pair, leaf(pair))

    await fan_out(PAIRS, outcome, ended.__setitem__, Budget(PAIRS, SETTINGS), window)
    return [ended[pair] for pair in PAIRS]


async def test_outcomes_keep_the_pairs_order() -> None:
    clock = TestClock()

    async def leaf(pair: Pair) -> Finished:
        await clock.sleep(30 - PAIRS.index(pair))
        return finished(pair)

    assert await clock.play(run(leaf, 10)) == [finished(pair) for pair in PAIRS]


@pytest.mark.parametrize("window", [1, 7, 30, 100])
async def test_the_window_limits_concurrent_leaves_and_stays_full(window: int) -> None:
    clock, running = TestClock(), 0
    seen: list[int] = []

    async def leaf(pair: Pair) -> Finished:
        nonlocal running
        running += 1
        seen.append(running)
        await clock.sleep(1)
        running -= 1
        return finished(pair)

    await clock.play(run(leaf, window))
    assert max(seen) == min(window, len(PAIRS))
    assert clock.now() == math.ceil(len(PAIRS) / window)


async def test_one_failure_does_not_affect_the_other_leaves() -> None:
    async def leaf(pair: Pair) -> Finished:
        if pair is PAIRS[3]:
            raise RuntimeError("Subtask failed: the store is down")
        return finished(pair)

    outcomes = await run(leaf, 5)
    assert outcomes[3] == {
        "status": "failed",
        "title": "title 3",
        "model": "gpt-image-2",
        "error": {"code": "failed", "message": "the store is down"},
    }
    assert counts(outcomes) == {"requested": 30, "ok": 29, "reused": 0, "rejected": 0, "failed": 1}


async def test_no_leaf_is_left_running_when_the_parent_is_cancelled() -> None:
    clock, running = TestClock(), 0

    async def leaf(pair: Pair) -> Finished:
        nonlocal running
        running += 1
        try:
            await clock.sleep(60)
        finally:
            await clock.sleep(PAIRS.index(pair) + 1)  # The leaf cleans up.
            running -= 1
        return finished(pair)

    parent = asyncio.create_task(run(leaf, 5))
    await settle()
    assert running == 5
    parent.cancel()
    with pytest.raises(asyncio.CancelledError):
        await clock.play(parent)
    assert running == 0


@pytest.mark.parametrize(("code", "narrows"), [("quota_wait_too_long", True), ("store", False)])
async def test_leaves_that_give_up_on_a_quota_narrow_the_window(code: str, narrows: bool) -> None:
    clock, running, seen = TestClock(), 0, list[int]()

    async def leaf(pair: Pair) -> Finished | Unfinished:
        nonlocal running
        running += 1
        seen.append(running)
        await clock.sleep(1)
        running -= 1
        return missing("failed", pair.title, pair.model.id, code=code)  # type: ignore[no-any-return]

    await clock.play(run(leaf, 10))
    assert (max(seen[-5:]) < 5) == narrows
