"""From a title to lines placed in a template's text box."""

import functools
from dataclasses import dataclass

from compositing.bidi import base_level
from compositing.fitting import TextBox, fit_title
from compositing.fonts import UNITS_PER_EM, Font, preferred_han
from compositing.shaping import Line
from compositing.templates import Template

__all__ = ["PlacedLine", "TitleLayout", "lay_out"]


@dataclass(frozen=True)
class PlacedLine:
    """A line and where its origin lies on the canvas, in pixels from the top left."""

    line: Line
    x: float
    baseline: float


@dataclass(frozen=True)
class TitleLayout:
    """A title ready to be drawn: the size in pixels, the lines, and whether its end had to be cut off."""

    font: Font
    size: int
    lines: tuple[PlacedLine, ...]
    shortened: bool

    @property
    def scale(self) -> float:
        """Pixels per font unit."""
        return self.size / UNITS_PER_EM


@functools.lru_cache(maxsize=64)
def lay_out(title: str, font: Font, template: Template) -> TitleLayout:
    """Set a title as large as it fits, from 80 px down to 32 px, in balanced lines.

    Lines end between words; behind a hyphen, or inside a phrase, only where that makes the title much larger. Words
    stay whole as long as any size allows it; then a word that is too wide for its box at any size is broken, and no
    other. A title that fits at no size is shortened with an ellipsis.
    """
    box = TextBox(font, template, preferred_han(title), base_level(title))
    fit = fit_title(title, box)
    return TitleLayout(font, fit.size, _place(fit.texts, box, fit.size), fit.shortened)


def _place(texts: list[str], box: TextBox, size: int) -> tuple[PlacedLine, ...]:
    """Centre the lines between capitals' tops and the last baseline, as the eye does, but keep all ink in the box."""
    room, scale, spacing = box.room, size / UNITS_PER_EM, box.spacing(texts, size)
    capital = box.font.cap_height * scale
    baseline = room.top + (room.height + capital - (len(texts) - 1) * spacing) / 2
    top, bottom = box.ink(texts, size)
    baseline = max(room.top - top, min(baseline, room.bottom - bottom))
    placed = []
    for number, text in enumerate(texts):
        line = box.shape(text)
        free = room.width - line.width * scale
        indent = {"left": 0.0, "center": free / 2, "right": free}[box.align]
        placed.append(PlacedLine(line, room.left + indent - line.left * scale, baseline + number * spacing))
    return tuple(placed)
