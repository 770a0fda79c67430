"""Decides which leaf starts next: a vendor that throttles gets fewer slots, and the others keep going."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Start", "Windows"]


@dataclass
class _Lane:
    """One vendor's leaves: those waiting to start, and how many may be in flight.

    A leaf that waits for its vendor's quota occupies a billed instance. So the window halves when a leaf reports that
    it was throttled, and grows by about one with each windowful of leaves that were not.
    """

    window: float
    waiting: deque[int] = field(default_factory=deque)
    in_flight: int = 0
    started: int = 0
    # How many leaves had started when the window last halved, which covers whichever of them are throttled later.
    started_before_halving: int = 0

    @property
    def has_room(self) -> bool:
        return bool(self.waiting) and self.in_flight < int(self.window)


@dataclass(frozen=True)
class Start:
    """A leaf that may start: its pair's number, its vendor, and its position among that vendor's starts."""

    number: int
    vendor: str
    position: int


class Windows:
    """One window for each vendor."""

    def __init__(self, vendors: Mapping[int, str], window: int) -> None:
        """Take the vendor of each pair that needs a leaf, by the pair's number, and the largest window."""
        self.max_window = window
        self._lanes: dict[str, _Lane] = {}
        for number, vendor in vendors.items():
            self._lanes.setdefault(vendor, _Lane(window)).waiting.append(number)
        self._changed = asyncio.Condition()

    async def start(self) -> Start | None:
        """Wait until a leaf may start, and return it, or None if all have started.

        Prefer the vendor with the fewest leaves in flight, so that leaves waiting for one vendor's quota never occupy
        every slot.
        """
        async with self._changed:
            while any(lane.waiting for lane in self._lanes.values()):
                ready = [vendor for vendor, lane in self._lanes.items() if lane.has_room]
                if ready:
                    vendor = min(ready, key=lambda vendor: self._lanes[vendor].in_flight)
                    lane = self._lanes[vendor]
                    lane.in_flight += 1
                    lane.started += 1
                    return Start(lane.waiting.popleft(), vendor, lane.started)
                await self._changed.wait()
            self._changed.notify_all()
            return None

    async def end(self, start: Start, *, throttled: bool) -> None:
        """Record that a leaf ended, and adjust its vendor's window."""
        lane = self._lanes[start.vendor]
        lane.in_flight -= 1
        if not throttled:
            lane.window = min(self.max_window, lane.window + 1 / lane.window)
        elif start.position > lane.started_before_halving:
            lane.window = max(1.0, lane.window / 2)
            lane.started_before_halving = lane.started
        async with self._changed:
            self._changed.notify_all()
