"""Encodes the canvas as a JPEG, as good as the limit of its size allows."""

import io

from PIL import Image

from compositing import MAX_BYTES

__all__ = ["QUALITIES", "encode_jpeg"]

FULL_COLOUR, HALF_COLOUR = "4:4:4", "4:2:0"
# Tried in order until the size fits: with colour at full resolution, which keeps letters on vivid colours clean, and
# then at half. Of 50 photographs, 34 fit at 95 and 48 at 92; under heavy grain one fits at 60 or above. Only noise
# itself goes further down, and there no eye sees a difference. Black and white noise fits at the last.
QUALITIES = (
    (95, FULL_COLOUR),
    (92, FULL_COLOUR),
    (88, FULL_COLOUR),
    *((quality, HALF_COLOUR) for quality in range(85, 14, -5)),
)
# The share of the first JPEG's bytes below which another has never come on those photographs. It saves encoding what
# cannot fit.
LEAST = {QUALITIES[1]: 0.65, QUALITIES[2]: 0.5}


def encode_jpeg(canvas: Image.Image, xmp: bytes = b"") -> bytes:
    """Return the canvas as a JPEG of at most ``MAX_BYTES``, at the best quality that fits.

    Args:
        canvas: the picture, RGB.
        xmp: an XMP packet to write into the JPEG, which has no other metadata.
    """
    first = jpeg = _encode(canvas, *QUALITIES[0], xmp)
    for choice in QUALITIES[1:]:
        if len(jpeg) <= MAX_BYTES:
            break
        if LEAST.get(choice, 0) * len(first) <= MAX_BYTES:
            jpeg = _encode(canvas, *choice, xmp)
    return jpeg


def _encode(canvas: Image.Image, quality: int, subsampling: str, xmp: bytes) -> bytes:
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=quality, subsampling=subsampling, xmp=xmp)
    return out.getvalue()
