"""Logs a parent's progress in a few lines, not one for each of ten thousand images."""

import logging
from collections import Counter

from outcomes import Outcome
from text import clean_text
from waiting import Clock

__all__ = ["ProgressLog"]

logger = logging.getLogger(__name__)

# How many lines a batch logs, and after how many seconds without a line it logs one anyway.
STEPS, QUIET_SECONDS = 20, 30.0


class ProgressLog:
    """Counts leaves as they start and end, and logs the counts after every twentieth of the batch."""

    def __init__(self, total: int, clock: Clock | None = None, found: int = 0) -> None:
        """Take the number of pairs, and how many of them need no leaf."""
        self._clock = clock or Clock()
        self._total = total
        self._in_flight = 0
        self._done = self._found = found
        self._statuses: Counter[str] = Counter(ok=found, reused=found)
        self._began = self._logged_at = self._clock.now()
        self._logged = found

    def begin(self) -> None:
        """Count a leaf that starts."""
        self._in_flight += 1

    def end(self, outcome: Outcome) -> None:
        """Count a leaf's outcome, and log it if there is no thumbnail."""
        self._in_flight -= 1
        self._done += 1
        self._statuses[outcome["status"]] += 1
        self._statuses["reused"] += outcome["status"] == "ok" and outcome["reused"]
        if outcome["status"] in ("rejected", "failed"):
            pair, message = f"{clean_text(outcome['title'])}, {outcome['model']}", outcome["error"]["message"]
            logger.warning("%s: %s, %s", pair, outcome["status"], message)
        if self._done == self._total or self._done * STEPS // self._total > self._logged * STEPS // self._total:
            self._log()

    async def keep_logging(self) -> None:
        """Log the counts after every half minute without a line, until cancelled."""
        while True:
            await self._clock.sleep(max(0.0, self._logged_at + QUIET_SECONDS - self._clock.now()))
            if self._clock.now() >= self._logged_at + QUIET_SECONDS:
                self._log()

    def _log(self) -> None:
        self._logged, self._logged_at = self._done, self._clock.now()
        minutes = max(self._logged_at - self._began, 1e-3) / 60
        logger.info(
            "%d of %d: %d ok (%d reused), %d rejected, %d failed; %d in flight, %.0f a minute",
            self._done,
            self._total,
            self._statuses["ok"],
            self._statuses["reused"],
            self._statuses["rejected"],
            self._statuses["failed"],
            self._in_flight,
            (self._done - self._found) / minutes,
        )
