"""Aligns lines by their origins, as fonts mean it: their ink keeps its own distance to the margin.

One distance a title is taken off, so that the ink that reaches furthest touches the margin.
"""

from collections.abc import Sequence

from compositing.fonts import UNITS_PER_EM
from compositing.shaping import OPENING, Line

__all__ = ["fits", "indents"]

# The empty half of full-width opening punctuation is outside the margin.
EMPTY_HALF = UNITS_PER_EM // 2


def indents(lines: Sequence[Line], align: str, widest: float) -> list[float]:
    """Return how far from its margin the ink of each line starts, in 2048ths of an em.

    Args:
        lines: the title's lines.
        align: ``left``, ``right`` for a title that runs that way, or ``center``.
        widest: the width between the margins. Quotes and brackets hang only if all ink stays within.
    """
    if align == "center":
        return [(widest - line.width) / 2 for line in lines]
    hanging = _from_the_margin(lines, align, [line.hanging for line in lines])
    if all(indent + line.width <= widest for indent, line in zip(hanging, lines, strict=True)):
        return hanging
    return _from_the_margin(lines, align, [0] * len(lines))


def fits(lines: Sequence[Line], align: str, widest: float) -> bool:
    """Return whether the lines, aligned, are within the margins."""
    return all(indent + line.width <= widest for indent, line in zip(indents(lines, align, widest), lines, strict=True))


def _from_the_margin(lines: Sequence[Line], align: str, hanging: Sequence[int]) -> list[float]:
    starts = [_before_ink(line, align) - hung for line, hung in zip(lines, hanging, strict=True)]
    return [start - min(starts) for start in starts]


def _before_ink(line: Line, align: str) -> int:
    """Return the distance from the origin on the line's side of the margin to its ink."""
    white = line.left if align == "left" else line.advance - line.right
    return white - EMPTY_HALF if line.text[:1] in tuple(OPENING) else white
