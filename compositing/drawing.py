"""From laid-out lines to pixels: coverage masks from HarfBuzz's rasterizer, blended by Pillow where they are."""

import uharfbuzz
from PIL import Image, ImageFilter

from compositing.geometry import Box
from compositing.layout import TitleLayout
from compositing.templates import CANVAS, Template

__all__ = ["draw_title", "rasterize"]

WHITE, BLACK = "#ffffff", "#000000"
# The overlays' shadow, in pixels: how far it reaches, and how much stronger than the blurred letters it is.
SHADOW_REACH = 14
SHADOW_GAIN = 2.6
SHADOW_ALPHA = 190


def draw_title(canvas: Image.Image, template: Template, layout: TitleLayout) -> None:
    """Draw the template and the title on an RGB canvas, in place. Only the boxes that change are touched."""
    letters = rasterize(layout, template.text)
    if template.panel:
        _darken(canvas, template.panel, template.panel_alpha)
    else:
        _cast_shadow(canvas, template.text, letters)
    canvas.paste(WHITE, template.text, letters)


def rasterize(layout: TitleLayout, box: Box) -> Image.Image:
    """Draw the title into a mask of the box's size; whatever might reach beyond it is cut off."""
    raster = uharfbuzz.RasterDraw()
    raster.extents = uharfbuzz.RasterExtents(x_origin=0, y_origin=0, width=box.width, height=box.height, stride=0)
    scale = layout.scale
    for placed in layout.lines:
        for glyph in placed.line.glyphs:
            x = placed.x + glyph.x * scale - box.left
            y = box.bottom - placed.baseline + glyph.y * scale
            raster.transform = (scale, 0, 0, scale, x, y)
            raster.draw_glyph(layout.font.shaper, glyph.index)
    image = raster.render()
    rows = image.extents
    return Image.frombuffer("L", (rows.width, rows.height), image.buffer, "raw", "L", rows.stride, -1)


def _darken(canvas: Image.Image, box: Box, alpha: int) -> None:
    remaining = 255 - alpha
    canvas.paste(canvas.crop(box).point([value * remaining // 255 for value in range(256)] * 3), box)


def _cast_shadow(canvas: Image.Image, box: Box, letters: Image.Image) -> None:
    reach = 3 * SHADOW_REACH
    around = Box(
        max(CANVAS.left, box.left - reach),
        max(CANVAS.top, box.top - reach),
        min(CANVAS.right, box.right + reach),
        min(CANVAS.bottom, box.bottom + reach),
    )
    shadow = Image.new("L", (around.width, around.height))
    shadow.paste(letters, (box.left - around.left, box.top - around.top))
    shadow = shadow.filter(ImageFilter.GaussianBlur(SHADOW_REACH))
    shadow = shadow.point([min(SHADOW_ALPHA, round(value * SHADOW_GAIN)) for value in range(256)])
    canvas.paste(BLACK, around, shadow)
