"""The report at the end of a run: what was made, what was paid for, and where to find it."""

from collections.abc import Mapping, Sequence
from typing import cast

from cli.showing.board import ending, is_paid, reason
from outcomes import Counts, Outcome
from tasks.record import BatchResult
from text import brief, clean_text

__all__ = ["report"]

# In a larger batch only the pairs without a thumbnail are listed, and no more than this many of them.
MOST_PAIRS = 20


def report(result: BatchResult, *, simulated: bool, verbose: bool, left_out: str = "") -> str:
    """Return the report of ``generateBatch``'s result, as lines of text; ``verbose`` lists every pair.

    ``left_out`` is what the request says of posts that it left out.
    """
    outcomes = [outcome for row in result["rows"] for outcome in row["results"]]
    lines = []
    listed, hidden = outcomes, 0
    if not verbose and len(outcomes) > MOST_PAIRS:
        missing: list[Outcome] = [outcome for outcome in outcomes if outcome["status"] != "ok"]
        listed, hidden = missing[:MOST_PAIRS], len(missing[MOST_PAIRS:])
    if listed:
        lines += _table(listed, simulated=simulated, verbose=verbose)
        lines += [f"and {hidden} more without a thumbnail; -v lists all", ""] if hidden else [""]
    summary = cast(Mapping[str, int], result["summary"])
    counted = ", ".join(f"{summary[name]} {name}" for name in Counts.__annotations__)  # Render's API sorts by name.
    lines.append(f"{counted}; {'simulated, nothing was paid for' if simulated else _paid(result)}")
    if cut := {
        outcome["title"] for outcome in outcomes if outcome["status"] == "ok" and outcome.get("title_shortened")
    }:
        lines.append(f"Titles that do not fit and end in an ellipsis: {len(cut)}. Shorten them; the page marks them.")
    if failed := summary["failed"]:
        lines.append(f"Run it again to retry the {failed} that failed; existing images cost nothing.")
    lines += [f"left out: {clean_text(line)}" for line in left_out.splitlines()]
    lines.append(f"cost:     {result['cost']}")
    lines.append(f"manifest: {result['manifest_url']}")
    lines.append(f"page:     {result['gallery_url']}")
    return "\n".join(lines)


def _paid(result: BatchResult) -> str:
    """Return how many pictures were paid for: a pair may take several, and one that was shared or reused none."""
    maybe = result["maybe_billed"]
    return f"paid for: {result['pictures_made']}{f', and maybe {maybe} more' if maybe else ''}"


def _table(outcomes: Sequence[Outcome], *, simulated: bool, verbose: bool) -> list[str]:
    """Return a line per pair, how it ended and how long it took; below it its error or, if ``verbose``, its address."""
    cells = [("how", "seconds", "paid", "model", "title")]
    for outcome in outcomes:
        seconds = [value for name, value in cast(Mapping[str, float], outcome).items() if name.endswith("_seconds")]
        paid = ("simulated" if simulated else "yes") if is_paid(outcome) else "no"
        spent = f"{sum(seconds):.1f}" if seconds else "-"
        cells.append((ending(outcome), spent, paid, outcome["model"], brief(outcome["title"])))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row, below in zip(cells, [None, *outcomes], strict=True):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if below and below["status"] == "ok":
            lines += [f"    {below['served_by']}: {below['image_url']}"] if verbose else []
        elif below:
            lines.append(f"    {clean_text(reason(below))}")
    return lines
