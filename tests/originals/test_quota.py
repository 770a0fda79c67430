"""A provider's quota: how many requests it refuses, how long a batch takes, and the effect on other vendors."""

import io
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PIL import Image

from batch.budget import Budget
from batch.pairs import Pair, pair_of
from batch.requests import ThumbnailRequest
from errors import ProviderThrottledError
from originals.find import find_or_buy
from outcomes import Finished
from providers.provider import Picture, PictureRequest
from providers.registry import Model
from settings import Settings
from storage.retrying_store import RetryingStore
from tasks.fan_out import fan_out
from tests.support.batches import LOOK, ok
from tests.support.clock import TestClock
from tests.support.memory_store import MemoryStore
from waiting import Attempt

SETTINGS = Settings(openai_api_key="key", google_api_key="key")
MINUTE = 60.0


def image() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1200, 640)).save(out, "JPEG")
    return out.getvalue()


class Provider:
    """Draws each picture in ``draws_for`` seconds. One vendor allows ``pictures`` in any minute."""

    def __init__(self, clock: TestClock, pictures: int, draws_for: float) -> None:
        self._clock, self._pictures, self._draws_for = clock, pictures, draws_for
        self._served: deque[float] = deque()
        self._picture = image()
        self.refused = 0

    @asynccontextmanager
    async def opened(self, model: Model, settings: Settings) -> AsyncIterator["Provider"]:
        yield self

    async def generate(self, request: PictureRequest) -> Picture:
        now = self._clock.now()
        if request.served_by.startswith("gpt"):
            while self._served and self._served[0] <= now - MINUTE:
                self._served.popleft()
            if len(self._served) >= self._pictures:
                self.refused += 1
                await self._clock.sleep(0.2)
                raise ProviderThrottledError("slow down", self._served[0] + MINUTE - now)
            self._served.append(now)
        await self._clock.sleep(self._draws_for)
        return Picture(self._picture)


async def run(pairs: list[Pair], provider: Provider, clock: TestClock, window: int = 20) -> dict[Pair, float]:
    """Run the pairs' leaves, and return when each got its picture."""
    store, ended = MemoryStore(clock), dict[Pair, float]()

    async def leaf(pair: Pair) -> Finished:
        attempt = Attempt(None, clock)
        patient = RetryingStore(store, clock, attempt.pause, 840, clock.now() + 840)
        wanted = pair.wanted_by(attempt.paying_run)
        original = await find_or_buy(wanted, SETTINGS, patient, attempt, lambda: None, provider.opened)
        ended[pair] = clock.now()
        outcome: Finished = ok(pair.title, pair.model.id)
        if original.throttled_seconds:
            outcome["throttled_seconds"] = original.throttled_seconds
        return outcome

    await clock.play(fan_out(pairs, leaf, lambda pair, outcome: None, Budget(pairs, SETTINGS), window))
    return ended


def pair(title: str, model: str) -> Pair:
    return pair_of(ThumbnailRequest(title=title, model=model, **LOOK), SETTINGS)  # type: ignore[arg-type]


@pytest.mark.parametrize("draws_for", [2.0, 10.0, 30.0])
async def test_twenty_five_images_at_five_a_minute_take_no_longer_than_the_quota_requires(draws_for: float) -> None:
    clock = TestClock()
    provider = Provider(clock, 5, draws_for)
    pairs = [pair(f"Title {number}", "gpt-image-2") for number in range(25)]
    ended = await run(pairs, provider, clock)
    assert len(ended) == 25
    assert provider.refused <= 25
    assert max(ended.values()) <= 1.1 * (4 * MINUTE + draws_for)


async def test_a_throttling_vendor_does_not_delay_other_vendors() -> None:
    clock = TestClock()
    provider = Provider(clock, 5, 10.0)
    models = ["gpt-image-2", "gemini-3-pro-image"]
    pairs = [pair(f"Title {number}", model) for number in range(50) for model in models]
    ended = await run(pairs, provider, clock)
    free = max(when for pair, when in ended.items() if pair.model.id == "gemini-3-pro-image")
    assert free <= 10.0 + 2 * 50 / 20 * 10.0, "at worst, the other occupies half of the window after the first answers"
