"""Breaks a title into lines: greedily to find its size, then all at once by cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from compositing.breaks import Break

__all__ = ["ONE_MORE_LINE", "Measure", "Stretch", "best_lines", "fill_lines"]

# Costs, besides those in ``word_bonds``: of a line's empty part; of one between others that has hardly more than a
# preposition; of a last line under a third of the others; and of each line more than necessary.
EMPTY, LONE_LINE, LONE_END, ONE_MORE_LINE = 0.3, 0.4, 0.9, 0.1
LONE, SHORT_END = 0.26, 0.34
Measure = Callable[[int, int, str], float]


@dataclass(frozen=True)
class Stretch:
    """A line's start and end in the title, and its suffix: a hyphen, an ellipsis or nothing."""

    start: int
    end: int
    suffix: str = ""


def fill_lines(
    length: int, places: Sequence[Break], measure: Measure, widest: float, most: int
) -> list[Stretch] | None:
    """Fill lines from the first on, each with as much as fits.

    Args:
        length: the title's length in characters.
        places: where lines may end, in order.
        measure: returns the width of a stretch of the title with its suffix.
        widest: the maximum width of a line.
        most: the maximum number of lines.

    Returns:
        The lines, or None if the title needs more of them, or a stretch between two places is too wide for a line.
    """
    lines: list[Stretch] = []
    start = 0
    last: Break | None = None
    for place in (*places, None):
        end, suffix = (place.end, place.suffix) if place else (length, "")
        if end > start and measure(start, end, suffix) > widest:
            if last is None:
                return None
            lines.append(Stretch(start, last.end, last.suffix))
            start = last.start
            if len(lines) == most or measure(start, end, suffix) > widest:
                return None
        last = place
    return [*lines, Stretch(start, length)]


def best_lines(
    length: int, places: Sequence[Break], measure: Measure, widest: float, least: int, most: int
) -> tuple[float, list[Stretch]] | None:
    """Return the cheapest way to break a title into ``least`` to ``most`` lines, with its cost, or None.

    Even lines and good breaks are cheap. The other arguments are those of ``fill_lines``.
    """
    found = []
    for count in range(least, most + 1):
        if lines := _best(length, places, measure, widest, count):
            cost, stretches = lines
            found.append((cost + ONE_MORE_LINE * (count - least), stretches))
    return min(found, key=lambda candidate: candidate[0], default=None)


def _best(
    length: int, places: Sequence[Break], measure: Measure, widest: float, count: int
) -> tuple[float, list[Stretch]] | None:
    """Find the cheapest lines by dynamic programming over places and numbers of lines (Knuth)."""
    whole = max(1.0, measure(0, length, ""))
    ideal = min(widest, whole / count)
    starts = [0, *(place.start for place in places)]
    ends = [*(place.end for place in places), length]
    suffixes = [*(place.suffix for place in places), ""]
    reached: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for number in range(1, count + 1):
        is_last = number == count
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for first, (cost_so_far, path) in reached.items():
            for last in range(len(places) if is_last else first, len(ends)):
                if ends[last] <= starts[first] and length:
                    continue
                width = measure(starts[first], ends[last], suffixes[last])
                if width > widest:
                    break
                if not is_last and last == len(places):
                    break
                cost = (
                    cost_so_far
                    + _line_cost(width, ideal, widest, number, count)
                    + (0 if is_last else places[last].cost)
                )
                if last + 1 not in following or cost < following[last + 1][0]:
                    following[last + 1] = (cost, (*path, last))
        reached = following
    if len(ends) not in reached:
        return None
    cost, path = reached[len(ends)]
    stretches = []
    first = 0
    for last in path:
        stretches.append(Stretch(starts[first], ends[last], suffixes[last]))
        first = last + 1
    return cost, stretches


def _line_cost(width: float, ideal: float, widest: float, number: int, count: int) -> float:
    """Return the cost of a line's width: of its distance to the ideal, and of what stays empty of the widest."""
    if count == 1:
        return 0.0
    uneven = (width / ideal - 1) ** 2 / count
    if number == count:
        return uneven + (LONE_END if width < SHORT_END * ideal else 0.0)
    return uneven + EMPTY * (1 - width / widest) ** 2 + (LONE_LINE if number > 1 and width < LONE * widest else 0.0)
