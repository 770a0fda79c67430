"""The report at the end of a run: what was made, what was paid for, and where to find it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast

from batch.record import BatchResult
from cli.showing.board import ending, is_paid, reason
from cli.showing.causes import causes
from money import usd
from outcomes import Counts, Outcome
from text import brief, clean_text

__all__ = ["report"]

# A larger batch's pairs are not listed, only why some have no thumbnail.
MOST_PAIRS = 20
# A cost that is further from its estimate, as a part of that, is remarked on.
DEVIATION = 0.25


def report(result: BatchResult, *, simulated: bool, verbose: bool, left_out: str = "") -> str:
    """Return the report of ``generateBatch``'s result, as lines of text.

    ``verbose`` lists every pair with its own reason. ``left_out`` is what the request says of posts that it left out.
    """
    outcomes = [outcome for row in result["rows"] for outcome in row["results"]]
    lines = []
    if outcomes and (verbose or len(outcomes) <= MOST_PAIRS):
        lines += [*_table(outcomes, simulated=simulated, verbose=verbose), ""]
    if not verbose and (why := causes(outcomes)):
        lines += [*why, ""]
    summary = cast(Mapping[str, int], result["summary"])
    counted = ", ".join(f"{summary[name]} {name}" for name in Counts.__annotations__)  # Render's API sorts by name.
    pending = summary["requested"] - sum(summary[name] for name in ("ok", "rejected", "failed"))
    counted += f", {pending} left" if pending else ""
    lines.append(f"{counted}; {'simulated, nothing was paid for' if simulated else _paid(result)}")
    if cut := {
        outcome["title"] for outcome in outcomes if outcome["status"] == "ok" and outcome.get("title_shortened")
    }:
        lines.append(f"Titles that do not fit and end in an ellipsis: {len(cut)}. Shorten them; the page marks them.")
    if failed := summary["failed"]:
        lines.append(f"Run it again to retry the {failed} that failed; existing images cost nothing.")
    lines += [f"left out: {clean_text(line)}" for line in left_out.splitlines()]
    if renewed := result.get("covers_renewed"):
        lines.append(f"Covers set anew on their own pictures: {renewed}.")
    if older := result.get("covers_older"):
        lines.append(f"Covers that show an older look or title: {older}. --refresh-covers sets them anew, free.")
    lines += _cost(result)
    lines.append(f"manifest: {result['manifest_url']}")
    lines.append(f"page:     {result['gallery_url']}")
    return "\n".join(lines)


def _paid(result: BatchResult) -> str:
    """Return how many pictures were paid for: a pair may take several, and one that was shared or reused none."""
    maybe = result["maybe_billed"]
    return f"paid for: {result['pictures_made']}{f', and maybe {maybe} more' if maybe else ''}"


def _cost(result: BatchResult) -> list[str]:
    """Return the cost beside its estimate, with a remark if they differ much."""
    estimated = Decimal(repr(result.get("estimated_usd", 0.0)))  # A worker of an older version gives none.
    if not estimated:
        return [f"cost:     {result['cost']}"]
    lines = [f"cost:     {result['cost']}; estimated for these pictures: {usd(estimated)}"]
    part = Decimal(repr(result["cost_usd"])) / estimated
    if abs(part - 1) > DEVIATION:
        lines.append(f"The pictures cost {part:.1f} times their estimate; docs/cost.md says what can make them dearer.")
    return lines


def _table(outcomes: Sequence[Outcome], *, simulated: bool, verbose: bool) -> list[str]:
    """Return a line per pair, how it ended and how long it took; if ``verbose``, below it its address or its error."""
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
        elif below and verbose:
            lines.append(f"    {clean_text(reason(below))}")
    return lines
