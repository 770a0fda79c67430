"""Turns text into positioned glyphs: HarfBuzz shapes runs of one font, script and direction.

A title is shaped once as a whole, in 2048ths of an em, which gives the width of any stretch of it; a size in pixels
only scales the result. The chosen lines are then shaped again, each on its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import uharfbuzz

from compositing.bidi import base_level, embedding_levels, visual_order
from compositing.fallback import BICAMERAL, set_in_fonts
from compositing.fonts import Font
from compositing.icu import Property, has_property, uppercase
from compositing.languages import han_form, language_of

__all__ = ["Glyph", "Line", "ShapedTitle"]

# Full-width punctuation whose empty half is next to other such punctuation is set at half width (halt), as in browsers.
OPENING, CLOSING = "（「『【〔［｛〈《", "）」』】〕］｝〉》、。，．"  # noqa: RUF001
# Punctuation that may hang out of the margin at the start of a line.
HANGING = "\"'([{-\N{LEFT DOUBLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}\N{DOUBLE LOW-9 QUOTATION MARK}"
HANGING += "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}\N{HYPHEN}\N{EN DASH}"
HALVED = re.compile(f"[{CLOSING}](?=[{OPENING}{CLOSING}])|(?<=[{OPENING}])[{OPENING}]")


@dataclass(frozen=True)
class Glyph:
    """A glyph of a line: its font, its index there, and the position of its origin, in 2048ths of an em."""

    font: Font
    index: int
    x: int
    y: int


@dataclass(frozen=True)
class Line:
    """Shaped text, its advance, and the box of its ink in 2048ths of an em; y points up from the baseline.

    ``hanging`` is the part of the advance that hangs out of the margin if there is room: an opening quote or bracket.
    """

    text: str
    glyphs: tuple[Glyph, ...]
    left: int
    bottom: int
    right: int
    top: int
    advance: int = 0
    hanging: int = 0

    @property
    def width(self) -> int:
        """The width of the ink."""
        return self.right - self.left


@dataclass(frozen=True)
class _Run:
    """A stretch of the title that is shaped at once."""

    start: int
    end: int
    font: Font
    script: str
    level: int


@dataclass(frozen=True)
class _Shaped:
    """A glyph as returned by the shaper: its character's index in the run, its width, offset and ink."""

    cluster: int
    index: int
    advance: int
    x: int
    y: int
    ink: uharfbuzz.GlyphExtents | None


