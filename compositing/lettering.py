"""Lines where they stand on the canvas."""

from dataclasses import dataclass

from compositing.fonts import UNITS_PER_EM
from compositing.shaping import Line

__all__ = ["Lettering", "PlacedLine"]


@dataclass(frozen=True)
class PlacedLine:
    """A line and where its origin lies on the canvas, in pixels from the top left."""

    line: Line
    x: float
    baseline: float


@dataclass(frozen=True)
class Lettering:
    """Lines of one size, in pixels, ready to be drawn."""

    size: int
    lines: tuple[PlacedLine, ...]

    @property
    def scale(self) -> float:
        """Pixels per font unit."""
        return self.size / UNITS_PER_EM
