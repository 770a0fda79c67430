"""Clocks, stopping and bounded concurrency. Code that waits takes these as arguments, so tests control both."""

import asyncio
import datetime
import signal
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from errors import StoppedError

__all__ = [
    "Attempt",
    "Clock",
    "Stage",
    "Stop",
    "begin_attempt",
    "cancel_and_wait",
    "current_attempt",
    "gather_limited",
    "race",
]

A = TypeVar("A")
T = TypeVar("T")

MAX_CONCURRENT = 64


class Clock:
    """The machine's clock. Tests pass their own."""

    def now(self) -> float:
        """Return monotonic seconds, for measuring waits."""
        return time.monotonic()

    def date(self) -> float:
        """Return seconds since 1970 (UTC), for timestamps that other machines read."""
        return time.time()

    def today(self) -> datetime.date:
        """Return the day (UTC)."""
        return datetime.datetime.fromtimestamp(self.date(), datetime.UTC).date()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class Stop:
    """A request to stop, with a grace period for work in progress."""

    def __init__(self) -> None:
        self._requested = asyncio.Event()
        self.grace_seconds: float | None = None
        # In seconds of the first asker's clock; shared by all work in progress.
        self.grace_ends: float | None = None

    @property
    def requested(self) -> bool:
        """Whether a stop was requested, so that no new work starts."""
        return self._requested.is_set()

    def request(self, grace_seconds: float | None = None) -> None:
        """Request a stop. Work in progress has ``grace_seconds`` to finish, or unlimited time if that is None."""
        self.grace_seconds = grace_seconds
        self._requested.set()

    async def wait(self) -> None:
        """Wait until a stop is requested."""
        await self._requested.wait()


async def race(work: Awaitable[T], *others: Awaitable[object]) -> "asyncio.Future[T]":
    """Wait until the work or any of the others ends, cancel the others, and return the work, done or not.

    Cancelling this also cancels the work, and waits for it to end.
    """
    working = asyncio.ensure_future(work)
    waiting = [asyncio.ensure_future(other) for other in others]
    try:
        await asyncio.wait([working, *waiting], return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        await cancel_and_wait(working)
        raise
    finally:
        for other in waiting:
            other.cancel()
    return working


async def cancel_and_wait(work: "asyncio.Future[T]") -> None:
    """Cancel the work unless it is done, and wait until it has cleaned up."""
    work.cancel()
    await asyncio.wait([work])


async def gather_limited(function: Callable[[A], Awaitable[T]], items: Iterable[A]) -> list[T]:
    """Return the function's results in the items' order, running at most ``MAX_CONCURRENT`` calls at a time.

    If a call fails, no other begins, those that have begun are awaited, and then its error is raised: nothing goes on
    afterwards.
    """
    waiting = deque(enumerate(items))
    results: dict[int, T] = {}

    async def work() -> None:
        while waiting:
            number, item = waiting.popleft()
            try:
                results[number] = await function(item)
            except BaseException:
                waiting.clear()
                raise

    workers = [asyncio.create_task(work()) for _ in range(min(MAX_CONCURRENT, len(waiting)))]
    try:
        if workers:
            await asyncio.wait(workers)
    except asyncio.CancelledError:
        for worker in workers:
            worker.cancel()
        await asyncio.wait(workers)
        raise
    for worker in workers:
        worker.result()
    return [result for _, result in sorted(results.items(), key=lambda each: each[0])]


Stage = Literal["looking", "waiting", "store", "asking", "throttled", "storing", "composing", "uploading"]


@dataclass(frozen=True)
class Attempt:
    """One attempt at a task.

    ``run_id`` is the same for every attempt of a run, and None if the platform gives none, as on the CLI's dev server.
    ``paying_run`` is the run in which costs are counted: a leaf's parent, or the run itself; without ids from the
    platform, it is unique to the attempt. ``on_stage`` is called when a leaf enters a stage, ``on_found`` with the
    arguments of the leaves whose thumbnails a parent finds in the store, and ``on_estimate`` with what the others cost;
    only local runs use them.
    """

    run_id: str | None = None
    clock: Clock = field(default_factory=Clock)
    stop: Stop = field(default_factory=Stop)
    on_stage: Callable[[Stage], None] = lambda stage: None
    on_found: Callable[[Sequence[Sequence[object]]], None] = lambda leaves: None
    on_estimate: Callable[[str], None] = lambda cost: None
    paying_run: str = field(default_factory=lambda: uuid.uuid4().hex)

    def raise_if_stopped(self) -> None:
        """Raise StoppedError if a stop was requested."""
        if self.stop.requested:
            raise StoppedError("Stopped before this was finished. Run it again to continue; stored work is kept.")

    async def pause(self, seconds: float) -> None:
        """Wait.

        Raises:
            StoppedError: a stop was requested before or during the wait.
        """
        await cancel_and_wait(await race(self.clock.sleep(seconds), self.stop.wait()))
        self.raise_if_stopped()

    async def within_grace(self, work: Awaitable[T]) -> T:
        """Return the work's result. After a stop request, the work may still finish within the grace period.

        Raises:
            StoppedError: the grace period ended first, and the work was cancelled.
        """
        working = await race(work, self._grace_end())
        if not working.done():
            await cancel_and_wait(working)
            self.raise_if_stopped()
        return working.result()

    async def _grace_end(self) -> None:
        await self.stop.wait()
        if self.stop.grace_seconds is None:
            await asyncio.get_running_loop().create_future()
        else:
            if self.stop.grace_ends is None:
                self.stop.grace_ends = self.clock.now() + self.stop.grace_seconds
            await self.clock.sleep(max(0.0, self.stop.grace_ends - self.clock.now()))


# Set by code that runs tasks in its own process and handles its signals itself.
current_attempt: ContextVar[Attempt | None] = ContextVar("current_attempt", default=None)


def begin_attempt(run_id: str | None, grace_seconds: float = 0.0, *, parent_run_id: str | None = None) -> Attempt:
    """Return the attempt for this context. Costs are counted in its parent's run, or its own if it has no parent.

    On a worker, SIGTERM (which Render sends) requests a stop with ``grace_seconds`` for work in progress.
    """
    given = current_attempt.get() or Attempt()
    attempt = replace(given, run_id=run_id, paying_run=parent_run_id or run_id or given.paying_run)
    if not current_attempt.get():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, attempt.stop.request, grace_seconds)
    return attempt
