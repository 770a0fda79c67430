"""From laid-out lines to pixels: coverage masks from HarfBuzz's rasterizer, blended by Pillow where they are."""

import uharfbuzz
from PIL import Image, ImageChops

from compositing.colours import BLACK, WHITE, Colour
from compositing.geometry import Box
from compositing.layout import TitleLayout
from compositing.legibility import target
from compositing.lettering import Lettering, PlacedLine
from compositing.logo import fitted
from compositing.mark import Mark
from compositing.shading import lay_panel, lay_plate, lay_shade, lay_white_plate
from compositing.shaping import Glyph

__all__ = ["draw_title", "paint_pictures", "rasterize"]

# Pixels: how far a plate reaches beyond its mark.
PLATE = 14
# A name beside a dark logo, where the brand has no colour.
INK = Colour(17, 17, 17)


def draw_title(canvas: Image.Image, layout: TitleLayout) -> None:
    """Draw a title, what its template lays under it, and the brand's part on an RGB canvas, in place."""
    template, brand, mark = layout.template, layout.brand, layout.mark
    letters = rasterize(layout, template.text)
    pictures = paint_pictures(layout, template.text)
    if template.panel:
        lay_panel(canvas, template, template.panel, brand.colour)
    else:
        ink = ImageChops.lighter(letters, pictures.getchannel("A")) if pictures else letters
        lay_shade(canvas, template.dimming, template.text, ink, brand.colour)
    if mark:
        _lay_ground(canvas, mark, brand.colour)
    if brand.accent and template.rule:
        canvas.paste(brand.accent, template.rule)
    _fill(canvas, WHITE, template.text, letters)
    if pictures:
        canvas.paste(pictures, template.text, pictures)
    if mark:
        _draw_mark(canvas, mark, brand.colour)


def _lay_ground(canvas: Image.Image, mark: Mark, colour: Colour) -> None:
    """Lay under a mark what it needs to be seen on any picture."""
    plate = mark.box.inset(-PLATE, -PLATE)
    if mark.tone == "dark":
        lay_white_plate(canvas, plate)
        return
    grounds = [mark.logo.ground] if mark.logo else []
    if mark.name:
        grounds.append(target(colour))
    ground = min(grounds)
    lay_plate(canvas, plate, colour if colour.luminance < ground else BLACK, ground)


def _draw_mark(canvas: Image.Image, mark: Mark, colour: Colour) -> None:
    if mark.logo:
        logo = fitted(mark.logo)
        canvas.paste(logo, mark.logo_box, logo)
    if mark.name:
        written = WHITE if mark.tone == "light" else INK if colour == BLACK else colour
        _fill(canvas, written, mark.box, rasterize(mark.name, mark.box))
        if pictures := paint_pictures(mark.name, mark.box):
            canvas.paste(pictures, mark.box, pictures)


def rasterize(layout: Lettering, box: Box) -> Image.Image:
    """Draw lines into a mask of the box's size; whatever might reach beyond it is cut off."""
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


def paint_pictures(layout: Lettering, box: Box) -> Image.Image | None:
    """Draw the emoji of lines, RGBA and of the box's size, or return None where it has none."""
    paint = uharfbuzz.RasterPaint()
    paint.extents = uharfbuzz.RasterExtents(x_origin=0, y_origin=0, width=box.width, height=box.height, stride=0)
    pictures = [(placed, glyph) for placed in layout.lines for glyph in placed.line.glyphs if glyph.font.is_colour]
    for placed, glyph in pictures:
        paint.transform = _transform(glyph, placed, layout.scale, box)
        paint.paint_glyph(glyph.font.shaper, glyph.index)
    if not pictures:
        return None
    image = paint.render()
    rows = image.extents
    return Image.frombuffer("RGBA", (rows.width, rows.height), image.buffer, "raw", "BGRa", rows.stride, -1)


def _transform(glyph: Glyph, placed: PlacedLine, scale: float, box: Box) -> tuple[float, ...]:
    """Return what takes a glyph's own units to its place in the box, whose y grows upwards from its bottom."""
    x = placed.x + glyph.x * scale - box.left
    y = box.bottom - placed.baseline + glyph.y * scale
    return (scale, 0, 0, scale, x, y)


def _fill(canvas: Image.Image, colour: Colour, box: Box, mask: Image.Image) -> None:
    """Paint a colour through a mask of the box's size, where the mask has anything to paint."""
    if ink := mask.getbbox():
        x, y = box.left + ink[0], box.top + ink[1]
        part = mask.crop(ink)
        canvas.paste(Image.new("RGB", part.size, colour), (x, y), part)  # In half the time that a plain colour takes.
