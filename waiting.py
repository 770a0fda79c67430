"""Time and stopping: what everything that waits is given, so that a test can move the one and request the other."""

import asyncio
import time
from collections.abc import Awaitable
from typing import TypeVar

__all__ = ["Clock", "Stop", "cancelled", "first_of"]

T = TypeVar("T")


class Clock:
    """The machine's time. Tests pass one that they move."""

    def now(self) -> float:
        """Return seconds that never go back, for measuring waits."""
        return time.monotonic()

    def date(self) -> float:
        """Return seconds since 1970 (UTC), for what other machines read."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class Stop:
    """Whether the process was told to end, and how many seconds later it is to give up what it has begun."""

    def __init__(self) -> None:
        self._requested = asyncio.Event()
        self.grace_seconds: float | None = None

    @property
    def requested(self) -> bool:
        """Whether to start nothing more."""
        return self._requested.is_set()

    def request(self, grace_seconds: float | None = None) -> None:
        """Ask for the end. What is begun goes on for ``grace_seconds``, or to its own end where that is None."""
        self.grace_seconds = grace_seconds
        self._requested.set()

    async def wait(self) -> None:
        """Wait until the end is requested."""
        await self._requested.wait()


async def first_of(work: Awaitable[T], *others: Awaitable[object]) -> "asyncio.Future[T]":
    """Wait until the work or any of the others is over, and return the work, over or not. The others are cancelled.

    Where this is cancelled, so is the work, and it has ended when this returns.
    """
    working = asyncio.ensure_future(work)
    waiting = [asyncio.ensure_future(other) for other in others]
    try:
        await asyncio.wait([working, *waiting], return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        await cancelled(working)
        raise
    finally:
        for other in waiting:
            other.cancel()
    return working


async def cancelled(work: "asyncio.Future[T]") -> None:
    """Cancel the work, where it is not over, and wait until it has put itself in order."""
    work.cancel()
    await asyncio.wait([work])
