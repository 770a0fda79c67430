"""Rate limiting across leaves, for models whose provider throttles.

Leaves are separate processes that share the provider's quota. If throttled leaves all retried at the same moment, most
would be throttled again, which counts against the quota too. So they coordinate through a small object in the store: it
says how long after it was written the model is closed, and after that admits one leaf at a time. If nobody was
throttled recently, every leaf asks at once. Its age is by the store's own clock, so no machine trusts another's.
"""

import json
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from errors import ProviderThrottledError, QuotaWaitTooLongError
from storage.store import Area, Store, StoredObject, Versioned
from storage.updates import update
from waiting import Clock

__all__ = ["QuotaGate"]

# Seconds between two turns. A throttled request is answered sooner than that, and closes the gate again.
TURN_SECONDS = 0.5
# Seconds to wait if a throttling provider does not say how long: the first, doubling, and the longest. If it does say,
# the least wait, which also doubles: what it says may be 0, again and again.
FIRST_WAIT, LONGEST_WAIT, LEAST_WAIT = 5.0, 60.0, 0.5
# Seconds after reopening during which leaves still take turns.
MEMORY_SECONDS = 60.0
# No provider asks to wait for longer than a day.
MAX_CLOSED_SECONDS = 86_400.0


class _Gate(NamedTuple):
    """In how many seconds the model opens, below 0 if it opened before, and in how many the next leaf may ask."""

    opens_in: float
    next_turn_in: float

    @property
    def wait(self) -> float:
        """Seconds until the next leaf may ask; 0 or less if one may now."""
        return max(self.opens_in, self.next_turn_in)

    def after(self, seconds: float) -> "_Gate":
        """Return the gate so many seconds later."""
        return _Gate(self.opens_in - seconds, self.next_turn_in - seconds)


@dataclass
class QuotaGate:
    """One leaf's gate to one model, by the model's name at its provider, in the store that the leaves share.

    ``pause`` waits, and may raise to end the wait; ``on_wait`` is called when a wait begins. ``waited_seconds`` is how
    long this leaf has waited for its turns.
    """

    store: Store
    model: str
    clock: Clock
    pause: Callable[[float], Awaitable[None]]
    on_wait: Callable[[], None] = lambda: None
    waited_seconds: float = 0.0
    refusals: int = 0

    @property
    def _key(self) -> str:
        return f"quota/{self.model}.json"

    async def enter(self, deadline: float) -> None:
        """Wait for this leaf's turn.

        Raises:
            QuotaWaitTooLongError: the turn would come after ``deadline``, in the clock's seconds.
        """
        began = self.clock.now()
        while (wait := await self._take_turn()) > 0:
            if self.clock.now() + wait > deadline:
                raise QuotaWaitTooLongError("The provider throttles this model.", wait)
            self.on_wait()
            await self.pause(wait + random.uniform(0, TURN_SECONDS / 4))  # noqa: S311
            self.waited_seconds += self.clock.now() - began
            began = self.clock.now()

    async def refuse(self, error: ProviderThrottledError, deadline: float) -> float:
        """Close the gate for as long as the provider asks to wait, or a growing time if it does not say; return that.

        Raises:
            QuotaWaitTooLongError: the gate would open after ``deadline``, in the clock's seconds.
        """
        first = FIRST_WAIT if error.wait_seconds is None else LEAST_WAIT
        wait = max(error.wait_seconds or 0.0, min(first * 2.0**self.refusals, LONGEST_WAIT))
        if self.clock.now() + wait > deadline:
            raise QuotaWaitTooLongError(str(error), wait) from error
        self.refusals += 1
        await self.close(wait)
        return wait

    async def close(self, seconds: float) -> None:
        """Close the gate for ``seconds``, as the provider asks, unless it is closed for longer."""

        async def change(found: Versioned | None) -> StoredObject | None:
            gate = _gate(found)
            if gate and seconds <= gate.opens_in + TURN_SECONDS:
                return None
            return _stored(_Gate(seconds, seconds))

        await update(self.store, Area.ORIGINALS, self._key, change)

    async def _take_turn(self) -> float:
        """Take the turn if it is free now, and return 0.0; else return the seconds until the next."""
        wait = 0.0

        async def change(found: Versioned | None) -> StoredObject | None:
            nonlocal wait
            gate = _gate(found)
            wait = max(gate.wait, 0.0) if gate else 0.0
            return _stored(_Gate(gate.opens_in, TURN_SECONDS)) if gate and not wait else None

        await update(self.store, Area.ORIGINALS, self._key, change)
        return wait


def _gate(found: Versioned | None) -> _Gate | None:
    """Return the gate as it is now; None if it is damaged, or nobody was throttled recently."""
    if not found:
        return None
    try:
        written = _Gate(**{name: float(value) for name, value in json.loads(found.data).items()})
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    gate = written.after(found.age_seconds)
    usable = all(map(math.isfinite, gate)) and gate.wait <= MAX_CLOSED_SECONDS
    return gate if usable and gate.opens_in > -MEMORY_SECONDS else None


def _stored(gate: _Gate) -> StoredObject:
    return StoredObject(json.dumps(gate._asdict()).encode(), "application/json", immutable=False)
