"""The whole of compositing on one screen: a picture on the canvas and a title's layout in, JPEG out."""

from PIL import Image

from compositing.drawing import draw_title
from compositing.encoding import encode_jpeg, is_colourful
from compositing.layout import TitleLayout

__all__ = ["compose"]


def compose(canvas: Image.Image, layout: TitleLayout, xmp: bytes = b"") -> bytes:
    """Set a title on a picture.

    Args:
        canvas: the picture, 1200x630 and RGB, as ``open_on_canvas`` returns it; it is drawn on.
        layout: the title in its font and template, as ``lay_out`` returns it.
        xmp: what the JPEG says of itself, as ``xmp_packet`` returns it.

    Returns:
        A 1200x630 JPEG of at most 300 KB.
    """
    draw_title(canvas, layout)
    return encode_jpeg(canvas, xmp, full_colour=is_colourful(canvas, layout.template.text))
