"""Which leaf starts next: of a vendor that throttles fewer are kept in flight, and the others' leaves go on."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Start", "Windows"]


@dataclass
class _Lane:
    """One vendor's leaves: those that wait, and how many may be in flight.

    A leaf that waits for its vendor's quota holds an instance that is billed. So the window is halved when a leaf
    reports that it was throttled, and widened by about one with each windowful of leaves that were not.
    """

    window: float
    waiting: deque[int] = field(default_factory=deque)
    in_flight: int = 0
    started: int = 0
    # Leaves that started before this one say nothing new: they were in flight when the window was last halved.
    heeded_from: int = 0

    @property
    def has_room(self) -> bool:
        return bool(self.waiting) and self.in_flight < int(self.window)


@dataclass(frozen=True)
class Start:
    """A leaf that may start: its pair's number, its vendor, and its place in the order of that vendor's starts."""

    number: int
    vendor: str
    place: int


class Windows:
    """One window for each vendor, below one for all."""

    def __init__(self, vendors: Sequence[str], window: int) -> None:
        """Take each pair's vendor, in the pairs' order, and the widest that a window may be."""
        self.widest = window
        self._lanes: dict[str, _Lane] = {}
        for number, vendor in enumerate(vendors):
            self._lanes.setdefault(vendor, _Lane(window)).waiting.append(number)
        self._changed = asyncio.Condition()

    async def start(self) -> Start | None:
        """Wait until a leaf may start, and return it; None when all have.

        It is one of the vendor that has the fewest in flight, so that leaves which wait for a quota never hold all
        slots while another vendor could draw.
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
        """Take note of how a leaf fared."""
        lane = self._lanes[start.vendor]
        lane.in_flight -= 1
        if not throttled:
            lane.window = min(self.widest, lane.window + 1 / lane.window)
        elif start.place > lane.heeded_from:
            lane.window = max(1.0, lane.window / 2)
            lane.heeded_from = lane.started
        async with self._changed:
            self._changed.notify_all()
