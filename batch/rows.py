"""A batch's rows: those of this run's pairs, and with what earlier runs made of the same posts."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from batch.memory import Take, continued, takes_of
from batch.pairs import Pair
from outcomes import Finished, Outcome, Row, unpaid

__all__ = ["rows_of", "with_earlier"]


def rows_of(pairs: Iterable[Pair]) -> list[Row]:
    """Return one row per post, with the outcomes so far in the models' order."""
    return [_row([*row]) for _, row in groupby(pairs, key=lambda pair: id(pair.post))]


def _row(pairs: Sequence[Pair]) -> Row:
    request, post = pairs[0].request, pairs[0].post
    row: Row = {
        "title": request.title,
        "style": request.style,
        "template": request.template,
        "font": request.font,
        "variation": request.variation,
        "results": [pair.so_far for pair in pairs],
    }
    return {**row, "slug": post.slug} if post.slug else row


def with_earlier(rows: Sequence[Row], earlier: Sequence[Row]) -> list[Row]:
    """Return rows with the results of earlier ones that this run has not reached yet, or does not request."""
    found = continued([(row["title"], _name(row)) for row in rows], earlier)
    known = {id(row) for row in found.values()}
    current = [_merged(row, found.get(_name(row))) for row in rows]
    return [*current, *(row for row in earlier if id(row) not in known)]


def _name(row: Row) -> str:
    return row.get("slug", row["title"])


def _merged(row: Row, earlier: Row | None) -> Row:
    """Return the row with what it goes on with: other takes of it, and pictures by other models."""
    if not earlier:
        return row
    finished, variation = takes_of(earlier), row.get("variation", 0)
    takes = [_take(each, variation) for each in row["results"]]
    results = [_completed(each, finished.pop(take, None)) for each, take in zip(row["results"], takes, strict=True)]
    merged: Row = {**row, "results": [*results, *map(unpaid, finished.values())]}
    if "cover" in earlier and "cover" not in row:
        merged["cover"] = earlier["cover"]
    return _with_wishes(merged, earlier)


def _take(outcome: Outcome, variation: int) -> Take:
    """Return an outcome's take; one that has no picture is the row's."""
    if outcome["status"] == "ok" or outcome["status"] == "pending":
        variation = outcome.get("variation", variation)
    return Take(outcome["model"], variation)


def _with_wishes(row: Row, earlier: Row | None) -> Row:
    """Return the row with what a person wants of its post: no cover, or fewer pictures."""
    if earlier and earlier.get("without_cover"):
        row = {**row, "without_cover": True}
    if earlier and (removed := earlier.get("removed")):
        row = {
            **row,
            "removed": removed,
            "results": [each for each in row["results"] if each.get("key") not in removed],
        }
    return row


def _completed(outcome: Outcome, earlier: Finished | None) -> Outcome:
    """Return a pair's outcome, completed from an earlier run if it is pending or the same thumbnail."""
    if earlier and outcome["status"] == "pending":
        return unpaid(earlier)
    if earlier and outcome["status"] == "ok" and outcome["key"] == earlier["key"] and "title_shortened" in earlier:
        return {**outcome, "title_shortened": True}
    return outcome
