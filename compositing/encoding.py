"""Encodes the canvas as a JPEG, small enough for every messenger, and sharp around letters on vivid colours."""

import io

from PIL import Image

from compositing import MAX_BYTES
from compositing.geometry import Box

__all__ = ["JPEG_QUALITY", "encode_jpeg", "is_colourful"]

JPEG_QUALITY = 85  # The tutorial's.
# Tried in order until the size fits. A photograph under heavy grain fits at 60 or above; only noise itself goes further
# down, and there no eye sees a difference. Black and white noise fits at the last.
QUALITIES = range(JPEG_QUALITY, 20, -5)
HALF_COLOUR, FULL_COLOUR = "4:2:0", "4:4:4"
# The distance from grey, of 127 in Cb or Cr, at which half-resolution colour shows muddy edges around white letters (by
# eye, at 400 %: red and blue do, teal and dark tones do not), and the share of such tiles that matters.
VIVID, VIVID_SHARE = 56, 0.1
# Pixels to a side of a tile.
TILE = 4


def encode_jpeg(canvas: Image.Image, xmp: bytes = b"", *, full_colour: bool = False) -> bytes:
    """Return the canvas as a JPEG of at most ``MAX_BYTES``, at quality 85 or the next lower one that fits.

    Args:
        canvas: the picture, RGB.
        xmp: an XMP packet to write into the JPEG, which has no other metadata.
        full_colour: keep colour at full resolution (4:4:4) if that fits at the same quality.
    """
    for quality in QUALITIES:
        jpeg = _encode(canvas, quality, HALF_COLOUR, xmp)
        if len(jpeg) > MAX_BYTES:
            continue
        # Only now: a canvas that is too large even at 4:2:0 would overflow the buffer that Pillow gives the optimizer.
        sharp = _encode(canvas, quality, FULL_COLOUR, xmp) if full_colour else jpeg
        return sharp if len(sharp) <= MAX_BYTES else jpeg
    return jpeg


def is_colourful(canvas: Image.Image, box: Box) -> bool:
    """Return whether white letters in a box are on colours that 4:2:0 would smear into them."""
    _, *chroma = canvas.crop(box).reduce(TILE).convert("YCbCr").split()
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