class ShapedTitle:
    """A title split into runs, with the width of any stretch of it."""

    def __init__(self, text: str, font: Font) -> None:
        """Shape a title.

        Args:
            text: the title, as ``layout_text`` returns it.
            font: the requested font; fallback fonts set the words that it lacks glyphs for.
        """
        self.text, self.font = text, font
        self.language = language_of(text)
        self.base = base_level(text)
        self.han = han_form(text)
        self._lines: dict[tuple[int, int, str], Line] = {}
        self._runs = self._split(embedding_levels(text, self.base))
        self._measure()

    def width(self, start: int, end: int, suffix: str = "") -> int:
        """Return the approximate width of the ink of a stretch and its suffix, in 2048ths of an em."""
        if start == end:
            return 0
        suffix_width = self._hyphen_width if suffix else 0
        return self._until[end] - self._until[start] - self._before[start] - self._after[end - 1] + suffix_width

    def line(self, start: int, end: int, suffix: str = "") -> Line:
        """Shape a stretch and its suffix, a hyphen or an ellipsis, as a line on its own."""
        if (start, end, suffix) not in self._lines:
            self._lines[start, end, suffix] = self._line(start, end, suffix)
        return self._lines[start, end, suffix]

    def _line(self, start: int, end: int, suffix: str) -> Line:
        text = self.text[start:end] + suffix
        runs = [
            replace(run, start=max(start, run.start), end=min(end, run.end))
            for run in self._runs
            if max(start, run.start) < min(end, run.end)
        ]
        pieces = [(run.level, (run, self.text[run.start : run.end])) for run in runs]
        if suffix:
            last = runs[-1] if runs else _Run(0, 0, self.font, "", self.base)
            font = last.font if last.font.has(suffix) else self.font
            pieces.append((last.level, (replace(last, font=font), suffix)))
        glyphs: list[Glyph] = []
        boxes: list[tuple[int, int, int, int]] = []
        x = 0
        for run, piece in visual_order(pieces):
            for shaped in self._shape(piece, run):
                if shaped.ink and shaped.ink.width:
                    ink, glyph = shaped.ink, Glyph(run.font, shaped.index, x + shaped.x, shaped.y)
                    left, top = glyph.x + ink.x_bearing, glyph.y + ink.y_bearing
                    glyphs.append(glyph)
                    boxes.append((left, top + ink.height, left + ink.width, top))
                x += shaped.advance
        if not glyphs:
            return Line(text, (), 0, 0, 0, 0)
        lefts, bottoms, rights, tops = zip(*boxes, strict=True)
        hanging = self._until[start + 1] - self._until[start] if text[0] in HANGING else 0
        return Line(text, tuple(glyphs), min(lefts), min(bottoms), max(rights), max(tops), x, hanging)

    def _split(self, levels: Sequence[int]) -> list[_Run]:
        runs: list[_Run] = []
        for part in set_in_fonts(self.text, self.font, self.han):
            font = part.font or self.font
            start = part.start
            while start < part.end:
                level, end = levels[start], start + 1
                while end < part.end and levels[end] == level:
                    end += 1
                last = runs[-1] if runs else None
                same_script = last and (part.script in ("", last.script) or not last.script)
                if last and last.font is font and last.level == level and same_script:
                    runs[-1] = replace(last, end=end, script=last.script or part.script)
                else:
                    runs.append(_Run(start, end, font, part.script, level))
                start = end
        return runs

    def _measure(self) -> None:
        """Record each character's advance, and how much of it is white before and after the ink."""
        length = len(self.text)
        advances, self._before, self._after = [0] * length, [0] * length, [0] * length
        self.top, self.bottom = self.font.cap_height, -self.font.descent
        for run in self._runs:
            for shaped in self._shape(self.text[run.start : run.end], run):
                place = min(run.start + shaped.cluster, run.end - 1)  # Uppercasing may add letters.
                if ink := shaped.ink:
                    white = (shaped.x + ink.x_bearing, shaped.advance - shaped.x - ink.x_bearing - ink.width)
                    if not advances[place]:
                        self._before[place], self._after[place] = white[:: -1 if run.level % 2 else 1]
                    self.top = max(self.top, shaped.y + ink.y_bearing)
                    self.bottom = min(self.bottom, shaped.y + ink.y_bearing + ink.height)
                advances[place] += shaped.advance
        self._until = [0, *accumulate(advances)]
        self._hyphen_width = self.font.shaper.get_glyph_h_advance(self.font.shaper.get_nominal_glyph(ord("-")))

    def _shape(self, text: str, run: _Run) -> list[_Shaped]:
        shaper = run.font.shaper
        letters = run.script in (*BICAMERAL, "")
        if self.font.is_capitals and run.font is not self.font and run.script in BICAMERAL:
            text = uppercase(text, self.language)
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.direction = "rtl" if run.level % 2 else "ltr"
        buffer.language = self.language or "en"  # The default would be the machine's.
        if run.script:
            buffer.script = run.script
        buffer.guess_segment_properties()
        halved = [(match.start(), match.end(), True) for match in HALVED.finditer(text)]
        # Lining figures: versions and years stand among capitals.
        uharfbuzz.shape(shaper, buffer, {"lnum": True, **({"halt": halved} if halved else {})})
        tracking = self.font.tracking if letters and not run.font.is_colour else 0
        shaped = []
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            if not info.codepoint and has_property(text[info.cluster], Property.DEFAULT_IGNORABLE):
                continue  # An invisible character that the font lacks: not drawn as a missing glyph.
            is_letter = position.x_advance and not text[info.cluster].isspace()
            advance = position.x_advance + (tracking if is_letter else 0)
            ink = shaper.get_glyph_extents(info.codepoint)
            shaped.append(_Shaped(info.cluster, info.codepoint, advance, position.x_offset, position.y_offset, ink))
        return shaped
