"""The state of every pair in a batch, kept up to date from the engine's events."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from batch.posts import posts_of, thumbnail_request
from batch.requests import BatchRequest, arguments
from cli.events import RunEvent
from outcomes import Outcome

__all__ = [
    "MOST_LISTED",
    "STAGES",
    "Board",
    "Leaf",
    "PairState",
    "Snapshot",
    "announcement",
    "ending",
    "is_paid",
    "leaves_of",
    "pair_finder",
    "reason",
]

# A pair by its leaf's arguments, title and model first: posts may share a title.
Leaf = tuple[Any, ...]

# How each stage of a leaf is shown, by its name in ``waiting.Stage``.
STAGES = {
    "looking": "looking up",
    "waiting": "waiting for another run",
    "store": "waiting for the store",
    "asking": "asking",
    "throttled": "waiting for the quota",
    "storing": "storing",
    "composing": "composing",
    "uploading": "uploading",
    "running": "running",  # All that is known of a leaf on Render.
}
# While a leaf waits, no picture is on its way, so it ends at once when the run is stopped.
WAITING = {STAGES["waiting"], STAGES["store"], STAGES["throttled"], "retrying"}
# From here on a picture is being paid for, so the leaf finishes when the run is stopped.
KEPT = {STAGES["asking"], STAGES["storing"], STAGES["composing"], STAGES["uploading"]}
# A larger batch's snapshots hold only the active pairs: no screen shows its whole tree, and each event makes one.
MOST_LISTED = 500


@dataclass(frozen=True)
class PairState:
    """What a pair is doing or how it ended, since when (``time.monotonic``), and when it will be retried."""

    what: str = "queued"
    since: float = 0.0
    retry_at: float | None = None
    message: str = ""
    ended: bool = False

    def text(self, now: float) -> str:
        """Return the state at that moment, such as ``retrying in 4 s``."""
        left = round(self.retry_at - now) if self.retry_at else 0
        return f"retrying in {left} s" if left > 0 else self.what


@dataclass(frozen=True)
class Snapshot:
    """A batch between two events: how many pairs ended in which way, the active pairs, and the state of every pair.

    Nothing changes it, so any thread may read it while the next event is recorded. ``states`` is empty for more than
    ``MOST_LISTED`` pairs.
    """

    total: int
    ended: Mapping[str, int]
    active: Mapping[Leaf, PairState]
    states: Mapping[Leaf, PairState]

    @property
    def done(self) -> int:
        """How many pairs have ended."""
        return sum(self.ended.values())

    @property
    def drawn(self) -> int:
        """How many pairs have ended that were not there before."""
        return self.done - self.ended.get("reused", 0)

    @property
    def waiting(self) -> int:
        """How many pairs wait for a quota, the store, another run or a retry."""
        return sum(state.what in WAITING for state in self.active.values())

    @property
    def kept(self) -> int:
        """How many pairs would be finished and kept if the run were stopped now."""
        return sum(state.what in KEPT for state in self.active.values())

    def counts(self) -> str:
        """Return the status line: how many pairs ended, in which way, and how many have not."""
        ended = ", ".join(f"{self.ended.get(what, 0)} {what}" for what in ("done", "reused", "rejected", "failed"))
        waiting = f" {self.waiting} waiting," if self.waiting else ""
        queued = self.total - self.done - len(self.active)
        return f"{ended}; {len(self.active) - self.waiting} in progress,{waiting} {queued} queued"

    def state(self, pair: Leaf) -> PairState:
        """Return a pair's state; a pair that has not begun is queued."""
        return self.states.get(pair) or PairState()


def leaves_of(request: BatchRequest) -> list[list[Leaf]]:
    """Return a batch's pairs, a row for each post."""
    posts = posts_of(request.prompts)
    return [[tuple(arguments(thumbnail_request(request, post, model))) for model in request.models] for post in posts]


def pair_finder(pairs: Iterable[Leaf]) -> Callable[[Leaf], Leaf]:
    """Return a function that returns the pair that a leaf's arguments are of, for each leaf another.

    A batch with a name may ask for a picture in other words than the request's: those of its first run. An extra leaf,
    which sets a cover anew, is a pair of its own.
    """
    known, free, found = dict.fromkeys(pairs), defaultdict[Leaf, list[Leaf]](list), dict[Leaf, Leaf]()
    for pair in known:
        free[pair[:2]].append(pair)

    def find(leaf: Leaf) -> Leaf:
        if leaf not in found:
            same = free[leaf[:2]]
            extra = (*leaf, "extra") if leaf in known else leaf
            found[leaf] = same.pop(same.index(leaf) if leaf in same else 0) if same else extra
        return found[leaf]

    return find


def is_paid(outcome: Outcome) -> bool:
    """Return whether a pair's picture was paid for in this run, or simulated."""
    return bool(outcome.get("pictures_made"))


def ending(outcome: Outcome, *, arrived: bool = False) -> str:
    """Return in one word how a pair ended: done (and paid for, unless simulated), reused, rejected, failed or left.

    ``arrived`` is whether its picture arrived in this run; a retry's outcome may not tell.
    """
    if outcome["status"] == "pending":
        return "left"
    if outcome["status"] != "ok":
        return outcome["status"]
    return "reused" if outcome["reused"] and not arrived else "done"


