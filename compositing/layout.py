"""From a title to lines placed in a template's text box."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from compositing.bidi import base_level
from compositing.fonts import UNITS_PER_EM, Font, preferred_han
from compositing.geometry import Box
from compositing.line_breaking import Fits, fill_lines, shorten
from compositing.shaping import Line, shape
from compositing.templates import Template

__all__ = ["LARGEST", "LINE_HEIGHT", "SMALLEST", "PlacedLine", "TitleLayout", "lay_out"]

# Pixels, and the distance of baselines in sizes; the reference's figures.
LARGEST, SMALLEST = 80, 32
LINE_HEIGHT = 1.25
# In sizes: what stays free between the ink of one line and the next.
GAP = 0.06
# Breaks at hyphens and inside phrases are made only where they make a title larger by a third; more breaks inside a
# word, which read worse, where they make it larger by two thirds.
GAIN, BROKEN_GAIN = 0.75, 0.6
# A last line shorter than this share of the longest stands alone; and the share of its size that a title keeps at least
# when that is mended.
LONE, BALANCE = 0.4, 0.9
# More than any box holds at the smallest size, so that longer titles cost no more to lay out.
MOST_CHARACTERS = 2_000
# A pixel on each side for fonts whose glyph extents are rounded, or a little less than their outlines.
SAFETY = 1
# Given what fits a line, and how many lines there may be: the lines, or None.
Fill = Callable[[Fits, int], list[str] | None]


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
    box = _Box(font, template, preferred_han(title), base_level(title))
    if len(title) <= MOST_CHARACTERS:
        for find in (_fit_words, _fit_broken_words):
            if fit := find(title, box):
                return TitleLayout(font, fit.size, _place(fit.texts, box, fit.size), shortened=False)
    title = title[:MOST_CHARACTERS]
    for max_lines in range(template.max_lines, 0, -1):
        texts = shorten(title, box.fits(SMALLEST), max_lines)
        if max_lines == 1 or box.is_high_enough(texts, SMALLEST):
            break
    return TitleLayout(font, SMALLEST, _place(texts, box, SMALLEST), shortened=True)


class _Fit(NamedTuple):
    size: int
    texts: list[str]


@dataclass(frozen=True)
class _Box:
    """The room a template leaves for ink, and what of a font fits into it at a size in pixels."""

    font: Font
    template: Template
    han: str = "sc"
    base: int = 0

    def shape(self, text: str) -> Line:
        return shape(text, self.font, self.han, self.base)

    @property
    def align(self) -> str:
        """Where lines begin: a title that runs from right to left begins on the right."""
        return "right" if self.base and self.template.align == "left" else self.template.align

    @property
    def room(self) -> Box:
        return self.template.text.inset(SAFETY, SAFETY)

    def fits(self, size: int, share: float = 1.0) -> Fits:
        widest = share * self.room.width * UNITS_PER_EM / size
        return lambda text: self.shape(text).width <= widest

    def is_high_enough(self, texts: list[str], size: int) -> bool:
        top, bottom = self.ink(texts, size)
        return bottom - top <= self.room.height

    def spacing(self, texts: list[str], size: int) -> float:
        """Return the distance of baselines in pixels: 1.25 sizes, or more where lines' ink would touch."""
        lines = [self.shape(text) for text in texts]
        apart = [(below.top - above.bottom) / UNITS_PER_EM + GAP for above, below in pairwise(lines)]
        return size * max([LINE_HEIGHT, *apart])

    def ink(self, texts: list[str], size: int) -> tuple[float, float]:
        """Return where the ink of the lines begins and ends, in pixels below the first baseline."""
        scale, spacing = size / UNITS_PER_EM, self.spacing(texts, size)
        lines = [self.shape(text) for text in texts]
        tops = [number * spacing - line.top * scale for number, line in enumerate(lines)]
        bottoms = [number * spacing - line.bottom * scale for number, line in enumerate(lines)]
        return min(tops), max(bottoms)


def _fit_words(title: str, box: _Box) -> _Fit | None:
    most = box.template.max_lines

    def whole(fits: Fits, lines: int) -> list[str] | None:
        return fill_lines(title, fits, lines, inside_words=False)

    def split(fits: Fits, lines: int) -> list[str] | None:
        return fill_lines(title, fits, lines)

    in_words, inside_words = _largest(box, whole, most), _largest(box, split, most)
    if in_words and inside_words and in_words.size >= GAIN * inside_words.size:
        return _balanced(in_words, whole, box)
    return _balanced(inside_words, split, box) if inside_words else None


def _fit_broken_words(title: str, box: _Box) -> _Fit | None:
    fits_at_all = box.fits(SMALLEST)

    def broken(fits: Fits, lines: int) -> list[str] | None:
        return fill_lines(title, fits, lines, may_break=lambda word: not fits_at_all(word))

    fits = [fit for lines in range(1, box.template.max_lines + 1) if (fit := _largest(box, broken, lines))]
    if not fits:
        return None
    # The fewer lines, the fewer breaks.
    return _balanced(next(fit for fit in fits if fit.size >= BROKEN_GAIN * fits[-1].size), broken, box)


def _balanced(fit: _Fit, fill: Fill, box: _Box) -> _Fit:
    """Fill the same number of lines in the narrowest column that holds them: none is much shorter than the others.

    Lines that fall in another way may be higher; where that saves the last line from being a lone short word, the title
    gets a little smaller for it.
    """
    lines = len(fit.texts)
    widths = [box.shape(text).width for text in fit.texts]
    smallest = round(BALANCE * fit.size) if widths[-1] < LONE * max(widths) else fit.size
    for percent in range(50, 100, 2):
        texts = fill(box.fits(fit.size, percent / 100), lines)
        if texts and len(texts) == lines:
            sizes = range(fit.size, smallest - 1, -1)
            return next((_Fit(size, texts) for size in sizes if box.is_high_enough(texts, size)), fit)
    return fit


def _largest(box: _Box, fill: Fill, lines: int) -> _Fit | None:
    """Return the largest size that fits, found by halving: what fits at one size fits at every smaller one."""
    fit = None
    low, high = SMALLEST, LARGEST
    while low <= high:
        size = (low + high) // 2
        texts = fill(box.fits(size), lines)
        if texts and box.is_high_enough(texts, size):
            fit = _Fit(size, texts)
            low = size + 1
        else:
            high = size - 1
    return fit


def _place(texts: list[str], box: _Box, size: int) -> tuple[PlacedLine, ...]:
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
