"""Decides which leaf starts next: what a cap, a refused account or a vendor that throttles does not allow, waits."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from batch.budget import Budget
from batch.pairs import Pair
from errors import QuotaWaitTooLongError
from outcomes import Finished, OutcomeError, Unfinished
from providers.failures import MODEL_WIDE, VENDOR_WIDE

__all__ = ["Start", "Windows"]

# How many pictures a vendor is asked for before it has answered: its first answers may refuse the whole account.
UNTRIED = 5
# The lane of the leaves that ask no vendor.
NOBODY = ""


@dataclass
class _Lane:
    """One vendor's leaves: those waiting to start, and how many may be in flight.

    A leaf that waits for its vendor's quota occupies a billed instance. So the window halves when a leaf reports that
    it was throttled, and grows by about one with each windowful of leaves that were not.
    """

    window: float
    tried: bool
    waiting: deque[Pair] = field(default_factory=deque)
    in_flight: int = 0
    started: int = 0
    # How many leaves had started when the window last halved, which covers whichever of them are throttled later.
    started_before_halving: int = 0

    @property
    def has_room(self) -> bool:
        return bool(self.waiting) and self.in_flight < int(self.window if self.tried else min(self.window, UNTRIED))


@dataclass(frozen=True)
class Start:
    """A leaf that may start: its pair, its lane, and its position among the lane's starts."""

    pair: Pair
    lane: _Lane
    position: int


class Windows:
    """One window for each vendor that is asked for pictures, and one for all leaves that ask for none."""

    def __init__(self, pairs: Iterable[Pair], window: int, budget: Budget) -> None:
        """Take the pairs that need a leaf, the largest window, and what may still be spent."""
        self._max_window, self._budget = window, budget
        self._lanes: dict[str, _Lane] = {}
        for pair in pairs:
            vendor = pair.model.vendor if pair.is_billed else NOBODY
            self._lanes.setdefault(vendor, _Lane(window, tried=vendor == NOBODY)).waiting.append(pair)
        self._changed = asyncio.Condition()

    async def start(self) -> Start | None:
        """Wait until a leaf may start, and return it, or None if no other will.

        Prefer the vendor with the fewest leaves in flight, so that leaves waiting for one vendor's quota never occupy
        every slot. Pairs that the budget does not allow, and that no leaf in flight can make room for, are withheld.
        """
        async with self._changed:
            while waiting := [lane for lane in self._lanes.values() if lane.waiting]:
                if ready := [lane for lane in waiting if lane.has_room and self._budget.allows(lane.waiting[0])]:
                    return self._begin(min(ready, key=lambda lane: lane.in_flight))
                if any(lane.in_flight for lane in self._lanes.values()):
                    await self._changed.wait()
                else:
                    for lane in waiting:
                        pair = lane.waiting.popleft()
                        pair.withheld = self._budget.refusal(pair)
            self._changed.notify_all()
            return None

    def _begin(self, lane: _Lane) -> Start:
        pair = lane.waiting.popleft()
        self._budget.begin(pair)
        lane.in_flight += 1
        lane.started += 1
        return Start(pair, lane, lane.started)

    async def end(self, start: Start, outcome: Finished | Unfinished) -> None:
        """Record how a leaf ended: adjust its vendor's window and what may be spent, or ask the vendor no more."""
        lane = start.lane
        lane.in_flight -= 1
        self._budget.end(start.pair, outcome)
        refusal = _refusal(outcome)
        lane.tried |= not refusal
        if refusal:
            self._withhold(start, refusal)
        elif not _is_throttled(outcome):
            lane.window = min(self._max_window, lane.window + 1 / lane.window)
        elif start.position > lane.started_before_halving:
            lane.window = max(1.0, lane.window / 2)
            lane.started_before_halving = lane.started
        async with self._changed:
            self._changed.notify_all()

    def _withhold(self, refused: Start, error: OutcomeError) -> None:
        """Withhold the waiting pairs that a refusal concerns as well: those of its vendor, or of its model."""
        lane, served_by = refused.lane, refused.pair.picture.served_by
        message = f"Not asked for, as another picture was refused: {error['message']}"
        kept = deque[Pair]()
        for pair in lane.waiting:
            if error["code"] in VENDOR_WIDE or pair.picture.served_by == served_by:
                pair.withheld = {"code": error["code"], "message": message}
            else:
                kept.append(pair)
        lane.waiting = kept


def _refusal(outcome: Finished | Unfinished) -> OutcomeError | None:
    """Return why a vendor refuses other pictures as well, or None if it does not."""
    if outcome["status"] == "ok" or outcome["error"]["code"] not in VENDOR_WIDE | MODEL_WIDE:
        return None
    return outcome["error"]


def _is_throttled(outcome: Finished | Unfinished) -> bool:
    """Return whether a leaf had to wait for its vendor's quota, or gave up because the wait was too long."""
    if outcome["status"] == "ok":
        return "throttled_seconds" in outcome
    return outcome["status"] == "failed" and outcome["error"]["code"] == QuotaWaitTooLongError.code
