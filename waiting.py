"""Time and stopping: what everything that waits is given, so that a test can move the one and request the other."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from errors import StoppedError

__all__ = ["Attempt", "Clock", "Stage", "Stop", "begin_attempt", "cancelled", "first_of", "gather_some", "surroundings"]

A = TypeVar("A")
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
        # When the grace is over, of the clock of whoever asks first; the same for all that is done in it.
        self.grace_ends: float | None = None

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


async def gather_some(function: Callable[[A], Awaitable[T]], items: Iterable[A], at_once: int = 64) -> list[T]:
    """Return the function's results for the items, in order, with at most ``at_once`` calls in progress."""
    turns = asyncio.Semaphore(at_once)

    async def call(item: A) -> T:
        async with turns:
            return await function(item)

    return await asyncio.gather(*map(call, items))


Stage = Literal["looking", "waiting", "store", "asking", "throttled", "storing", "composing", "uploading"]


def _unwatched(what: object) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Attempt:
    """One attempt at a task.

    ``run_id`` is the same for each attempt at one run, and None where the platform gives none, as on the CLI's dev
    server. ``enter`` is told each stage of a leaf as it begins, and ``found`` the pairs (title, model) whose thumbnails
    a parent finds; only a local run listens.
    """

    run_id: str | None = None
    clock: Clock = field(default_factory=Clock)
    stop: Stop = field(default_factory=Stop)
    enter: Callable[[Stage], None] = _unwatched
    found: Callable[[Sequence[tuple[str, str]]], None] = _unwatched

    def go_on(self) -> None:
        """Pass, unless the process was told to stop.

        Raises:
            StoppedError: it was.
        """
        if self.stop.requested:
            raise StoppedError("Stopped before this was finished. Run it again to go on; what is stored stays.")

    async def pause(self, seconds: float) -> None:
        """Wait.

        Raises:
            StoppedError: the process was told to stop, before or meanwhile.
        """
        waiting = await first_of(self.clock.sleep(seconds), self.stop.wait())
        await cancelled(waiting)
        self.go_on()

    async def to_the_end(self, work: Awaitable[T]) -> T:
        """Return what the work returns, also where the process is told to stop meanwhile, as far as the grace reaches.

        Raises:
            StoppedError: the grace was over first, and the work was cancelled.
        """
        working = await first_of(work, self._grace_over())
        if not working.done():
            await cancelled(working)
            self.go_on()
        return working.result()

    async def _grace_over(self) -> None:
        await self.stop.wait()
        if self.stop.grace_seconds is None:
            await asyncio.get_running_loop().create_future()
        else:
            if self.stop.grace_ends is None:
                self.stop.grace_ends = self.clock.now() + self.stop.grace_seconds
            await self.clock.sleep(max(0.0, self.stop.grace_ends - self.clock.now()))


# Set by whoever runs tasks in its own process, which then answers its signals.
surroundings: ContextVar[Attempt | None] = ContextVar("surroundings", default=None)


def begin_attempt(run_id: str | None, grace_seconds: float = 0.0) -> Attempt:
    """Return the attempt that runs in this context.

    On a worker SIGTERM, as Render sends it, tells it to stop; what it has begun then has ``grace_seconds`` to end.
    """
    if given := surroundings.get():
        return replace(given, run_id=run_id)
    attempt = Attempt(run_id)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, attempt.stop.request, grace_seconds)
    return attempt
