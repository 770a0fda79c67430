"""What a local run says at its end: what came out, what was paid for, and where it is."""

from collections.abc import Collection
from typing import Any

from local.board import ending
from text import brief, clean_text

__all__ = ["report"]

# Of a batch with more pairs, only those that did not come out are listed, and no more of them than this.
MOST_PAIRS = 100


def report(result: dict[str, Any], arrived: Collection[tuple[str, str]], *, simulated: bool) -> str:
    """Return the report of ``generateBatch``'s result, as lines of text.

    ``arrived`` are the pairs whose picture was made in this run. A retry finds what its first attempt paid for, so that
    an outcome alone does not tell.
    """
    outcomes = [outcome for row in result["rows"] for outcome in row["results"]]
    lines = []
    if len(outcomes) > MOST_PAIRS:
        outcomes = [outcome for outcome in outcomes if outcome["status"] != "ok"][:MOST_PAIRS]
    if outcomes:
        lines += [*_table(outcomes, arrived, simulated=simulated), ""]
    summary = ", ".join(f"{count} {name}" for name, count in result["summary"].items())
    lines.append(f"{summary}{'; simulated, nothing was paid for' if simulated else f'; paid for: {len(arrived)}'}")
    if missing := result["summary"]["failed"]:
        lines.append(f"Run it again to try once more for the {missing} that failed; what is there costs nothing.")
    lines.append(f"cost:     {result['cost']}")
    lines.append(f"manifest: {result['manifest_url']}")
    lines.append(f"gallery:  {result['gallery_url']}")
    return "\n".join(lines)


def _table(outcomes: list[dict[str, Any]], arrived: Collection[tuple[str, str]], *, simulated: bool) -> list[str]:
    """Return two lines per pair: how it ended and what it took, and below that what served it and where it is."""
    cells = [("how", "seconds", "paid", "model", "title")]
    for outcome in outcomes:
        seconds = [value for name, value in outcome.items() if name.endswith("_seconds")]
        paid = ("simulated" if simulated else "yes") if (outcome["title"], outcome["model"]) in arrived else "no"
        spent = f"{sum(seconds):.1f}" if seconds else "-"
        cells.append((ending(outcome), spent, paid, outcome["model"], brief(clean_text(outcome["title"]))))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row, below in zip(cells, [None, *outcomes], strict=True):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if below:
            served = f"{below['served_by']}: " if "served_by" in below else ""
            lines.append(f"    {served}{below.get('image_url') or clean_text(below['error']['message'])}")
    return lines
