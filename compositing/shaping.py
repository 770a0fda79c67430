"""From text to positioned glyphs, by HarfBuzz.

Shaping happens once per piece of text, in font units; a size in pixels only scales the result, so that a title is
measured at any number of sizes without being shaped or drawn again.
"""

import functools
from dataclasses import dataclass

import uharfbuzz

from compositing.fonts import Font

__all__ = ["Glyph", "Line", "shape"]


@dataclass(frozen=True)
class Glyph:
    """A glyph of a line, by its index in the font, and where its origin lies, in font units."""

    index: int
    x: int
    y: int


@dataclass(frozen=True)
class Line:
    """Shaped text, and the box of its ink in font units; y grows upwards from the baseline."""

    text: str
    glyphs: tuple[Glyph, ...]
    left: int
    bottom: int
    right: int
    top: int

    @property
    def width(self) -> int:
        """The width of the ink, in font units."""
        return self.right - self.left


@functools.lru_cache(maxsize=4096)
def shape(text: str, font: Font) -> Line:
    """Shape one line of text of one direction."""
    if not text:
        return Line(text, (), 0, 0, 0, 0)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font.shaper, buffer)
    glyphs: list[Glyph] = []
    lefts, bottoms, rights, tops = [], [], [], []
    x = 0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        glyph = Glyph(info.codepoint, x + position.x_offset, position.y_offset)
        x += position.x_advance
        ink = font.shaper.get_glyph_extents(glyph.index)
        if ink is None or not ink.width:
            continue
        glyphs.append(glyph)
        lefts.append(glyph.x + ink.x_bearing)
        rights.append(glyph.x + ink.x_bearing + ink.width)
        tops.append(glyph.y + ink.y_bearing)
        bottoms.append(glyph.y + ink.y_bearing + ink.height)
    if not glyphs:
        return Line(text, (), 0, 0, 0, 0)
    return Line(text, tuple(glyphs), min(lefts), min(bottoms), max(rights), max(tops))
