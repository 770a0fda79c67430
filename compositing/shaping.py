"""From text to positioned glyphs: runs of one font, script and direction each, shaped by HarfBuzz.

Shaping happens once per piece of text, in 2048ths of an em; a size in pixels only scales the result, so that a title is
measured at any number of sizes without being shaped or drawn again.
"""

import functools
from dataclasses import dataclass

import uharfbuzz
from icu4py.breakers import CharacterBreaker

from compositing.bidi import embedding_levels, visual_order
from compositing.fonts import Font, font_for, preferred_han

__all__ = ["Glyph", "Line", "missing_characters", "shape"]


@dataclass(frozen=True)
class Glyph:
    """A glyph of a line: its font, its index there, and where its origin lies, in 2048ths of an em."""

    font: Font
    index: int
    x: int
    y: int


@dataclass(frozen=True)
class Line:
    """Shaped text, and the box of its ink in 2048ths of an em; y grows upwards from the baseline."""

    text: str
    glyphs: tuple[Glyph, ...]
    left: int
    bottom: int
    right: int
    top: int

    @property
    def width(self) -> int:
        """The width of the ink."""
        return self.right - self.left


@dataclass(frozen=True)
class _Run:
    text: str
    font: Font
    script: str | None
    level: int


@functools.lru_cache(maxsize=4096)
def shape(text: str, font: Font, han: str = "sc", base: int = 0) -> Line:
    """Shape one line of a title.

    Args:
        text: the line, in logical order.
        font: the font asked for; what it lacks is set in the fallback fonts.
        han: whose look Han characters have, from the whole title.
        base: 1 where the whole title runs from right to left, else 0.
    """
    glyphs: list[Glyph] = []
    lefts, bottoms, rights, tops = [], [], [], []
    x = 0
    for run in visual_order([(run.level, run) for run in _runs(text, font, han, base)]):
        buffer = uharfbuzz.Buffer()
        buffer.add_str(run.text)
        buffer.direction = "rtl" if run.level % 2 else "ltr"
        buffer.language = "en"  # Or it would be the machine's.
        if run.script:
            buffer.script = run.script
        buffer.guess_segment_properties()
        uharfbuzz.shape(run.font.shaper, buffer)
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            glyph = Glyph(run.font, info.codepoint, x + position.x_offset, position.y_offset)
            x += position.x_advance
            ink = run.font.shaper.get_glyph_extents(glyph.index)
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


@functools.lru_cache(maxsize=256)
def missing_characters(title: str, font: Font) -> str:
    """Return the characters of a title that no font here can set, each once, in order of appearance."""
    han = preferred_han(title)
    if title.isascii() and font.has(title):
        return ""
    missing = [grapheme for grapheme in CharacterBreaker(title, "en") if font_for(grapheme, font.name, han) is None]
    return "".join(dict.fromkeys("".join(missing)))


def _runs(text: str, font: Font, han: str, base: int) -> list[_Run]:
    if not text:
        return []
    if not base and text.isascii() and font.has(text):
        return [_Run(text, font, None, 0)]
    levels = embedding_levels(text, base)
    runs: list[_Run] = []
    start = 0
    for grapheme in CharacterBreaker(text, "en"):
        level = levels[start]
        start += len(grapheme)
        set_in, script = font_for(grapheme, font.name, han) or font, _script(grapheme)
        last = runs[-1] if runs else None
        if last and last.font is set_in and last.level == level and (script in (None, last.script) or not last.script):
            runs[-1] = _Run(last.text + grapheme, set_in, last.script or script, level)
        else:
            runs.append(_Run(grapheme, set_in, script, level))
    return runs


@functools.lru_cache(maxsize=4096)
def _script(grapheme: str) -> str | None:
    """Return the script (ISO 15924) of a grapheme, or None for what all scripts share."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(grapheme)
    buffer.guess_segment_properties()
    return buffer.script or None
