"""From laid-out lines to pixels: coverage masks from HarfBuzz's rasterizer, blended by Pillow where they are."""

import uharfbuzz
from PIL import Image, ImageChops, ImageFilter

from compositing.geometry import Box
from compositing.layout import PlacedLine, TitleLayout
from compositing.legibility import INK, scrim_strength
from compositing.shaping import Glyph
from compositing.templates import CANVAS, Template

__all__ = ["draw_title", "paint_pictures", "rasterize"]

WHITE, BLACK = "#ffffff", "#000000"
# Pixels: how wide an overlay's scrim is around the letters, and how softly it ends; and a gain, so that in spite of
# the softness it has its full strength beside the letters.
SCRIM_REACH, SCRIM_SOFTNESS, SCRIM_GAIN = 20, 14, 1.4


def draw_title(canvas: Image.Image, template: Template, layout: TitleLayout) -> None:
    """Draw the template and the title on an RGB canvas, in place. Only the boxes that change are touched."""
    letters = rasterize(layout, template.text)
    pictures = paint_pictures(layout, template.text)
    if template.panel:
        _darken(canvas, template.panel, template.panel_alpha)
    else:
        _lay_scrim(
            canvas, template.text, ImageChops.lighter(letters, pictures.getchannel("A")) if pictures else letters
        )
    _fill(canvas, WHITE, template.text, letters)
    if pictures:
        canvas.paste(pictures, template.text, pictures)


def rasterize(layout: TitleLayout, box: Box) -> Image.Image:
    """Draw the title into a mask of the box's size; whatever might reach beyond it is cut off."""
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


def paint_pictures(layout: TitleLayout, box: Box) -> Image.Image | None:
    """Draw the title's emoji, RGBA and of the box's size, or return None where it has none."""
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


def _darken(canvas: Image.Image, box: Box, alpha: int) -> None:
    remaining = 255 - alpha
    canvas.paste(canvas.crop(box).point([value * remaining // 255 for value in range(256)] * 3), box)


def _lay_scrim(canvas: Image.Image, box: Box, letters: Image.Image) -> None:
    """Darken softly around the letters, as much as this picture needs for them to be read, and no more."""
    ink = letters.getbbox()
    if not ink:
        return
    margin = SCRIM_REACH + 2 * SCRIM_SOFTNESS
    region = Box(
        max(CANVAS.left, box.left + ink[0] - margin),
        max(CANVAS.top, box.top + ink[1] - margin),
        min(CANVAS.right, box.left + ink[2] + margin),
        min(CANVAS.bottom, box.top + ink[3] + margin),
    )
    mask = Image.new("L", (region.width, region.height))
    mask.paste(letters, (box.left - region.left, box.top - region.top))
    strength = scrim_strength(canvas.crop(region), mask)
    if not strength:
        return
    # At a quarter of the size all of this costs a sixteenth, and a blur leaves no trace of it.
    scrim = mask.reduce(4)
    for _ in range(2):  # A single wide blur would round a thin stroke's share of it down to nothing.
        scrim = scrim.filter(ImageFilter.BoxBlur(SCRIM_REACH / 8)).point(INK)
    scrim = scrim.filter(ImageFilter.GaussianBlur(SCRIM_SOFTNESS / 4))
    scrim = scrim.point([round(min(255, value * SCRIM_GAIN) * strength) for value in range(256)])
    _fill(canvas, BLACK, region, scrim.resize(mask.size, Image.Resampling.BILINEAR))


def _fill(canvas: Image.Image, colour: str, box: Box, mask: Image.Image) -> None:
    """Paint a colour through a mask of the box's size, where the mask has anything to paint."""
    if ink := mask.getbbox():
        x, y = box.left + ink[0], box.top + ink[1]
        part = mask.crop(ink)
        canvas.paste(Image.new("RGB", part.size, colour), (x, y), part)  # In half the time that a plain colour takes.
