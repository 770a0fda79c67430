"""Waiting for a quota, on a clock that stands still but for the waits."""

import asyncio

import pytest

from errors import ProviderThrottledError, ProviderUnavailableError, QuotaWaitTooLongError
from providers.throttling import SHORTEST_WAIT, retry_when_throttled


class Time:
    """A clock, and a sleep that moves it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Throttled:
    """Throttles so often, then answers."""

    def __init__(self, times: int, wait_seconds: float | None) -> None:
        self.left = times
        self.wait_seconds = wait_seconds
        self.asked = 0

    async def __call__(self) -> str:
        self.asked += 1
        if self.left:
            self.left -= 1
            raise ProviderThrottledError("Slow down.", self.wait_seconds)
        return "a picture"


@pytest.fixture
def time() -> Time:
    return Time()


async def test_the_wait_asked_for_is_kept_with_a_tenth_of_jitter_at_most_and_less_each_time(time: Time) -> None:
    provider = Throttled(3, 10)
    assert await retry_when_throttled(provider, 60, clock=time.clock, sleep=time.sleep) == "a picture"
    first, second, third = time.slept
    assert 10 <= first <= 11
    assert 10 <= second <= 10.5
    assert 10 <= third <= 10.34


async def test_where_no_wait_is_asked_for_it_doubles_up_to_a_minute(time: Time) -> None:
    await retry_when_throttled(Throttled(6, None), 3600, clock=time.clock, sleep=time.sleep)
    for wait, least in zip(time.slept, (5, 10, 20, 40, 60, 60), strict=True):
        assert least <= wait <= least * 1.1


async def test_no_wait_is_so_short_that_it_hammers(time: Time) -> None:
    await retry_when_throttled(Throttled(8, 0.0), 60, clock=time.clock, sleep=time.sleep)
    assert time.slept[0] >= SHORTEST_WAIT
    assert time.slept[-1] >= SHORTEST_WAIT * 32


async def test_each_throttled_answer_is_reported_with_its_wait(time: Time) -> None:
    waits: list[float] = []

    def on_wait(seconds: float, error: ProviderThrottledError) -> None:
        assert str(error) == "Slow down."
        assert len(waits) == len(time.slept)  # As the wait begins.
        waits.append(seconds)

    await retry_when_throttled(Throttled(3, 10), 60, on_wait, clock=time.clock, sleep=time.sleep)
    assert waits == time.slept


@pytest.mark.parametrize(("wait", "shown"), [(3600, "3600"), (None, "5")])
async def test_a_wait_longer_than_the_budget_is_not_begun(time: Time, wait: float | None, shown: str) -> None:
    provider = Throttled(1, wait)
    with pytest.raises(QuotaWaitTooLongError) as caught:
        await retry_when_throttled(provider, 2, clock=time.clock, sleep=time.sleep)
    assert f"Slow down. A wait of {shown} s is longer than this attempt has left. Run again later" in str(caught.value)
    assert caught.value.code == "quota_wait_too_long"
    assert caught.value.wait_seconds >= float(shown)
    assert (provider.asked, time.slept) == (1, [])


async def test_the_budget_is_what_all_waits_and_requests_take_together(time: Time) -> None:
    provider = Throttled(9, 10)

    async def ask() -> str:
        time.now += 5
        return await provider()

    with pytest.raises(QuotaWaitTooLongError):
        await retry_when_throttled(ask, 60, clock=time.clock, sleep=time.sleep)
    assert provider.asked == 4


async def test_other_errors_are_not_waited_for(time: Time) -> None:
    async def ask() -> None:
        raise ProviderUnavailableError("down")

    with pytest.raises(ProviderUnavailableError, match="down"):
        await retry_when_throttled(ask, 60, clock=time.clock, sleep=time.sleep)
    assert time.slept == []


async def test_cancelling_ends_a_wait_at_once() -> None:
    waiting = asyncio.Event()
    provider = Throttled(1, 3600)
    task = asyncio.create_task(retry_when_throttled(provider, 7200, lambda seconds, error: waiting.set()))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert provider.asked == 1
