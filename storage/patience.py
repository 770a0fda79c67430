"""A store that waits: what fails because the server is away for a while is tried again until it is back."""

import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from errors import StoreError, StoreFullError, StoreUnavailableError
from storage.store import Area, Link, ObjectInfo, Store, StoredObject, Versioned
from waiting import Attempt, Clock

__all__ = ["PatientStore", "patient_store"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Seconds between two tries: the first, doubling, and the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
# Seconds between two lines of the log about one wait.
LOG_SECONDS = 60.0


@dataclass(frozen=True)
class PatientStore:
    """A store whose every operation outlasts the server's absence.

    It gives up ``seconds`` after the first failure, or at ``deadline`` (of the clock), and raises the last error.
    Errors that waiting cannot fix are raised at once. So is a full store, unless ``even_full``: only bytes that were
    paid for are worth waiting for room. ``pause`` waits, and may raise to end the wait; ``on_wait`` is called when one
    begins.
    """

    store: Store
    clock: Clock
    pause: Callable[[float], Awaitable[None]]
    seconds: float
    deadline: float
    on_wait: Callable[[], None] = lambda: None
    even_full: bool = False

    async def outlast(self, operation: Callable[[], Awaitable[T]]) -> T:
        """Try the operation until it succeeds."""
        began: float | None = None
        logged, wait = 0.0, FIRST_PAUSE
        while True:
            try:
                result = await operation()
            except StoreError as error:
                now = self.clock.now()
                ends = min((now if began is None else began) + self.seconds, self.deadline)
                if not self._may_pass(error) or now + wait > ends:
                    raise
                if began is None:
                    began, logged = now, now - LOG_SECONDS
                    self.on_wait()
                if now - logged >= LOG_SECONDS:
                    logger.warning("waiting for the store: %s", error)
                    logged = now
                await self.pause(wait)
                wait = min(2 * wait, LONGEST_PAUSE)
            else:
                if began is not None:
                    logger.info("the store is back after %.0f s", self.clock.now() - began)
                return result

    def _may_pass(self, error: StoreError) -> bool:
        return isinstance(error, StoreUnavailableError) or (self.even_full and isinstance(error, StoreFullError))

    async def prepare(self) -> None:
        """As the store does."""
        await self.outlast(self.store.prepare)

    async def check(self) -> None:
        """As the store does."""
        await self.outlast(self.store.check)

    async def read(self, area: Area, key: str) -> Versioned | None:
        """As the store does."""
        return await self.outlast(lambda: self.store.read(area, key))

    async def stat(self, area: Area, key: str) -> ObjectInfo | None:
        """As the store does."""
        return await self.outlast(lambda: self.store.stat(area, key))

    async def write(self, area: Area, key: str, stored: StoredObject) -> None:
        """As the store does."""
        await self.outlast(lambda: self.store.write(area, key, stored))

    async def create(self, area: Area, key: str, stored: StoredObject) -> str | None:
        """As the store does; None also where an earlier try was carried out and its answer lost."""
        return await self.outlast(lambda: self.store.create(area, key, stored))

    async def replace(self, area: Area, key: str, stored: StoredObject, version: str) -> str | None:
        """As the store does; None also where an earlier try was carried out and its answer lost."""
        return await self.outlast(lambda: self.store.replace(area, key, stored, version))

    async def remove(self, area: Area, key: str) -> bool:
        """As the store does."""
        return await self.outlast(lambda: self.store.remove(area, key))

    def link(self, key: str) -> Link:
        """As the store does."""
        return self.store.link(key)


def patient_store(store: Store, seconds: float, attempt: Attempt, within: float = math.inf) -> PatientStore:
    """Return the store, to be waited for ``seconds`` at a time, ``within`` so many from now, and until told to stop."""
    clock = attempt.clock
    return PatientStore(store, clock, attempt.pause, seconds, clock.now() + within, lambda: attempt.enter("store"))
