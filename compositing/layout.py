"""From a title to lines placed in a template's text box."""

from collections.abc import Callable
from dataclasses import dataclass

from compositing.fonts import Font
from compositing.geometry import Box
from compositing.line_breaking import fill_lines, shorten
from compositing.shaping import Line, shape
from compositing.templates import Template

__all__ = ["LARGEST", "LINE_HEIGHT", "SMALLEST", "PlacedLine", "TitleLayout", "lay_out"]

# Pixels, and the distance of baselines in sizes; the reference's figures.
LARGEST, SMALLEST = 80, 32
LINE_HEIGHT = 1.25
# A pixel on each side for fonts whose glyph extents are rounded, or a little less than their outlines.
SAFETY = 1


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
        return self.size / self.font.units_per_em


def lay_out(title: str, font: Font, template: Template) -> TitleLayout:
    """Set a title as large as it fits, from 80 px down to 32 px.

    Words stay whole as long as any size allows it; then a word wider than its box is broken; and a title that fits
    at no size is shortened with an ellipsis.
    """
    for break_words in (False, True):
        size, texts = _largest_fit(title, font, template, break_words=break_words)
        if texts:
            return TitleLayout(font, size, _place(texts, font, template, size), shortened=False)
    for max_lines in range(template.max_lines, 0, -1):
        texts = shorten(title, _fits(font, template, SMALLEST), max_lines)
        if max_lines == 1 or _ink_height(texts, font, SMALLEST) <= _room(template).height:
            break
    return TitleLayout(font, SMALLEST, _place(texts, font, template, SMALLEST), shortened=True)


def _largest_fit(title: str, font: Font, template: Template, *, break_words: bool) -> tuple[int, list[str]]:
    """Return the largest size that fits and its lines, or no lines; what fits at one size fits at every smaller one."""
    size, fitting = SMALLEST, list[str]()
    low, high = SMALLEST, LARGEST
    while low <= high:
        middle = (low + high) // 2
        if texts := _lines_at(title, font, template, middle, break_words=break_words):
            size, fitting = middle, texts
            low = middle + 1
        else:
            high = middle - 1
    return size, fitting


def _lines_at(title: str, font: Font, template: Template, size: int, *, break_words: bool) -> list[str] | None:
    texts = fill_lines(title, _fits(font, template, size), template.max_lines, break_words=break_words)
    if texts is None or _ink_height(texts, font, size) > _room(template).height:
        return None
    return texts


def _room(template: Template) -> Box:
    return template.text.inset(SAFETY, SAFETY)


def _fits(font: Font, template: Template, size: int) -> Callable[[str], bool]:
    widest = _room(template).width * font.units_per_em / size
    return lambda text: shape(text, font).width <= widest


def _ink_height(texts: list[str], font: Font, size: int) -> float:
    """Return the pixels from the top of the first line's ink to the bottom of the lowest."""
    top, bottom = _ink_extent(texts, font, size)
    return bottom - top


def _ink_extent(texts: list[str], font: Font, size: int) -> tuple[float, float]:
    """Return where the ink of the lines begins and ends, in pixels below the first baseline."""
    scale = size / font.units_per_em
    lines = [shape(text, font) for text in texts]
    tops = [number * size * LINE_HEIGHT - line.top * scale for number, line in enumerate(lines)]
    bottoms = [number * size * LINE_HEIGHT - line.bottom * scale for number, line in enumerate(lines)]
    return min(tops), max(bottoms)


def _place(texts: list[str], font: Font, template: Template, size: int) -> tuple[PlacedLine, ...]:
    """Centre the lines between capitals' tops and the last baseline, as the eye does, but keep all ink in the box."""
    box = _room(template)
    scale = size / font.units_per_em
    capital = font.cap_height * scale
    baseline = box.top + (box.height + capital - (len(texts) - 1) * size * LINE_HEIGHT) / 2
    top, bottom = _ink_extent(texts, font, size)
    baseline = max(box.top - top, min(baseline, box.bottom - bottom))
    placed = []
    for number, text in enumerate(texts):
        line = shape(text, font)
        room = box.width - line.width * scale
        indent = 0.0 if template.align == "left" else room / 2
        placed.append(PlacedLine(line, box.left + indent - line.left * scale, baseline + number * size * LINE_HEIGHT))
    return tuple(placed)
