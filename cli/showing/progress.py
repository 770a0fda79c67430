"""The progress of a run without a terminal: a plain line for each pair that ends or is retried."""

import sys
import time

from cli.events import RunEvent
from cli.showing.board import Board, announcement
from text import brief, clean_text

__all__ = ["PlainProgress"]

# With more than MANY pairs, the successful ones get STEPS lines in all.
MANY, STEPS = 200, 20


class PlainProgress:
    """Prints a line for each pair, with the time since the start; in a large batch, for each that has trouble."""

    def __init__(self, board: Board) -> None:
        """Take the board to keep up to date."""
        self._board = board

    def __enter__(self) -> "PlainProgress":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def observe(self, event: RunEvent) -> None:
        """Record an event, and print a line if it is worth one."""
        if text := announcement(event):
            self.say(text)
        if not (changed := self._board.observe(event)):
            return
        (title, model, *_), state = changed
        if not state.ended and not state.retry_at:
            return
        step = max(1, self._board.total // STEPS)
        if self._board.total > MANY and state.what in ("done", "reused") and self._board.snapshot.done % step:
            return
        done = f"{self._board.snapshot.done:>{len(str(self._board.total))}}/{self._board.total}"
        what = state.text(time.monotonic())
        line = f"{time.monotonic() - self._board.began:6.1f} s  {done}  {what:<16}  {model}  {brief(title)}"
        self.say(f"{line}  {clean_text(state.message)}".rstrip())

    def say(self, text: str) -> None:
        """Print a line."""
        print(text, file=sys.stderr, flush=True)