def reason(outcome: Outcome) -> str:
    """Return why a pair has no thumbnail, or "" if it has one, or none yet."""
    return outcome["error"]["message"] if outcome["status"] != "ok" and "error" in outcome else ""


def announcement(event: RunEvent) -> str:
    """Return the line to print for an event that concerns the whole batch, or "" for any other."""
    if event.kind == "estimated":
        return f"estimated cost: {event.estimate}"
    if event.task == "generateBatch" and event.kind == "retrying":
        return f"{event.error}\nThe batch starts over in {event.wait_seconds:g} s."
    return ""


class Board:
    """Keeps the state of every pair, and the counts.

    One thread records the events. Any other, such as one that draws, reads ``snapshot`` only.
    """

    def __init__(self, rows: Sequence[Sequence[Leaf]]) -> None:
        """Take the batch's pairs, a row for each post."""
        self.rows = rows
        self._pairs = {pair for row in rows for pair in row}
        self._pair_of = pair_finder(pair for row in rows for pair in row)
        self.began = time.monotonic()
        self._active: dict[Leaf, PairState] = {}
        self._ended: Counter[str] = Counter()
        # Pairs whose picture arrived in this run, in any attempt; those of them whose picture is stored but not yet
        # made into a thumbnail; and how many attempts are retried.
        self.arrived: set[Leaf] = set()
        self.stored: set[Leaf] = set()
        # Pairs that were stopped while their vendor drew.
        self.lost: set[Leaf] = set()
        self.retries = 0
        self._states: dict[Leaf, PairState] = {}
        self.snapshot = self._snapshot()

    @property
    def total(self) -> int:
        """How many pairs there are, with the extra ones that have begun."""
        return len(self._pairs)

    def interrupted(self, *, simulated: bool = False) -> str:
        """Return the message of an interrupted run: the same counts, and how many more are or may be paid for."""
        there = f"{self._ended['done'] + self._ended['reused']} of {self.total} images are there"
        troubles = "".join(f", {self._ended[what]} {what}" for what in ("rejected", "failed") if self._ended[what])
        said = f"Interrupted: {there}{troubles}, {_are(self.total - self.snapshot.done)} left."
        if self.stored:
            said += f" {_are(len(self.stored))} drawn and stored, and will not be paid for again."
        if self.lost and not simulated:
            said += f" {_are(len(self.lost))} lost while being drawn, and may be billed."
        return said

    def observe(self, event: RunEvent) -> tuple[Leaf, PairState] | None:
        """Record an event; return the pair and its new state if the event is a leaf's."""
        changed = self._record(event)
        # No lock: a log line, even from the garbage collector, may draw in this thread while an event is recorded, and
        # rich has a lock of its own.
        self.snapshot = self._snapshot()
        return changed

    def _record(self, event: RunEvent) -> tuple[Leaf, PairState] | None:
        if event.task == "generateBatch" and event.kind == "retrying":
            self._states.clear()
            self._ended.clear()
        if event.kind == "found":
            for pair in map(self._pair_of, event.found):
                self._pairs.add(pair)
                what = "done" if pair in self.arrived else "reused"
                self._states[pair] = PairState(what, time.monotonic(), ended=True)
                self._ended[what] += 1
            self.stored.difference_update(map(self._pair_of, event.found))
        if event.task != "generateThumbnail":
            return None
        pair = self._pair_of(tuple(event.arguments))
        self._pairs.add(pair)
        if event.kind == "stopped":
            state = self._states.pop(pair, None)
            if state and state.what == STAGES["asking"]:
                self.lost.add(pair)
            self._active.pop(pair, None)
            return None
        if event.stage == "storing":
            self.arrived.add(pair)
        if event.stage == "composing" and pair in self.arrived:
            self.stored.add(pair)
        self.retries += event.kind == "retrying"
        state = self._states[pair] = self._state(event)
        if state.ended:
            self._active.pop(pair, None)
            self._ended[state.what] += 1
        else:
            self._active[pair] = state
        if state.what == "done":
            self.stored.discard(pair)
        return pair, state

    def _snapshot(self) -> Snapshot:
        states = self._states.copy() if self.total <= MOST_LISTED else {}
        return Snapshot(self.total, self._ended.copy(), self._active.copy(), states)

    def _state(self, event: RunEvent) -> PairState:
        now = time.monotonic()
        if event.kind == "retrying":
            return PairState("retrying", now, now + event.wait_seconds, event.error)
        if event.kind == "failed":
            return PairState("failed", now, message=event.error, ended=True)
        if event.outcome:
            ended = ending(event.outcome, arrived=self._pair_of(tuple(event.arguments)) in self.arrived)
            return PairState(ended, now, message=reason(event.outcome), ended=True)
        return PairState(STAGES.get(event.stage, "starting"), now)


def _are(count: int) -> str:
    return "1 is" if count == 1 else f"{count} are"
