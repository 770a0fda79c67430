"""Turns to ask a model whose provider throttles.

Leaves are processes of their own that share the provider's quota. Those that are refused would all ask again at the
same moment, and most would be refused again, which counts against the quota too. So they meet in the store: a small
object says until when the model is closed, and after that lets one leaf in at a time. It takes effect only while it is
needed: where nobody was throttled lately, everybody asks at once.
"""

import json
import random
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from errors import QuotaWaitTooLongError
from storage.store import Area, Store, StoredObject
from waiting import Clock

__all__ = ["QuotaGate", "too_long"]

# Seconds between two turns: a refusal is answered sooner than that, and then the gate is closed again.
TURN_SECONDS = 0.5
# Seconds after the model opened again in which it still takes turns.
MEMORY_SECONDS = 60.0
# A gate that says it is closed for longer was written by a clock that is wrong.
LONGEST_SECONDS = 3600.0
# How often a write may come second before the gate is left as others wrote it.
ATTEMPTS = 5


def too_long(message: str, seconds: float) -> QuotaWaitTooLongError:
    """Return the error for a wait that there is no time for."""
    return QuotaWaitTooLongError(
        f"{message} A wait of {seconds:.0f} s is longer than this attempt has left. Run again later, or ask the "
        "provider for a higher rate limit.",
        seconds,
    )


class _Gate(NamedTuple):
    """Until when the model is closed, and when the next may ask: seconds since 1970 (UTC)."""

    closed_until: float
    next_turn: float


class QuotaGate:
    """One leaf's way to ask one model."""

    def __init__(
        self,
        store: Store,
        model: str,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]],
        on_wait: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the store in which the leaves meet, and the name of the model as its provider knows it.

        ``pause`` waits, and may raise to end the waiting; ``on_wait`` is told when a wait begins.
        """
        self._store = store
        self._key = f"quota/{model}.json"
        self._clock = clock
        self._pause = pause
        self._on_wait = on_wait

    async def enter(self, deadline: float) -> float:
        """Wait until it is this leaf's turn to ask, and return the seconds that took; at once where there is no gate.

        Raises:
            QuotaWaitTooLongError: that would be after ``deadline``, of the clock.
        """
        began = ended = self._clock.now()
        while True:
            version, gate = await self._read()
            now = self._clock.date()
            if not gate or not gate.closed_until - LONGEST_SECONDS <= now < gate.closed_until + MEMORY_SECONDS:
                return ended - began
            wait = max(gate) - now
            if wait > 0:
                if self._clock.now() + wait > deadline:
                    raise too_long("The provider throttles this model.", wait)
                self._on_wait()
                await self._pause(wait + random.uniform(0, TURN_SECONDS / 4))  # noqa: S311
                ended = self._clock.now()
            elif version and await self._write(_Gate(gate.closed_until, now + TURN_SECONDS), version):
                return ended - began

    async def close(self, seconds: float) -> None:
        """Let nobody ask for so many seconds, as the provider wants it."""
        for _ in range(ATTEMPTS):
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
        except (ValueError, TypeError, AttributeError, RecursionError):  # Damaged: as if it were not there.
            return found.version, None

    async def _write(self, gate: _Gate, version: str | None) -> str | None:
        stored = StoredObject(json.dumps(gate._asdict()).encode(), "application/json", immutable=False)
        if version:
            return await self._store.replace(Area.ORIGINALS, self._key, stored, version)
        return await self._store.create(Area.ORIGINALS, self._key, stored)
