"""Decodes the provider's bytes, and scales the picture to cover the canvas."""

import io
import logging
import math
import warnings

from PIL import ExifTags, Image, JpegImagePlugin, PngImagePlugin

from compositing.colour_profile import in_srgb
from compositing.templates import CANVAS
from errors import PictureError

__all__ = ["covering_box", "covering_size", "open_on_canvas"]

logger = logging.getLogger(__name__)

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP")
# Pixels: the largest picture that a model offers (4K, 16:9) has 17 million; one much larger is a bomb.
MAX_PIXELS, MIN_SIDE = 40_000_000, 64
# What turns a picture upright, by its EXIF orientation. Pillow's own function also rewrites the EXIF data, and so may
# fail although the picture is intact.
TURNS: dict[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Those in which a row of the upright picture is a column of the stored one, and those that begin at the far end.
SIDEWAYS = {TURNS[5], TURNS[6], TURNS[7], TURNS[8]}
FROM_THE_END = {TURNS[3], TURNS[4], TURNS[7], TURNS[8]}
# How much longer than the canvas's side a picture may be that covers it: templates choose what they show of that.
LONGEST = 2
# A picture with more pixels than LARGE is scaled in strips of STRIP rows, to save memory.
LARGE, STRIP = 4_000_000, 35
# The filter's reach to either side, in pixels of the result. resize() reads that far outside its box.
LANCZOS_REACH = 3
# Bytes. What decoding may take: an instance's 512 MB without the worker's 110 MB, and 22 MB for all else.
ROOM = 380 * 2**20
# Bytes a pixel, by format. WebP's and AVIF's decoders keep several copies, and TIFF's a strip that may be the picture.
DECODER_BYTES = {"PNG": 4, "WEBP": 16, "AVIF": 20, "GIF": 4, "TIFF": 12, "BMP": 4}
# Bytes for the parts of a picture that are scaled at a time.
SCALING = 16 * 2**20
# Bytes of one text in a PNG. Pillow refuses more than 1 MB, and stops at 64 MB of all texts.
MAX_TEXT = 16 * 2**20


def open_on_canvas(picture: bytes) -> Image.Image:
    """Decode a picture and scale it to cover the 1200x630 canvas, in one pass.

    The result is RGB, in sRGB, in the orientation that the EXIF data gives, and the first frame of an animation. It has
    the canvas's width or height; the other side is as long as the picture's shape makes it, up to twice the canvas's.

    Raises:
        PictureError: the bytes are not an image, are truncated, or have a size that no model makes.
    """
    with _decoded(picture) as image:
        return _cover(image, TURNS.get(_orientation(image)))


def _decoded(picture: bytes) -> Image.Image:
    """Decode the bytes. Only an error raised here means that they are no picture, so that another may be requested."""
    PngImagePlugin.MAX_TEXT_CHUNK = MAX_TEXT
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(picture), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError("The picture is larger than any model makes.") from error
    except Exception as error:  # Decoders raise all kinds of errors on hostile or broken data.
        # WebP's takes memory for the whole picture when it is opened.
        if isinstance(error, MemoryError) or (picture[8:12] == b"WEBP" and not _can_allocate(ROOM)):
            what = f"a picture of {len(picture)} bytes"
            raise MemoryError(f"There is not enough memory in this process to open {what}.") from error
        raise PictureError(f"The provider's {len(picture)} bytes are not an image.") from error
    if image.width * image.height > MAX_PIXELS or min(image.size) < MIN_SIDE:
        size = f"{image.width}x{image.height}"
        raise PictureError(f"The picture is {size} pixels, which no model makes.")
    what = f"The picture ({image.format}, {image.width}x{image.height} pixels, {len(picture)} bytes)"
    pixels = image.width * image.height
    _draft(image)
    needed = bytes_needed(image, pixels) + len(picture)
    if needed > ROOM:
        raise PictureError(
            f"{what} takes {needed >> 20} MB to decode, and there is room for {ROOM >> 20} MB. Ask for a smaller size "
            "or another format."
        )
    try:
        if image.mode == "L":
            image.palette = None  # A GIF's, which its grey first frame does not use, and which Pillow would apply.
        image.load()
        # Pillow reads a palette's transparency only now: an error is the bytes' fault.
        _ = image.has_transparency_data
        if image.mode != "La":
            image.crop((0, 0, 1, 1)).convert("RGBA")
    except Exception as error:
        if isinstance(error, MemoryError) or not _can_allocate(needed):
            raise MemoryError(
                f"{what} takes {needed >> 20} MB to decode, and there is not enough memory in this process."
            ) from error
        raise PictureError(f"{what} is broken or cut off.") from error
    return image


def _draft(image: Image.Image) -> None:
    """Have a JPEG decoded at a fraction of its size that still covers the canvas, in the picture's orientation.

    Other formats ignore it, and PNG's orientation may be known only after decoding.
    """
    sideways = isinstance(image, JpegImagePlugin.JpegImageFile) and TURNS.get(_orientation(image)) in SIDEWAYS
    image.draft("RGB", (CANVAS.height, CANVAS.width) if sideways else (CANVAS.width, CANVAS.height))


def bytes_needed(image: Image.Image, pixels: int) -> int:
    """Return the most memory that decoding and scaling an open picture takes; ``pixels`` is its size before drafting.

    It was measured as the peak of a process (VmHWM), at 5632x5632 pixels.
    """
    if image.format in DECODER_BYTES:
        return pixels * DECODER_BYTES[image.format] + SCALING
    # A JPEG with several scans, such as a progressive one, is first read as 16-bit coefficients in full size.
    return pixels * 2 * len(image.getbands()) + image.width * image.height * 4 + SCALING


def _can_allocate(size: int) -> bool:
    """Return whether so much memory could be had. Several decoders report a lack of it as broken data."""
    try:
        bytes(size)  # Zeros, which the system only promises: unlike bytearray(), it writes none of them.
    except MemoryError:
        return False
    return True


def _orientation(image: Image.Image) -> object:
    """Return the orientation in the picture's EXIF data."""
    try:
        return image.getexif().get(ExifTags.Base.Orientation)
    except MemoryError:
        raise
    except Exception as error:  # The picture is intact, but its EXIF data is not.
        logger.warning("ignoring the picture's unreadable EXIF data: %s", error)
        return None


def _rgb(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    if image.mode == "CMYK":
        image = in_srgb(image, image.info.get("icc_profile"))
    return image if image.mode == "RGB" else image.convert("RGB")


def _scalable(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be interpolated; the usual modes are returned without a copy."""
    if image.mode.startswith("I"):  # 16 bits a pixel, which a plain conversion would clip to the lowest 8.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "La":
        return image.convert("LA")
    if image.mode in ("P", "PA", "1"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _cover(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    """Turn the picture upright, and scale it to cover the canvas."""
    upright = (image.height, image.width) if turn in SIDEWAYS else image.size
    width, height = size = covering_size(*upright)
    scaled = Image.new("RGB", size)
    rows = height if image.width * image.height <= LARGE else STRIP
    for row in range(0, height, rows):
        strip = min(rows, height - row)
        box = covering_box(*upright, size, row, strip)
        scaled.paste(_resized(image, turn, box, (width, strip)), (0, row))
    return scaled if image.mode == "CMYK" else in_srgb(scaled, image.info.get("icc_profile"))


def covering_size(width: int, height: int) -> tuple[int, int]:
    """Return the size at which a picture of this size covers the canvas."""
    if width * CANVAS.height >= height * CANVAS.width:
        return min(LONGEST * CANVAS.width, round(width * CANVAS.height / height)), CANVAS.height
    return CANVAS.width, min(LONGEST * CANVAS.height, round(height * CANVAS.width / width))


def covering_box(
    width: int, height: int, size: tuple[int, int], row: int = 0, rows: int | None = None
) -> tuple[float, float, float, float]:
    """Return which part of a picture fills some rows of another size, cropped evenly: left, top, right, bottom.

    Each edge is one division of whole numbers, so rounding never puts it outside the picture.
    """
    across, down = size
    last_row = down if rows is None else row + rows
    # The shapes of both over a common denominator.
    wide, high = width * down, height * across
    if wide >= high:
        left, right = (wide - high) / (2 * down), (wide + high) / (2 * down)
        return left, height * row / down, right, height * last_row / down
    top = high - wide
    first, last = ((top + 2 * width * each) / (2 * across) for each in (row, last_row))
    return 0, first, width, last


def _resized(
    image: Image.Image, turn: Image.Transpose | None, box: tuple[float, float, float, float], size: tuple[int, int]
) -> Image.Image:
    """Return the content of the box at a size, RGB. Only the part that it needs is copied, and turned."""
    left, top, right, bottom = box
    reach = math.ceil(LANCZOS_REACH * max(1, (bottom - top) / size[1]))
    height = image.width if turn in SIDEWAYS else image.height
    first, last = max(0, math.floor(top) - reach), min(height, math.ceil(bottom) + reach)
    part = _scalable(_upright(image, turn, first, last))
    inside = (left, top - first, right, bottom - first)
    return _rgb(part.resize(size, Image.Resampling.LANCZOS, box=inside))


def _upright(image: Image.Image, turn: Image.Transpose | None, first: int, last: int) -> Image.Image:
    """Return some rows of the picture as it is upright. Turning all of it would take its memory twice."""
    long = image.width if turn in SIDEWAYS else image.height
    if turn in FROM_THE_END:
        first, last = long - last, long - first
    if last - first < long:
        image = image.crop((first, 0, last, image.height) if turn in SIDEWAYS else (0, first, image.width, last))
    return image if turn is None else image.transpose(turn)
