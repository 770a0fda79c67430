"""From the provider's bytes to the canvas, and from the canvas to a JPEG."""

import io

from PIL import Image, ImageOps

from compositing.templates import CANVAS

__all__ = ["JPEG_QUALITY", "encode_jpeg", "open_on_canvas"]

JPEG_QUALITY = 85  # The reference's.


def open_on_canvas(picture: bytes) -> Image.Image:
    """Decode a picture and fill the 1200x630 canvas with it: scaled to cover, and cropped evenly, in one pass."""
    with Image.open(io.BytesIO(picture)) as image:
        image.draft("RGB", (CANVAS.width, CANVAS.height))
        upright = ImageOps.exif_transpose(image)
        return _cover(upright.convert("RGB"))


def encode_jpeg(canvas: Image.Image) -> bytes:
    """Return the canvas as a JPEG of quality 85, without metadata."""
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def _cover(image: Image.Image) -> Image.Image:
    scale = max(CANVAS.width / image.width, CANVAS.height / image.height)
    width, height = CANVAS.width / scale, CANVAS.height / scale
    left, top = (image.width - width) / 2, (image.height - height) / 2
    if scale == 1:
        return image.crop((int(left), int(top), int(left) + CANVAS.width, int(top) + CANVAS.height))
    box = (left, top, left + width, top + height)
    return image.resize((CANVAS.width, CANVAS.height), Image.Resampling.LANCZOS, box=box)
