"""A brand's mark: its logo and name in a corner, and the room that they leave for the title."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from compositing.fonts import UNITS_PER_EM, Font
from compositing.geometry import Box
from compositing.lettering import Lettering, PlacedLine
from compositing.shaping import ShapedTitle
from compositing.templates import MARK_ROOM, Corner, Template

__all__ = ["CLEAR", "Logo", "Mark", "name_fits", "place_mark", "room_beside"]

# Pixels: a name's sizes, from the largest to the smallest legible one, and the gap between it and the logo.
NAME_SIZES, GAP = range(30, 25, -1), 16
# Pixels that stay free around a mark; its plate takes some of them.
CLEAR = 28


class Logo(NamedTuple):
    """A logo: its PNG, its scaled size in pixels, and the relative luminances of its outline, in ascending order."""

    png: bytes
    width: int
    height: int
    outline: tuple[float, ...]


@dataclass(frozen=True)
class Mark:
    """A mark on the canvas: the box of all its ink, with the logo and the name."""

    box: Box
    logo: Logo | None
    logo_box: Box
    name: Lettering | None

    @property
    def middle(self) -> int:
        """The vertical middle, which logo and name share."""
        return (self.logo_box.top + self.logo_box.bottom) // 2

    def moved(self, x: int, y: int) -> "Mark":
        """Return the mark moved by some pixels."""
        name = self.name and replace(self.name, lines=tuple(line.moved(x, y) for line in self.name.lines))
        return Mark(self.box.moved(x, y), self.logo, self.logo_box.moved(x, y), name)


def name_fits(name: str, font: Font, logo: Logo | None) -> bool:
    """Return whether a name fits next to its logo at any size."""
    return not name or _name_size(ShapedTitle(name, font), logo) is not None


def place_mark(template: Template, corner: Corner | None, logo: Logo | None, name: str, font: Font) -> Mark | None:
    """Place a logo with a name to its right in a corner, by default the template's; return None if there is neither."""
    if not logo and not name:
        return None
    corner = corner or template.home
    room = template.marks[corner]
    shaped = ShapedTitle(name, font)
    size = _name_size(shaped, logo) or NAME_SIZES[-1]
    line, scale = shaped.line(0, len(name)), size / UNITS_PER_EM
    name_width = math.ceil(line.width * scale)
    logo_width, logo_height = (logo.width, logo.height) if logo else (0, 0)
    width = logo_width + name_width + (GAP if logo and name else 0)
    left = room.left if corner.endswith("left") else room.right - width
    middle = (room.top + room.bottom) / 2
    top = round(middle - logo_height / 2)
    logo_box = Box(left, top, left + logo_width, top + logo_height)
    if not name:
        return Mark(logo_box, logo, logo_box, None)
    x, baseline = left + width - name_width - line.left * scale, middle + font.cap_height * scale / 2
    ink = Box(
        left, math.floor(baseline - line.top * scale), left + width, math.ceil(baseline - line.bottom * scale) + 1
    )
    box = Box(left, min(ink.top, top) if logo else ink.top, left + width, max(ink.bottom, logo_box.bottom))
    return Mark(box, logo, logo_box, Lettering(size, (PlacedLine(line, x, baseline),)))


def room_beside(text: Box, mark: Mark) -> Box:
    """Return the largest part of a title's box that is clear of a mark."""
    taken = mark.box.inset(-CLEAR, -CLEAR)
    if not taken.overlaps(text):
        return text
    parts = (
        text._replace(right=taken.left),
        text._replace(left=taken.right),
        text._replace(bottom=taken.top),
        text._replace(top=taken.bottom),
    )
    return max(parts, key=lambda part: max(0, part.width) * max(0, part.height))


def _name_size(shaped: ShapedTitle, logo: Logo | None) -> int | None:
    room = MARK_ROOM[0] - (logo.width + GAP if logo else 0)
    width = shaped.line(0, len(shaped.text)).width / UNITS_PER_EM
    return next((size for size in NAME_SIZES if math.ceil(width * size) <= room), None)
