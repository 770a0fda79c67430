"""Draws laid-out lines: HarfBuzz rasterizes them into coverage masks, and Pillow blends these."""

import uharfbuzz
from PIL import Image, ImageChops

from compositing.colours import BLACK, WHITE, Colour
from compositing.emoji import paint_emoji
from compositing.geometry import Box
from compositing.layout import TitleLayout
from compositing.legibility import target
from compositing.lettering import Lettering, transform
from compositing.logo import fitted
from compositing.mark import Mark
from compositing.shading import lay_panel, lay_plate, lay_shade, lay_white_plate

__all__ = ["draw_title", "rasterize"]

# Pixels: how far a plate extends beyond its mark.
PLATE = 14
# The colour of a name next to a dark logo, if the brand has no colour.
INK = Colour(17, 17, 17)


def draw_title(canvas: Image.Image, layout: TitleLayout) -> None:
    """Draw a title, its template's background, and the brand's accent and mark on an RGB canvas, in place."""
    template, brand, mark = layout.template, layout.brand, layout.mark
    letters = rasterize(layout, template.text)
    emoji = paint_emoji(layout, template.text)
    if template.panel:
        lay_panel(canvas, template, template.panel, brand.colour)
    else:
        ink = ImageChops.lighter(letters, emoji.getchannel("A")) if emoji else letters
        lay_shade(canvas, template.dimming, template.text, ink, brand.colour)
    if mark:
        _lay_background(canvas, mark, brand.colour)
    if brand.accent and template.rule:
        canvas.paste(brand.accent, template.rule)
    _fill(canvas, WHITE, template.text, letters)
    if emoji:
        canvas.paste(emoji, template.text, emoji)
    if mark:
        _draw_mark(canvas, mark, brand.colour)


def _lay_background(canvas: Image.Image, mark: Mark, colour: Colour) -> None:
    """Lay a plate under a mark if it needs one to be visible."""
    plate = mark.box.inset(-PLATE, -PLATE)
    if mark.tone == "dark":
        lay_white_plate(canvas, plate)
        return
    limits = [mark.logo.background] if mark.logo else []
    if mark.name:
        limits.append(target(colour))
    luminance = min(limits)
    lay_plate(canvas, plate, colour if colour.luminance < luminance else BLACK, luminance)


def _draw_mark(canvas: Image.Image, mark: Mark, colour: Colour) -> None:
    if mark.logo:
        logo = fitted(mark.logo)
        canvas.paste(logo, mark.logo_box, logo)
    if mark.name:
        name_colour = WHITE if mark.tone == "light" else INK if colour == BLACK else colour
        _fill(canvas, name_colour, mark.box, rasterize(mark.name, mark.box))
        if emoji := paint_emoji(mark.name, mark.box):
            canvas.paste(emoji, mark.box, emoji)


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


def _fill(canvas: Image.Image, colour: Colour, box: Box, mask: Image.Image) -> None:
    """Paint a colour through a mask of the box's size."""
    if ink := mask.getbbox():
        x, y = box.left + ink[0], box.top + ink[1]
        part = mask.crop(ink)
        canvas.paste(Image.new("RGB", part.size, colour), (x, y), part)  # Twice as fast as a plain colour.
