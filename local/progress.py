"""What a person sees of a local run: a line per event, and a table at the end."""

import sys
import time
from typing import Any, TextIO

from local.engine import RunEvent
from tasks.requests import brief, clean_text

__all__ = ["Progress", "result_table"]


class Progress:
    """Prints a line for each leaf that is retried or done, with the time since the start."""

    def __init__(self, images: int, out: TextIO = sys.stderr) -> None:
        """Take how many images there will be, and where to print."""
        self._images = images
        self._out = out
        self._done = 0
        self._began = time.monotonic()

    def observe(self, event: RunEvent) -> None:
        """Take note of one event of the engine."""
        if event.task == "generateBatch" and event.kind == "retrying":
            print(f"{event.error}\nThe batch starts over in {event.wait_seconds:g} s.", file=self._out, flush=True)
            self._done = 0
        if event.task != "generateThumbnail" or not isinstance(event.arguments, list):
            return
        title, model = event.arguments[:2]
        if event.kind == "retrying":
            self._say(f"retrying in {event.wait_seconds:g} s", title, model, event.error)
        elif event.kind in ("completed", "failed"):
            self._done += 1
            outcome = event.result or {"status": "failed", "error": {"message": event.error}}
            self._say(_how(outcome), title, model, outcome.get("error", {}).get("message", ""))

    def _say(self, what: str, title: str, model: str, error: str) -> None:
        done = f"{self._done:>{len(str(self._images))}}/{self._images}"
        line = f"{time.monotonic() - self._began:6.1f} s  {done}  {what:<16}  {model}  {brief(clean_text(title))}"
        print(f"{line}  {error}".rstrip(), file=self._out, flush=True)


def result_table(rows: list[dict[str, Any]]) -> str:
    """Return what came out and where: two lines per pair, under a line of headings."""
    outcomes = [outcome for row in rows for outcome in row["results"]]
    lines = [("how", "model", "served by", "seconds", "title")]
    for outcome in outcomes:
        seconds = [value for name, value in outcome.items() if name.endswith("_seconds")]
        spent = f"{sum(seconds):.1f}" if seconds else "-"
        title = brief(clean_text(outcome["title"]))
        lines.append((_how(outcome), outcome["model"], outcome.get("served_by", "-"), spent, title))
    widths = [max(map(len, column)) for column in list(zip(*lines, strict=True))[:-1]]
    table = []
    for cells, outcome in zip(lines, [None, *outcomes], strict=True):
        table.append("  ".join([*(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)), cells[-1]]))
        if outcome:
            table.append(f"    {outcome.get('image_url') or outcome['error']['message']}")
    return "\n".join(table)


def _how(outcome: dict[str, Any]) -> str:
    if outcome["status"] != "ok":
        return str(outcome["status"])
    return "reused" if outcome["reused"] else "generated"
