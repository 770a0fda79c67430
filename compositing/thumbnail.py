"""Composes a thumbnail: a picture and a title's layout in, a JPEG out."""

from PIL import Image

from compositing.drawing import draw_cover
from compositing.encoding import encode_jpeg
from compositing.layout import TitleLayout
from compositing.simulated import mark_simulated

__all__ = ["compose"]


def compose(picture: Image.Image, layout: TitleLayout, xmp: bytes = b"", *, simulated: bool = False) -> bytes:
    """Set a title on a picture.

    Args:
        picture: RGB, from ``open_on_canvas``; it is not modified.
        layout: the title in its font and template, from ``lay_out``.
        xmp: the JPEG's metadata, from ``xmp_packet``.
        simulated: whether no model drew the picture, which the thumbnail then says.

    Returns:
        A 1200x630 JPEG of at most 300 KB, in sRGB.
    """
    thumbnail = draw_cover(picture, layout)
    if simulated:
        mark_simulated(thumbnail)
    return encode_jpeg(thumbnail, xmp)
