"""Draws laid-out lines: HarfBuzz rasterizes them into coverage masks, and Pillow blends these."""

import uharfbuzz
from PIL import Image

from compositing.colours import Colour
from compositing.geometry import Box
from compositing.lettering import Lettering, PlacedLine
from compositing.shaping import Glyph

__all__ = ["fill", "paint_emoji", "rasterize"]


def rasterize(layout: Lettering, box: Box) -> Image.Image:
    """Draw lines into a mask of the box's size, which clips them."""
    raster = uharfbuzz.RasterDraw()
    raster.extents = uharfbuzz.RasterExtents(x_origin=0, y_origin=0, width=box.width, height=box.height, stride=0)
    scale = layout.scale
    for placed in layout.lines:
        for glyph in placed.line.glyphs:
            if not glyph.font.is_colour:
                raster.transform = _transform(glyph, placed, scale, box)
                raster.draw_glyph(glyph.font.shaper, glyph.index)
    image = raster.render()
    rows = image.extents
    return Image.frombuffer("L", (rows.width, rows.height), image.buffer, "raw", "L", rows.stride, -1)


def paint_emoji(layout: Lettering, box: Box) -> Image.Image | None:
    """Draw the lines' emoji into an RGBA image of the box's size, or return None if there are none."""
    paint = uharfbuzz.RasterPaint()
    paint.extents = uharfbuzz.RasterExtents(x_origin=0, y_origin=0, width=box.width, height=box.height, stride=0)
    emoji = [(placed, glyph) for placed in layout.lines for glyph in placed.line.glyphs if glyph.font.is_colour]
    if not emoji:
        return None
    for placed, glyph in emoji:
        paint.transform = _transform(glyph, placed, layout.scale, box)
        paint.paint_glyph(glyph.font.shaper, glyph.index)
    image = paint.render()
    rows = image.extents
    return Image.frombuffer("RGBA", (rows.width, rows.height), image.buffer, "raw", "BGRa", rows.stride, -1)


def _transform(glyph: Glyph, placed: PlacedLine, scale: float, box: Box) -> tuple[float, ...]:
    """Return the transform from a glyph's units to the box, whose y axis points up from its bottom."""
    x = placed.x + glyph.x * scale - box.left
    y = box.bottom - placed.baseline + glyph.y * scale
    return (scale, 0, 0, scale, x, y)


def fill(canvas: Image.Image, colour: Colour, box: Box, mask: Image.Image) -> None:
    """Paint a colour through a mask of the box's size."""
    if ink := mask.getbbox():
        x, y = box.left + ink[0], box.top + ink[1]
        part = mask.crop(ink)
        canvas.paste(Image.new("RGB", part.size, colour), (x, y), part)  # Twice as fast as a plain colour.
