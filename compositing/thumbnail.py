"""The whole of compositing on one screen: picture, template and title in, JPEG out."""

from compositing.canvas import encode_jpeg, open_on_canvas
from compositing.drawing import draw_title
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import TEMPLATES

__all__ = ["COMPOSITOR_VERSION", "compose"]

# Part of every thumbnail's key. Raise it with any change that moves a pixel, or readers keep seeing the old ones.
COMPOSITOR_VERSION = 1


def compose(picture: bytes, title: str, template: str, font: str) -> bytes:
    """Set a title on a picture.

    Args:
        picture: an image file of any format Pillow reads, of any size.
        title: one line of text whose characters the font has.
        template: a name in ``TEMPLATES``.
        font: a name in the fonts' catalogue.

    Returns:
        A 1200x630 JPEG.

    Raises:
        OSError: the picture cannot be decoded.
    """
    canvas = open_on_canvas(picture)
    layout = lay_out(title, load_font(font), TEMPLATES[template])
    draw_title(canvas, TEMPLATES[template], layout)
    return encode_jpeg(canvas)
