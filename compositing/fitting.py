"""The size of a title, and where its lines end."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from compositing.fonts import UNITS_PER_EM, Font
from compositing.geometry import Box
from compositing.line_breaking import Fits, fill_lines, shorten
from compositing.shaping import Line, shape
from compositing.templates import Template

__all__ = ["LARGEST", "SMALLEST", "Fit", "TextBox", "fit_title"]

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
# Given a text, what fits a line, and how many lines there may be: the lines, or None.
Fill = Callable[[str, Fits, int], list[str] | None]


class Fit(NamedTuple):
    """The size in pixels at which a title fits, its lines, and whether its end had to be cut off."""

    size: int
    texts: list[str]
    shortened: bool = False


@dataclass(frozen=True)
class TextBox:
    """The room a template leaves for ink, and what of a font fits into it at a size in pixels."""

    font: Font
    template: Template
    han: str = "sc"
    base: int = 0

    def shape(self, text: str) -> Line:
        """Shape a text as this title's."""
        return shape(text, self.font, self.han, self.base)

    @property
    def align(self) -> str:
        """Where lines begin: a title that runs from right to left begins on the right."""
        return "right" if self.base and self.template.align == "left" else self.template.align

    @property
    def room(self) -> Box:
        """Where ink may be."""
        return self.template.text.inset(SAFETY, SAFETY)

    def fits(self, size: int, share: float = 1.0) -> Fits:
        """Return what says whether a line at a size in pixels fits into a share of the width."""
        widest = share * self.room.width * UNITS_PER_EM / size
        return lambda text: self.shape(text).width <= widest

    def is_high_enough(self, texts: list[str], size: int) -> bool:
        """Say whether lines at a size in pixels fit one below the other."""
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


def fit_title(title: str, box: TextBox) -> Fit:
    """Find the largest size, from 80 px down to 32 px, and the lines of a title; the rules are ``lay_out``'s."""
    if len(title) <= MOST_CHARACTERS and (fit := _fit_words(title, box) or _fit_broken_words(title, box)):
        return fit
    title = title[:MOST_CHARACTERS]
    for max_lines in range(box.template.max_lines, 0, -1):
        texts = shorten(title, box.fits(SMALLEST), max_lines)
        if max_lines == 1 or box.is_high_enough(texts, SMALLEST):
            break
    return Fit(SMALLEST, texts, shortened=True)


def _fit_words(title: str, box: TextBox) -> Fit | None:
    whole: Fill = functools.partial(fill_lines, inside_words=False)
    in_words, inside_words = (_largest(title, box, fill, box.template.max_lines) for fill in (whole, fill_lines))
    if in_words and inside_words and in_words.size >= GAIN * inside_words.size:
        return _balanced(title, in_words, whole, box)
    return _balanced(title, inside_words, fill_lines, box) if inside_words else None


def _fit_broken_words(title: str, box: TextBox) -> Fit | None:
    fits_at_all = box.fits(SMALLEST)
    broken: Fill = functools.partial(fill_lines, may_break=lambda word: not fits_at_all(word))
    fits = [fit for lines in range(1, box.template.max_lines + 1) if (fit := _largest(title, box, broken, lines))]
    if not fits:
        return None
    # The fewer lines, the fewer breaks.
    return _balanced(title, next(fit for fit in fits if fit.size >= BROKEN_GAIN * fits[-1].size), broken, box)


def _largest(title: str, box: TextBox, fill: Fill, lines: int) -> Fit | None:
    """Return the largest size that fits, found by halving: what fits at one size fits at every smaller one."""
    fit = None
    low, high = SMALLEST, LARGEST
    while low <= high:
        size = (low + high) // 2
        texts = fill(title, box.fits(size), lines)
        if texts and box.is_high_enough(texts, size):
            fit = Fit(size, texts)
            low = size + 1
        else:
            high = size - 1
    return fit


def _balanced(title: str, fit: Fit, fill: Fill, box: TextBox) -> Fit:
    """Keep the number of lines, and make none of them much shorter than the others.

    Lines that fall in another way may be higher; where that saves the last line from being a lone short word, the title
    gets a little smaller for it.
    """
    texts = _narrowest(title, fit, fill, box, len(fit.texts))
    smallest = round(BALANCE * fit.size) if _ends_alone(fit.texts, box) else fit.size
    sizes = range(fit.size, smallest - 1, -1)
    return next((Fit(size, texts) for size in sizes if box.is_high_enough(texts, size)), fit)


def _narrowest(text: str, fit: Fit, fill: Fill, box: TextBox, lines: int) -> list[str]:
    """Fill so many lines in the narrowest column that holds them; where one line keeps it wide, the rest for itself."""
    columns = (fill(text, box.fits(fit.size, percent / 100), lines) for percent in range(20, 101, 2))
    texts = next(texts for texts in columns if texts and len(texts) == lines)
    first = texts[0]
    if lines > 2 and text.startswith(first) and _ends_alone(texts, box):
        return [first, *_narrowest(text[len(first) :].lstrip(), fit, fill, box, lines - 1)]
    return texts


def _ends_alone(texts: list[str], box: TextBox) -> bool:
    widths = [box.shape(text).width for text in texts]
    return widths[-1] < LONE * max(widths)
