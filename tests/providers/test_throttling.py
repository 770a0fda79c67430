import asyncio
import email.utils
import time

import pytest

from errors import ProviderThrottledError, ProviderUnavailableError
from providers import throttling
from providers.throttling import patiently, retry_after


class Throttled:
    """Throttles so often, then answers; notes when it was asked."""

    def __init__(self, times: int, wait_seconds: float | None) -> None:
        self.left = times
        self.wait_seconds = wait_seconds
        self.asked: list[float] = []

    async def __call__(self) -> str:
        self.asked.append(time.monotonic())
        if self.left:
            self.left -= 1
            raise ProviderThrottledError("Slow down.", self.wait_seconds)
        return "a picture"


async def test_the_wait_asked_for_is_kept_with_a_tenth_of_jitter_at_most() -> None:
    provider = Throttled(2, 0.6)
    assert await patiently(provider, 60) == "a picture"
    first, second, third = provider.asked
    assert 0.6 <= second - first < 0.6 * 1.1 + 0.1
    assert 0.6 <= third - second < 0.6 * 1.05 + 0.1


async def test_no_wait_is_so_short_that_it_hammers() -> None:
    provider = Throttled(1, 0.0)
    await patiently(provider, 60)
    assert provider.asked[1] - provider.asked[0] >= throttling.SHORTEST_WAIT


@pytest.mark.parametrize("wait", [3600, None])
async def test_a_wait_beyond_the_budget_is_given_up_at_once(wait: float | None) -> None:
    provider = Throttled(1, wait)
    began = time.monotonic()
    with pytest.raises(
        ProviderUnavailableError, match=r"Slow down\. It asks for .* s, which this attempt has no time for"
    ):
        await patiently(provider, 2)
    assert time.monotonic() - began < 1
    assert len(provider.asked) == 1


async def test_other_errors_are_not_waited_for() -> None:
    async def ask() -> None:
        raise ProviderUnavailableError("down")

    with pytest.raises(ProviderUnavailableError, match="down"):
        await asyncio.wait_for(patiently(ask, 60), 1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("", None), ("12", 12), ("0.25", 0.25), ("-5", 0), ("soon", None), ("inf", None), ("nan", None)],
)
def test_retry_after_in_seconds(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds


def test_retry_after_as_a_date() -> None:
    assert retry_after(email.utils.formatdate(time.time() + 30, usegmt=True)) == pytest.approx(30, abs=2)
    assert retry_after(email.utils.formatdate(time.time() - 30, usegmt=True)) == 0
