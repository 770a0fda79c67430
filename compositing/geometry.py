"""Rectangles on the canvas."""

from typing import NamedTuple

__all__ = ["Box"]


class Box(NamedTuple):
    """A rectangle in pixels, as in Pillow: from the top left, with right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """The width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """The height in pixels."""
        return self.bottom - self.top

    def inset(self, x: int, y: int) -> "Box":
        """Return the box inside margins of ``x`` and ``y`` pixels on each side."""
        return Box(self.left + x, self.top + y, self.right - x, self.bottom - y)

    def moved(self, x: int, y: int) -> "Box":
        """Return the box moved by some pixels."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def overlaps(self, other: "Box") -> bool:
        """Return whether the boxes share a pixel."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom
