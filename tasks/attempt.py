"""One attempt at a task: its run, its time, how it is told to stop, and who watches it."""

import asyncio
import math
import signal
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from errors import StoppedError
from settings import Settings
from storage.patience import PatientStore
from storage.store import Store
from waiting import Clock, Stop, cancelled, first_of

__all__ = ["GRACE_SECONDS", "Attempt", "Stage", "begin_attempt", "patient_store", "surroundings"]

T = TypeVar("T")

# Render sends SIGKILL 30 seconds after SIGTERM unless a service says otherwise (``maxShutdownDelaySeconds``); for
# workflows it documents no figure. The rest is for giving back a claim.
GRACE_SECONDS = 25.0

Stage = Literal["looking", "waiting", "store", "asking", "throttled", "storing", "composing", "uploading"]


def _unwatched(stage: Stage) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Attempt:
    """One attempt at a task.

    ``run_id`` is the same for each attempt at one run, and None where the platform gives none, as on the CLI's dev
    server. ``enter`` is told each stage of a leaf as it begins; only a local run listens.
    """

    run_id: str | None = None
    clock: Clock = field(default_factory=Clock)
    stop: Stop = field(default_factory=Stop)
    enter: Callable[[Stage], None] = _unwatched

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
            await self.clock.sleep(self.stop.grace_seconds)


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


def patient_store(store: Store, settings: Settings, attempt: Attempt, seconds: float = math.inf) -> PatientStore:
    """Return the store, to be waited for within so many seconds from now, and as long as the attempt is not stopped."""
    clock, patience = attempt.clock, settings.store_patience_seconds
    return PatientStore(store, clock, attempt.pause, patience, clock.now() + seconds, lambda: attempt.enter("store"))
