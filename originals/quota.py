"""Rate limiting across leaves, for models whose provider throttles.

Leaves are separate processes that share the provider's quota. If throttled leaves all retried at the same moment, most
would be throttled again, which counts against the quota too. So they coordinate through a small object in the store: it
says until when the model is closed, and after that admits one leaf at a time. If nobody was throttled recently, every
leaf asks at once.
"""

import json
import random
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from errors import QuotaWaitTooLongError
from storage.store import Area, Store, StoredObject
from waiting import Clock

__all__ = ["QuotaGate"]

# Seconds between two turns. A throttled request is answered sooner than that, and closes the gate again.
TURN_SECONDS = 0.5
# Seconds after reopening during which leaves still take turns.
MEMORY_SECONDS = 60.0
# A gate whose times are further away was written by a machine whose clock is wrong.
MAX_CLOSED_SECONDS = 3600.0
# How many times to lose the race to write the gate before leaving it as others wrote it.
MAX_WRITES = 5


class _Gate(NamedTuple):
    """Until when the model is closed, and when the next leaf may ask: seconds since 1970 (UTC)."""

    closed_until: float
    next_turn: float


class QuotaGate:
    """One leaf's gate to one model."""

    def __init__(
        self,
        store: Store,
        model: str,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]],
        on_wait: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the store that the leaves share, and the model's name at its provider.

        ``pause`` waits, and may raise to end the wait; ``on_wait`` is called when a wait begins.
        """
        self._store = store
        self._key = f"quota/{model}.json"
        self._clock = clock
        self._pause = pause
        self._on_wait = on_wait

    async def enter(self, deadline: float) -> float:
        """Wait for this leaf's turn, and return the seconds that took.

        Raises:
            QuotaWaitTooLongError: the turn would come after ``deadline``, in the clock's seconds.
        """
        began = ended = self._clock.now()
        while True:
            version, gate = await self._read()
            now = self._clock.date()
            if not gate or not max(gate) - MAX_CLOSED_SECONDS <= now < gate.closed_until + MEMORY_SECONDS:
                return ended - began
            wait = max(gate) - now
            if wait > 0:
                if self._clock.now() + wait > deadline:
                    raise QuotaWaitTooLongError("The provider throttles this model.", wait)
                self._on_wait()
                await self._pause(wait + random.uniform(0, TURN_SECONDS / 4))  # noqa: S311
                ended = self._clock.now()
            elif version and await self._write(_Gate(gate.closed_until, now + TURN_SECONDS), version):
                return ended - began

    async def close(self, seconds: float) -> None:
        """Close the gate for ``seconds``, as the provider asks."""
        for _ in range(MAX_WRITES):
            closed_until = self._clock.date() + seconds
            version, gate = await self._read()
            if gate and closed_until <= gate.closed_until + TURN_SECONDS:
                return
            if await self._write(_Gate(closed_until, closed_until), version):
                return

    async def _read(self) -> tuple[str | None, _Gate | None]:
        found = await self._store.read(Area.ORIGINALS, self._key)
        if not found:
            return None, None
        try:
            return found.version, _Gate(**{name: float(value) for name, value in json.loads(found.data).items()})
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):  # A damaged gate counts as none.
            return found.version, None

    async def _write(self, gate: _Gate, version: str | None) -> str | None:
        stored = StoredObject(json.dumps(gate._asdict()).encode(), "application/json", immutable=False)
        if version:
            return await self._store.replace(Area.ORIGINALS, self._key, stored, version)
        return await self._store.create(Area.ORIGINALS, self._key, stored)
