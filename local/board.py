"""Where every pair of a batch stands, from the engine's events."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local.engine import RunEvent

__all__ = ["STAGES", "Board", "PairState", "ending"]

# What a leaf does, in a person's words, by the names in ``waiting.Stage``.
STAGES = {
    "looking": "looking up",
    "waiting": "waiting for another run",
    "store": "waiting for the store",
    "asking": "asking",
    "throttled": "waiting for the quota",
    "storing": "storing",
    "composing": "composing",
    "uploading": "uploading",
}


@dataclass
class PairState:
    """One pair: what it does or how it ended, since when (``time.monotonic``), and when it is tried again."""

    what: str = "queued"
    since: float = 0.0
    retry_at: float | None = None
    message: str = ""
    ended: bool = False

    def text(self, now: float) -> str:
        """Return the state as it is at that moment, such as ``retrying in 4 s``."""
        return f"retrying in {max(0, round(self.retry_at - now))} s" if self.retry_at else self.what


def ending(outcome: dict[str, Any]) -> str:
    """Return in one word how a pair ended: done (and paid for, unless simulated), reused, rejected, failed or left."""
    if outcome["status"] == "pending":
        return "left"
    if outcome["status"] != "ok":
        return str(outcome["status"])
    return "reused" if outcome["reused"] else "done"


class Board:
    """Keeps the state of every pair, and counts."""

    def __init__(self, titles: Sequence[str], models: Sequence[str]) -> None:
        """Take the batch's titles and models."""
        self.titles, self.models = list(titles), list(models)
        self.total = len(titles) * len(models)
        self.began = time.monotonic()
        self.states: dict[tuple[str, str], PairState] = {}
        self.active: dict[tuple[str, str], PairState] = {}
        self.ended: Counter[str] = Counter()
        # Whose picture arrived in this run, in whichever attempt; and how often an attempt is to be made again.
        self.arrived: set[tuple[str, str]] = set()
        self.retries = 0

    @property
    def done(self) -> int:
        """How many pairs have ended, in whatever way."""
        return self.ended.total()

    def state(self, title: str, model: str) -> PairState:
        """Return a pair's state; one that was not begun is queued."""
        return self.states.get((title, model)) or PairState()

    def observe(self, event: RunEvent) -> tuple[tuple[str, str], PairState] | None:
        """Take note of an event of the engine; return the pair and its new state where the event is a leaf's."""
        if event.task == "generateBatch" and event.kind == "retrying":
            self.states.clear()
            self.ended.clear()
        if event.kind == "found":
            for pair in event.result:
                self.states[pair] = PairState("reused", time.monotonic(), ended=True)
            self.ended["reused"] += len(event.result)
        if event.task != "generateThumbnail":
            return None
        title, model = _pair(event.arguments)
        if event.stage == "storing":
            self.arrived.add((title, model))
        self.retries += event.kind == "retrying"
        state = self.states[title, model] = self._state(event)
        if state.ended:
            self.active.pop((title, model), None)
            self.ended[state.what] += 1
        else:
            self.active[title, model] = state
        return (title, model), state

    def _state(self, event: RunEvent) -> PairState:
        now = time.monotonic()
        if event.kind == "retrying":
            return PairState("retrying", now, now + event.wait_seconds, event.error)
        if event.kind == "failed":
            return PairState("failed", now, message=event.error, ended=True)
        if event.kind == "completed":
            message = event.result.get("error", {}).get("message", "")
            return PairState(ending(event.result), now, message=message, ended=True)
        return PairState(STAGES.get(event.stage, "starting"), now)


def _pair(arguments: list[Any] | dict[str, Any]) -> tuple[str, str]:
    """Return a leaf's title and model, whether its arguments came by position or by name."""
    values = arguments if isinstance(arguments, dict) else dict(zip(("title", "model"), arguments, strict=False))
    return values["title"], values["model"]
