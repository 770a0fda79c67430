"""Composes a thumbnail: a picture on the canvas and a title's layout in, a JPEG out."""

from PIL import Image

from compositing.drawing import draw_title
from compositing.encoding import encode_jpeg, is_colourful
from compositing.layout import TitleLayout

__all__ = ["compose"]


def compose(canvas: Image.Image, layout: TitleLayout, xmp: bytes = b"") -> bytes:
    """Set a title on a picture.

    Args:
        canvas: the picture, 1200x630 and RGB, from ``open_on_canvas``; it is modified.
        layout: the title in its font and template, from ``lay_out``.
        xmp: the JPEG's metadata, from ``xmp_packet``.

    Returns:
        A 1200x630 JPEG of at most 300 KB.
    """
    draw_title(canvas, layout)
    return encode_jpeg(canvas, xmp, full_colour=is_colourful(canvas, layout.template.text))
