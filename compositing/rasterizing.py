"""Draws laid-out lines: HarfBuzz rasterizes them into coverage masks, and Pillow blends these."""

import uharfbuzz
from PIL import Image

from compositing.colours import Colour
from compositing.geometry import Box
from compositing.lettering import Lettering, transform

__all__ = ["fill", "rasterize"]


def rasterize(layout: Lettering, box: Box) -> Image.Image:
    """Draw lines into a mask of the box's size, which clips them."""
    raster = uharfbuzz.RasterDraw()
    raster.extents = uharfbuzz.RasterExtents(x_origin=0, y_origin=0, width=box.width, height=box.height, stride=0)
    scale = layout.scale
    for placed in layout.lines:
        for glyph in placed.line.glyphs:
            if not glyph.font.is_colour:
                raster.transform = transform(glyph, placed, scale, box)
                raster.draw_glyph(glyph.font.shaper, glyph.index)
    image = raster.render()
    rows = image.extents
    return Image.frombuffer("L", (rows.width, rows.height), image.buffer, "raw", "L", rows.stride, -1)


def fill(canvas: Image.Image, colour: Colour, box: Box, mask: Image.Image) -> None:
    """Paint a colour through a mask of the box's size."""
    if ink := mask.getbbox():
        x, y = box.left + ink[0], box.top + ink[1]
        part = mask.crop(ink)
        canvas.paste(Image.new("RGB", part.size, colour), (x, y), part)  # Twice as fast as a plain colour.
