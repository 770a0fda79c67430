"""A store that retries while the server is temporarily unavailable."""

import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from errors import StoreError, StoreUnavailableError
from storage.store import Area, Link, ObjectInfo, Store, StoredObject, Versioned
from waiting import Attempt, Clock

__all__ = ["RetryingStore", "retrying_store"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Seconds between two tries: the first, doubling, and the longest.
FIRST_PAUSE, MAX_PAUSE = 0.5, 10.0
# Seconds between two log lines about one wait.
LOG_SECONDS = 60.0


@dataclass(frozen=True)
class RetryingStore:
    """A store that retries every operation while the server is unavailable.

    It gives up ``seconds`` after the first failure, or at ``deadline`` (in the clock's seconds), and raises the last
    error. Errors that only people can fix, such as StoreFullError, are raised immediately, unless ``any_error`` is set:
    only a picture that is already paid for is worth waiting for people. ``pause`` waits, and may raise to end the wait;
    ``on_wait`` is called when a wait begins.
    """

    store: Store
    clock: Clock
    pause: Callable[[float], Awaitable[None]]
    seconds: float
    deadline: float
    on_wait: Callable[[], None] = lambda: None
    any_error: bool = False

    def together(self) -> "RetryingStore":
        """Return a store whose operations share one wait of ``seconds``, which begins now."""
        return replace(self, deadline=min(self.deadline, self.clock.now() + self.seconds))

    async def retry(self, operation: Callable[[], Awaitable[T]]) -> T:
        """Try the operation until it succeeds."""
        began: float | None = None
        logged, wait = 0.0, FIRST_PAUSE
        while True:
            try:
                result = await operation()
            except StoreError as error:
                now = self.clock.now()
                ends = min((now if began is None else began) + self.seconds, self.deadline)
                if not self._is_temporary(error) or now + wait > ends:
                    raise
                if began is None:
                    began, logged = now, now - LOG_SECONDS
                    self.on_wait()
                if now - logged >= LOG_SECONDS:
                    logger.warning("waiting for the store: %s", error)
                    logged = now
                await self.pause(wait)
                wait = min(2 * wait, MAX_PAUSE)
            else:
                if began is not None:
                    logger.info("the store is back after %.0f s", self.clock.now() - began)
                return result

    def _is_temporary(self, error: StoreError) -> bool:
        return self.any_error or isinstance(error, StoreUnavailableError)

    async def prepare(self) -> None:
        """See ``Store``."""
        await self.retry(self.store.prepare)

    async def check(self) -> None:
        """See ``Store``."""
        await self.retry(self.store.check)

    async def read(self, area: Area, key: str) -> Versioned | None:
        """See ``Store``."""
        return await self.retry(lambda: self.store.read(area, key))

    async def stat(self, area: Area, key: str) -> ObjectInfo | None:
        """See ``Store``."""
        return await self.retry(lambda: self.store.stat(area, key))

    async def write(self, area: Area, key: str, stored: StoredObject) -> None:
        """See ``Store``."""
        await self.retry(lambda: self.store.write(area, key, stored))

    async def create(self, area: Area, key: str, stored: StoredObject) -> str | None:
        """See ``Store``. Also return None if an earlier try succeeded but its answer was lost."""
        return await self.retry(lambda: self.store.create(area, key, stored))

    async def replace(self, area: Area, key: str, stored: StoredObject, version: str) -> str | None:
        """See ``Store``. Also return None if an earlier try succeeded but its answer was lost."""
        return await self.retry(lambda: self.store.replace(area, key, stored, version))

    async def remove(self, area: Area, key: str) -> bool:
        """See ``Store``."""
        return await self.retry(lambda: self.store.remove(area, key))

    def link(self, key: str) -> Link:
        """See ``Store``."""
        return self.store.link(key)

    def urgent(self) -> "RetryingStore":
        """See ``Store``. It retries as long as this one does."""
        return replace(self, store=self.store.urgent())


def retrying_store(store: Store, seconds: float, attempt: Attempt, within: float = math.inf) -> RetryingStore:
    """Return the store, retrying for ``seconds`` per outage, for ``within`` seconds from now, and until a stop."""
    clock = attempt.clock
    return RetryingStore(store, clock, attempt.pause, seconds, clock.now() + within, lambda: attempt.on_stage("store"))
