"""Lines with their positions on the canvas."""

from dataclasses import dataclass

from compositing.fonts import UNITS_PER_EM
from compositing.shaping import Line

__all__ = ["Lettering", "PlacedLine"]


@dataclass(frozen=True)
class PlacedLine:
    """A line and the position of its origin on the canvas, in pixels from the top left."""

    line: Line
    x: float
    baseline: float


@dataclass(frozen=True)
class Lettering:
    """Placed lines of one size in pixels."""

    size: int
    lines: tuple[PlacedLine, ...]

    @property
    def scale(self) -> float:
        """Pixels per font unit."""
        return self.size / UNITS_PER_EM
