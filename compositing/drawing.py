"""Draws covers."""

from PIL import Image, ImageChops

from compositing.arranging import arrange
from compositing.emoji import paint_emoji
from compositing.layout import TitleLayout
from compositing.marking import draw_mark
from compositing.palette import Scheme, scheme_of
from compositing.rasterizing import fill, rasterize
from compositing.shading import lay_card, lay_shade, round_off
from compositing.templates import CANVAS

__all__ = ["draw_cover", "draw_title"]

# Pixels around the lines for glyphs whose outlines are slightly larger than their extents.
AROUND = 2
# How much of a brand's colour a picture takes on that is dimmed as a whole.
TINT = 0.33


def draw_cover(picture: Image.Image, layout: TitleLayout) -> Image.Image:
    """Return a cover, 1200x630 and RGB: the picture, cropped into its place, with the title and the brand's mark.

    Args:
        picture: RGB, and large enough to cover the canvas.
        layout: the title in its font and template, from ``lay_out``.
    """
    part, layout = arrange(picture, layout)
    return draw_title(part, layout, scheme_of(layout.template.tone, picture, layout.brand))


def draw_title(part: Image.Image, layout: TitleLayout, scheme: Scheme) -> Image.Image:
    """Return a cover from the part of a picture that it shows, in the layout's place and of its size."""
    template, brand = layout.template, layout.brand
    canvas = _ground(part, layout, scheme)
    box = layout.ink.inset(-AROUND, -AROUND)
    letters = rasterize(layout, box)
    emoji = paint_emoji(layout, box, on_paper=scheme.letters.luminance < 0.5)
    if template.tone == "shade":
        ink = ImageChops.lighter(letters, emoji.getchannel("A")) if emoji else letters
        if template.dimming == "even" and brand.colour:
            canvas = Image.blend(canvas, Image.new("RGB", canvas.size, brand.colour), TINT)
        lay_shade(canvas, template.dimming, box, ink, scheme.ground)
    if layout.rule and (template.tone != "shade" or brand.colour or brand.accent):
        canvas.paste(scheme.accent, layout.rule)
    fill(canvas, scheme.letters, box, letters)
    if emoji:
        canvas.paste(emoji, box, emoji)
    if layout.mark:
        draw_mark(canvas, layout.mark, scheme)
    return canvas


def _ground(part: Image.Image, layout: TitleLayout, scheme: Scheme) -> Image.Image:
    """Return the canvas with the picture, and with what the title is set on."""
    template, shown = layout.template, layout.picture
    ground = scheme.letters if layout.card else scheme.ground
    canvas = part if shown == CANVAS else Image.new("RGB", (CANVAS.width, CANVAS.height), ground)
    if canvas is not part:
        canvas.paste(part, shown)
    if template.corner and not layout.card:
        round_off(canvas, shown, template.corner, scheme.ground)
    if layout.card:
        lay_card(canvas, layout.card, template.corner, scheme.ground, scheme.letters)
    return canvas
