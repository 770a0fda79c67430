"""Decides which leaf starts next: a vendor that throttles gets fewer slots, and the others keep going."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from tasks.pairs import Pair

__all__ = ["Start", "Windows"]


@dataclass
class _Lane:
    """One vendor's leaves: those waiting to start, and how many may be in flight.

    A leaf that waits for its vendor's quota occupies a billed instance. So the window halves when a leaf reports that
    it was throttled, and grows by about one with each windowful of leaves that were not.
    """

    window: float
    waiting: deque[Pair] = field(default_factory=deque)
    in_flight: int = 0
    started: int = 0
    # How many leaves had started when the window last halved. One of them that was throttled says nothing new.
    started_before_halving: int = 0

    @property
    def has_room(self) -> bool:
        return bool(self.waiting) and self.in_flight < int(self.window)


@dataclass(frozen=True)
class Start:
    """A leaf that may start: its pair, and its position among its vendor's starts."""

    pair: Pair
    position: int


class Windows:
    """One window for each vendor."""

    def __init__(self, pairs: Iterable[Pair], window: int) -> None:
        """Take the pairs that need a leaf, and the largest window."""
        self._max_window = window
        self._lanes: dict[str, _Lane] = {}
        for pair in pairs:
            self._lanes.setdefault(pair.model.vendor, _Lane(window)).waiting.append(pair)
        self._changed = asyncio.Condition()

    async def start(self) -> Start | None:
        """Wait until a leaf may start, and return it, or None if all have started.

        Prefer the vendor with the fewest leaves in flight, so that leaves waiting for one vendor's quota never occupy
        every slot.
        """
        async with self._changed:
            while any(lane.waiting for lane in self._lanes.values()):
                if ready := [lane for lane in self._lanes.values() if lane.has_room]:
                    lane = min(ready, key=lambda lane: lane.in_flight)
                    lane.in_flight += 1
                    lane.started += 1
                    return Start(lane.waiting.popleft(), lane.started)
                await self._changed.wait()
            self._changed.notify_all()
            return None

    async def end(self, start: Start, *, throttled: bool) -> None:
        """Record that a leaf ended, and adjust its vendor's window."""
        lane = self._lanes[start.pair.model.vendor]
        lane.in_flight -= 1
        if not throttled:
            lane.window = min(self._max_window, lane.window + 1 / lane.window)
        elif start.position > lane.started_before_halving:
            lane.window = max(1.0, lane.window / 2)
            lane.started_before_halving = lane.started
        async with self._changed:
            self._changed.notify_all()
