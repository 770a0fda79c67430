"""The whole of compositing on one screen: a picture on the canvas, a template and a title in, JPEG out."""

from PIL import Image

from compositing.canvas import encode_jpeg
from compositing.drawing import draw_title
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import TEMPLATES

__all__ = ["compose"]


def compose(canvas: Image.Image, title: str, template: str, font: str) -> bytes:
    """Set a title on a picture.

    Args:
        canvas: the picture, 1200x630 and RGB, as ``open_on_canvas`` returns it; it is drawn on.
        title: one line of text whose characters the font has.
        template: a name in ``TEMPLATES``.
        font: a name in the fonts' catalogue.

    Returns:
        A 1200x630 JPEG.
    """
    draw_title(canvas, TEMPLATES[template], lay_out(title, load_font(font), TEMPLATES[template]))
    return encode_jpeg(canvas)
