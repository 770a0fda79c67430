"""Decodes the provider's bytes onto the canvas."""

import io
import logging
import math
import warnings

from PIL import Image, ImageOps

from compositing.templates import CANVAS
from errors import PictureError

__all__ = ["open_on_canvas"]

logger = logging.getLogger(__name__)

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP")
# Pixels: the largest picture that a model offers (4K, 16:9) has 17 million; one much larger is a bomb.
MAX_PIXELS, MIN_SIDE = 40_000_000, 64
# A picture with more pixels than LARGE is scaled in strips of STRIP rows of the canvas, to save memory.
LARGE, STRIP = 4_000_000, 35
# The filter's reach to either side, in pixels of the result. resize() reads that far outside its box.
LANCZOS_REACH = 3


def open_on_canvas(picture: bytes) -> Image.Image:
    """Decode a picture and fill the 1200x630 canvas with it: scaled to cover, and cropped evenly, in one pass.

    The result is RGB, in the orientation that the EXIF data gives, and the first frame of an animation.

    Raises:
        PictureError: the bytes are not an image, are truncated, or have a size that no model makes.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(picture), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError("The picture is larger than any model makes.") from error
    except Exception as error:  # Decoders raise all kinds of errors on hostile or broken data.
        raise PictureError(f"The provider's {len(picture)} bytes are not an image.") from error
    with image:
        if image.width * image.height > MAX_PIXELS or min(image.size) < MIN_SIDE:
            size = f"{image.width}x{image.height}"
            raise PictureError(f"The picture is {size} pixels, which no model makes.")
        try:
            image.draft("RGB", (CANVAS.width, CANVAS.height))
            image.load()
            _turn_upright(image)
            return _cover(image)
        except MemoryError:
            raise
        except Exception as error:
            what = f"The picture ({image.format}, {len(picture)} bytes)"
            raise PictureError(f"{what} is broken or cut off.") from error


def _turn_upright(image: Image.Image) -> None:
    try:
        ImageOps.exif_transpose(image, in_place=True)
    except MemoryError:
        raise
    except Exception as error:  # The picture is intact, but its EXIF data is not.
        logger.warning("ignoring the picture's unreadable EXIF data: %s", error)


def _rgb(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return image if image.mode == "RGB" else image.convert("RGB")


def _scalable(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be interpolated; the usual modes are returned without a copy."""
    if image.mode.startswith("I"):  # 16 bits a pixel, which a plain conversion would clip to the lowest 8.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("P", "PA", "1"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _cover(image: Image.Image) -> Image.Image:
    """Fill a canvas with the picture: scaled to cover it, and cropped evenly."""
    # Pixels of the picture per pixel of the canvas.
    scale = min(image.width / CANVAS.width, image.height / CANVAS.height)
    left, top = (image.width - CANVAS.width * scale) / 2, (image.height - CANVAS.height * scale) / 2
    canvas = Image.new("RGB", (CANVAS.width, CANVAS.height))
    rows = CANVAS.height if image.width * image.height <= LARGE else STRIP
    for row in range(0, CANVAS.height, rows):
        box = (left, top + row * scale, left + CANVAS.width * scale, top + (row + rows) * scale)
        canvas.paste(_resized(image, box, rows), (0, row))
    return canvas


def _resized(image: Image.Image, box: tuple[float, float, float, float], rows: int) -> Image.Image:
    """Return the content of the box as rows of the canvas, RGB. Only the part that these need is copied."""
    left, top, right, bottom = box
    reach = math.ceil(LANCZOS_REACH * max(1, (bottom - top) / rows))
    first, last = max(0, math.floor(top) - reach), min(image.height, math.ceil(bottom) + reach)
    part = _scalable(image if last - first == image.height else image.crop((0, first, image.width, last)))
    inside = (left, top - first, right, min(bottom - first, part.height))
    return _rgb(part.resize((CANVAS.width, rows), Image.Resampling.LANCZOS, box=inside))
