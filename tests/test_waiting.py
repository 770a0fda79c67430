"""Bounded concurrency: how many calls run at once, and what goes on after one has failed."""

import asyncio

import pytest

from waiting import MAX_CONCURRENT, gather_limited


async def test_results_are_in_the_items_order_and_calls_run_together_up_to_a_limit() -> None:
    running, most = 0, 0

    async def call(number: int) -> int:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        await asyncio.sleep(0)
        running -= 1
        return number * number

    assert await gather_limited(call, range(500)) == [number * number for number in range(500)]
    assert most == MAX_CONCURRENT
    assert await gather_limited(call, []) == []


async def test_after_a_failure_nothing_begins_and_nothing_goes_on() -> None:
    began, ended = list[int](), list[int]()

    async def call(number: int) -> None:
        began.append(number)
        if number == 1:
            raise ZeroDivisionError
        await asyncio.sleep(0.01)
        ended.append(number)

    with pytest.raises(ZeroDivisionError):
        await gather_limited(call, range(500))
    assert len(began) <= MAX_CONCURRENT
    assert len(ended) == len(began) - 1, "those that had begun were awaited"
    await asyncio.sleep(0.05)
    assert len(began) <= MAX_CONCURRENT


async def test_cancelling_cancels_every_call_and_waits_for_it() -> None:
    cleaned_up = list[int]()

    async def call(number: int) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            cleaned_up.append(number)

    gathering = asyncio.create_task(gather_limited(call, range(100)))
    await asyncio.sleep(0.01)
    gathering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gathering
    assert len(cleaned_up) == MAX_CONCURRENT
