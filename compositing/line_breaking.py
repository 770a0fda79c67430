"""How a title falls into lines: filled greedily to find its size, and then chosen as a whole, by cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from compositing.breaks import Break

__all__ = ["Measure", "Stretch", "best_lines", "fill_lines"]

# Costs, beside those in ``breaks``: of a line much shorter than the others that is not the last one, of a last line
# under a third of them, and of each line more than there must be.
LONE_LINE, LONE_END, ONE_MORE_LINE = 0.35, 0.6, 0.1
SHORT, SHORT_END = 0.3, 0.34
Measure = Callable[[int, int, str], float]


@dataclass(frozen=True)
class Stretch:
    """A line's place in the title, and what is set behind it: a hyphen, an ellipsis or nothing."""

    start: int
    end: int
    suffix: str = ""


def fill_lines(
    length: int, places: Sequence[Break], measure: Measure, widest: float, most: int
) -> list[Stretch] | None:
    """Fill lines from the first on, each with as much as fits.

    Args:
        length: the title's, in characters.
        places: where lines may end, in order.
        measure: how wide a stretch of the title is, with what is set behind it.
        widest: how wide a line may be.
        most: how many lines there may be.

    Returns:
        The lines, or None where the title needs more of them or a stretch between two places fits on none.
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
    """Return the least cost of parting a title into so many lines, and the lines: even ones, with good breaks.

    ``least`` and ``most`` are numbers of lines; the other arguments are ``fill_lines``'.
    """
    found = []
    for count in range(least, most + 1):
        if lines := _best(length, places, measure, widest, count, least):
            cost, stretches = lines
            found.append((cost + ONE_MORE_LINE * (count - least), stretches))
    return min(found, key=lambda candidate: candidate[0], default=None)


def _best(
    length: int, places: Sequence[Break], measure: Measure, widest: float, count: int, least: int
) -> tuple[float, list[Stretch]] | None:
    """Go through the places from the first on, and keep the cheapest way to each with each number of lines (Knuth)."""
    whole = max(1.0, measure(0, length, ""))
    ideal, full = min(widest, whole / count), min(widest, whole / least)
    starts = [0, *(place.start for place in places)]
    ends = [*(place.end for place in places), length]
    suffixes = [*(place.suffix for place in places), ""]
    reached: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for number in range(1, count + 1):
        is_last = number == count
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for first, (so_far, way) in reached.items():
            for last in range(len(places) if is_last else first, len(ends)):
                if ends[last] <= starts[first] and length:
                    continue
                width = measure(starts[first], ends[last], suffixes[last])
                if width > widest:
                    break
                if not is_last and last == len(places):
                    break
                cost = so_far + _line_cost(width, ideal, full, count, is_last) + (0 if is_last else places[last].cost)
                if last + 1 not in following or cost < following[last + 1][0]:
                    following[last + 1] = (cost, (*way, last))
        reached = following
    if len(ends) not in reached:
        return None
    cost, way = reached[len(ends)]
    stretches = []
    first = 0
    for last in way:
        stretches.append(Stretch(starts[first], ends[last], suffixes[last]))
        first = last + 1
    return cost, stretches


def _line_cost(width: float, ideal: float, full: float, count: int, is_last: bool) -> float:
    """Return what is wrong with a line's width, beside the ideal one and beside that of the fewest lines possible."""
    uneven = (width / ideal - 1) ** 2 / count if count > 1 else 0.0
    if is_last:
        return uneven + (LONE_END if count > 1 and width < SHORT_END * full else 0.0)
    return uneven + (LONE_LINE if width < SHORT * full else 0.0)
