"""Paints emoji, those that would vanish on their ground with an outline: dark ones on ink, light ones on paper."""

import functools

import uharfbuzz
from PIL import Image, ImageChops, ImageFilter

from compositing.fonts import Font
from compositing.geometry import Box
from compositing.legibility import luminances
from compositing.lettering import Lettering, PlacedLine, transform
from compositing.shaping import Glyph

__all__ = ["paint_emoji", "vanishes"]

# An emoji vanishes if less than this share of it is visible: on ink, what is at least this bright, 4:1 against black;
# on paper, what is at most that bright, 3:1 against white. WCAG 2.2 (1.4.11) requires 3:1 of graphics.
VISIBLE_SHARE, BRIGHT, DARK = 0.25, 0.15, 0.3
# The side of the picture to measure it by, in pixels.
SAMPLE = 48
# The outline's width as a share of the size, and how much steeper than a blur its edge is.
OUTLINE, STEEPNESS = 0.035, 6


def paint_emoji(layout: Lettering, box: Box, *, on_paper: bool = False) -> Image.Image | None:
    """Draw the lines' emoji into an RGBA image of the box's size, or return None if there are none.

    ``on_paper`` is whether the ground is light.
    """
    emoji = [(placed, glyph) for placed in layout.lines for glyph in placed.line.glyphs if glyph.font.is_colour]
    if not emoji:
        return None
    image = _painted(emoji, layout.scale, box)
    if faint := [(placed, glyph) for placed, glyph in emoji if vanishes(glyph.font, glyph.index, on_paper=on_paper)]:
        outline = _outline(_painted(faint, layout.scale, box).getchannel("A"), layout.size)
        colour = Image.new("L", image.size, 0 if on_paper else 255)
        image = Image.alpha_composite(Image.merge("RGBA", [colour] * 3 + [outline]), image)
    return image


@functools.lru_cache(maxsize=256)
def vanishes(font: Font, index: int, *, on_paper: bool = False) -> bool:
    """Return whether a colour glyph would nearly vanish on a dark ground, or on a light one."""
    ink = font.shaper.get_glyph_extents(index)
    if not ink or not ink.width:
        return False
    scale = SAMPLE / max(ink.width, -ink.height)
    paint = _paint(SAMPLE, SAMPLE)
    paint.transform = (scale, 0, 0, scale, -ink.x_bearing * scale, -(ink.y_bearing + ink.height) * scale)
    paint.paint_glyph(font.shaper, index)
    sample = _rendered(paint)
    opaque = sample.getchannel("A").point([255 if value > 127 else 0 for value in range(256)])
    counts = luminances(sample.convert("RGB")).histogram(opaque)
    visible = counts[: round(255 * DARK)] if on_paper else counts[round(255 * BRIGHT) :]
    return sum(visible) < VISIBLE_SHARE * sum(counts)


def _painted(emoji: list[tuple[PlacedLine, Glyph]], scale: float, box: Box) -> Image.Image:
    paint = _paint(box.width, box.height)
    for placed, glyph in emoji:
        paint.transform = transform(glyph, placed, scale, box)
        paint.paint_glyph(glyph.font.shaper, glyph.index)
    return _rendered(paint)


def _outline(shape: Image.Image, size: int) -> Image.Image:
    """Return a mask that extends beyond a shape on all sides."""
    soft = shape.filter(ImageFilter.GaussianBlur(OUTLINE * size))
    return ImageChops.lighter(shape, soft.point([min(255, STEEPNESS * value) for value in range(256)]))


def _paint(width: int, height: int) -> uharfbuzz.RasterPaint:
    paint = uharfbuzz.RasterPaint()
    paint.extents = uharfbuzz.RasterExtents(x_origin=0, y_origin=0, width=width, height=height, stride=0)
    return paint


def _rendered(paint: uharfbuzz.RasterPaint) -> Image.Image:
    image = paint.render()
    rows = image.extents
    return Image.frombuffer("RGBA", (rows.width, rows.height), image.buffer, "raw", "BGRa", rows.stride, -1)
