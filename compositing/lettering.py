"""Lines with their positions on the canvas."""

from dataclasses import dataclass

from compositing.fonts import UNITS_PER_EM
from compositing.geometry import Box
from compositing.shaping import Glyph, Line

__all__ = ["Lettering", "PlacedLine", "transform"]


@dataclass(frozen=True)
class PlacedLine:
    """A line and the position of its origin on the canvas, in pixels from the top left."""

    line: Line
    x: float
    baseline: float

    def moved(self, x: int, y: int) -> "PlacedLine":
        """Return the line moved by some pixels."""
        return PlacedLine(self.line, self.x + x, self.baseline + y)


@dataclass(frozen=True)
class Lettering:
    """Placed lines of one size in pixels."""

    size: int
    lines: tuple[PlacedLine, ...]

    @property
    def scale(self) -> float:
        """Pixels per font unit."""
        return self.size / UNITS_PER_EM


def transform(glyph: Glyph, placed: PlacedLine, scale: float, box: Box) -> tuple[float, ...]:
    """Return the transform from a glyph's units to a box, whose y axis points up from its bottom."""
    x = placed.x + glyph.x * scale - box.left
    y = box.bottom - placed.baseline + glyph.y * scale
    return (scale, 0, 0, scale, x, y)
