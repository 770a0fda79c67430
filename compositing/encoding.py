"""From the canvas to a JPEG that every messenger shows: small enough, and sharp where letters stand on colour."""

import io

from PIL import Image

from compositing import MOST_BYTES
from compositing.geometry import Box

__all__ = ["JPEG_QUALITY", "encode_jpeg", "is_colourful"]

JPEG_QUALITY = 85  # The reference's.
# Tried one after the other, only as far as the size asks for it. A photograph under heavy grain ends at 60 or above;
# what goes further down is noise itself, in which no eye finds a difference. Black and white noise fits at the last.
QUALITIES = range(JPEG_QUALITY, 20, -5)
HALF_COLOUR, FULL_COLOUR = "4:2:0", "4:4:4"
# How far from grey, of 127 in Cb or Cr, a place is that shows a muddy edge around a white letter at half the colour's
# resolution (looked at, at 400 %: red and blue do, teal and dark tones do not), and the share of places that counts.
VIVID, VIVID_SHARE = 56, 0.1
# Pixels to a side that are looked at as one.
COARSE = 4


def encode_jpeg(canvas: Image.Image, xmp: bytes = b"", *, full_colour: bool = False) -> bytes:
    """Return the canvas as a JPEG of at most ``MOST_BYTES``, at quality 85 or the next lower one that fits.

    Args:
        canvas: the picture, RGB.
        xmp: an XMP packet to write into the JPEG, which has no other metadata.
        full_colour: keep colour at full resolution (4:4:4) where that fits at the same quality.
    """
    for quality in QUALITIES:
        jpeg = _encode(canvas, quality, HALF_COLOUR, xmp)
        if len(jpeg) > MOST_BYTES:
            continue
        # Only now: what is too large even so would overflow the buffer that Pillow gives the optimizer.
        whole = _encode(canvas, quality, FULL_COLOUR, xmp) if full_colour else jpeg
        return whole if len(whole) <= MOST_BYTES else jpeg
    return jpeg


def is_colourful(canvas: Image.Image, box: Box) -> bool:
    """Say whether white letters in a box stand on colours that 4:2:0 would smear into them."""
    _, *chroma = canvas.crop(box).reduce(COARSE).convert("YCbCr").split()
    for band in chroma:
        counts = band.histogram()
        vivid = sum(counts[: 128 - VIVID]) + sum(counts[128 + VIVID :])
        if vivid > VIVID_SHARE * sum(counts):
            return True
    return False


def _encode(canvas: Image.Image, quality: int, subsampling: str, xmp: bytes) -> bytes:
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=quality, subsampling=subsampling, optimize=True, xmp=xmp)
    return out.getvalue()
