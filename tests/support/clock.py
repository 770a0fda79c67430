"""A clock for tests: time stands still until a test moves it, and waiting takes no real time."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from waiting import Clock

__all__ = ["SkippingClock", "TestClock"]

T = TypeVar("T")

# Iterations of the event loop that let everything finish that does not wait for time.
ROUNDS = 50


class TestClock(Clock):
    """Time that a test moves."""

    __test__ = False

    def __init__(self, date: float = 1_800_000_000.0) -> None:
        self._now = 0.0
        self._began = date
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        return self._now

    def date(self) -> float:
        return self._began + self._now

    async def sleep(self, seconds: float) -> None:
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._numbers), sleeper))
        await sleeper

    async def advance(self, seconds: float) -> None:
        """Move time, waking each sleeper at its own moment."""
        until = self._now + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            await self._wake_next()
        self._now = until
        await settle()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let everything that does not wait for time go on until the condition is true. Threads' work runs in place."""
        asyncio.get_running_loop().set_default_executor(InPlace())
        while not condition():
            await settle()

    async def play(self, work: Awaitable[T]) -> T:
        """Move time whenever everything waits for it, until the work is done. Work for threads runs in place."""
        asyncio.get_running_loop().set_default_executor(InPlace())
        working = asyncio.ensure_future(work)
        await settle()
        while not working.done():
            await self._wake_next()
        return working.result()

    async def _wake_next(self) -> None:
        self._now, _, sleeper = heapq.heappop(self._sleepers)
        if not sleeper.done():
            sleeper.set_result(None)
            await settle()


class SkippingClock(Clock):
    """Time that jumps ahead at every wait, and lets the next scripted event happen."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.happens: Iterator[None] = iter(())

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        next(self.happens, None)


class InPlace(ThreadPoolExecutor):
    """Runs everything immediately in the calling thread, so that nothing depends on scheduling."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        try:
            done.set_result(call(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


async def settle() -> None:
    """Let everything run that does not wait for time or threads."""
    for _ in range(ROUNDS):
        await asyncio.sleep(0)
