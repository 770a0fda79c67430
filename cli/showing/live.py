"""The progress of a run in a terminal: a run tree like the Dashboard's, a bar, the rate and the time left."""

import time
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console, ConsoleOptions, RenderResult
from rich.control import Control
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.events import RunEvent
from cli.showing.board import MOST_LISTED, Board, Leaf, PairState, Snapshot, announcement
from text import clean_text

__all__ = ["LiveView"]

STYLES = {
    "queued": "dim",
    "done": "green",
    "reused": "cyan",
    "rejected": "yellow",
    "failed": "red",
    "retrying": "magenta",
}
MARKS = {"queued": "·", "done": "✓", "reused": "=", "rejected": "✗", "failed": "✗", "retrying": "↻"}
# Lines that are not the tree: the bar above, counts and a free line below.
OTHER_LINES = 4
# Columns that the last line leaves to the terminal, which echoes each Ctrl-C there: a line that wraps is not erased.
ECHOED = len("^C^C")
# Up to this many pairs, every change is drawn at once; with more, the screen is drawn four times a second.
FEW, SECONDS_BETWEEN = 100, 0.25


class LiveView:
    """Draws the batch's tree; if that is taller than the screen, only what is in progress."""

    def __init__(self, board: Board, console: Console) -> None:
        """Take the board to keep up to date, and the terminal."""
        self._board = board
        self._console = console
        self._live = Live(self, console=console, auto_refresh=True, refresh_per_second=4, transient=False)
        self._drawn = 0.0
        self._size = console.size

    def __enter__(self) -> "LiveView":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def observe(self, event: RunEvent) -> None:
        """Record an event, and redraw."""
        if text := announcement(event):
            self.say(text)
        self._board.observe(event)
        if self._board.total <= FEW or time.monotonic() - self._drawn > SECONDS_BETWEEN:
            self._drawn = time.monotonic()
            self._live.refresh()

    def say(self, text: str) -> None:
        """Print a line above the tree."""
        self._console.print(Text(text))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it, in as many lines as the screen has."""
        if options.size != self._size:
            # Terminals differ in how they move what they show, so the old drawing cannot be found and erased.
            self._size = options.size
            yield Control.clear()
            yield Control.home()
        # The engine's thread goes on meanwhile, so all of a drawing comes from one snapshot.
        rows, snapshot = self._board.rows, self._board.snapshot
        yield _bar(snapshot, time.monotonic() - self._board.began, options.max_width)
        room = max(1, options.size.height - OTHER_LINES)
        whole = snapshot.total <= MOST_LISTED and len(rows) + snapshot.total <= room
        lines = list(_whole_tree(rows, snapshot) if whole else _active_tree(snapshot))
        hidden = len(lines) - room
        for line in lines[:room] if hidden <= 0 else lines[: room - 1]:
            line.truncate(options.max_width, overflow="ellipsis")
            yield line
        if hidden > 0:
            yield Text(f"  … and {hidden + 1} more lines", style="dim", no_wrap=True, overflow="ellipsis")
        counts = Text(snapshot.counts())
        counts.truncate(options.max_width - ECHOED, overflow="ellipsis")
        yield counts


def _bar(snapshot: Snapshot, seconds: float, width: int) -> Table:
    rate = snapshot.drawn / seconds if seconds else 0  # What was there before says nothing of the rest.
    left = f"{_clock((snapshot.total - snapshot.done) / rate)} left" if rate and snapshot.done < snapshot.total else ""
    figures = f"{snapshot.done}/{snapshot.total}  {60 * rate:.0f} a minute  {_clock(seconds)}  {left}".rstrip()
    bar = Table.grid(padding=(0, 1))
    room = max(10, width - len(figures) - 8)
    shown = Text(figures, no_wrap=True, overflow="ellipsis")
    bar.add_row("batch", ProgressBar(total=snapshot.total, completed=snapshot.done, width=room), shown)
    return bar


def _whole_tree(rows: Sequence[Sequence[Leaf]], snapshot: Snapshot) -> Iterator[Text]:
    for row in rows:
        yield Text(f"├─ {clean_text(row[0][0])}")
        for pair in row:
            yield _line(pair[1], snapshot.state(pair))


def _active_tree(snapshot: Snapshot) -> Iterator[Text]:
    for title, pairs in groupby(snapshot.active.items(), key=lambda item: item[0][0]):
        yield Text(f"├─ {clean_text(title)}")
        for pair, state in pairs:
            yield _line(pair[1], state)


def _line(model: str, state: PairState) -> Text:
    now = time.monotonic()
    mark, style = MARKS.get(state.what, "▸"), STYLES.get(state.what, "")
    line = Text.assemble("│  ", (f"{mark} {model:<27}", style), (f" {state.text(now)}", style))
    if state.message:
        line.append(f"  {clean_text(state.message)}", style="dim")
    elif state.since and not state.ended and not state.retry_at:
        line.append(f"  {now - state.since:.0f} s", style="dim")
    return line


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
