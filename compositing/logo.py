"""Reads, checks and scales a brand's logo."""

import functools
import io
import warnings

from PIL import Image, ImageFilter

from compositing.colours import contrast_of
from compositing.legibility import luminances
from compositing.mark import Logo, Tone
from compositing.templates import MARK_ROOM

__all__ = ["fitted", "read_logo"]

# Pixels: the largest size that leaves room for a name next to it; the least height, as logos are never enlarged; and
# the most pixels that are decoded.
MAX_SIZE, MIN_HEIGHT, MAX_PIXELS = (240, MARK_ROOM[1]), 48, 16_000_000
# WCAG 2.2 (1.4.11) requires 3 for graphics, and JPEG costs some; and the share of the outline that must have it.
CONTRAST, SHARE = 3.7, 0.9
# The luminance of a black background after JPEG, and of a white one.
BLACK_BACKGROUND, WHITE_BACKGROUND = 0.01, 1.0
OPAQUE = [255 if alpha >= 128 else 0 for alpha in range(256)]


def read_logo(png: bytes) -> Logo:
    """Read a PNG.

    Raises:
        ValueError: it cannot be used; the message says why, and what to give instead.
    """
    image = _opened(png)
    if image.height < MIN_HEIGHT and image.width < MAX_SIZE[0]:
        found = f"{image.width}x{image.height}"
        raise ValueError(f"is {found} pixels without its margins; export it at least {2 * MAX_SIZE[1]} pixels high")
    scale = min(1.0, MAX_SIZE[0] / image.width, MAX_SIZE[1] / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    tone, background = _tone(_scaled(image, size))
    return Logo(png, *size, tone, background)


@functools.lru_cache(maxsize=4)
def fitted(logo: Logo) -> Image.Image:
    """Return the logo at the size at which it is drawn, RGBA."""
    return _scaled(_opened(logo.png), (logo.width, logo.height))


def _opened(png: bytes) -> Image.Image:
    """Return the picture, RGBA, without its transparent margins."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(png), formats=("PNG",))
            if opened.width * opened.height > MAX_PIXELS:
                raise ValueError(f"is {opened.width}x{opened.height} pixels, more than a logo needs; export it smaller")
            image = opened.convert("RGBA")
    except (ValueError, MemoryError):
        raise
    except Exception as error:  # Decoders raise all kinds of errors.
        raise ValueError(
            "is not a PNG, or is broken; export the logo as a PNG with a transparent background"
        ) from error
    visible = image.getchannel("A").point(OPAQUE).getbbox()
    if not visible:
        raise ValueError("is fully transparent; export the logo with its content")
    return image.crop(visible)


def _scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _tone(image: Image.Image) -> tuple[Tone, float]:
    """Return a logo's tone, by its outline, and the luminance of the brightest background that it is visible on."""
    shape = image.getchannel("A").point(OPAQUE)
    framed = Image.new("L", (image.width + 4, image.height + 4))
    framed.paste(shape, (2, 2))
    inner = framed.filter(ImageFilter.MinFilter(5)).crop((2, 2, image.width + 2, image.height + 2))
    outline = Image.composite(Image.new("L", image.size), shape, inner)
    counts = luminances(image.convert("RGB")).histogram(outline.convert("1"))
    values = [value / 255 for value, count in enumerate(counts) for _ in range(count)]
    darker, lighter = values[int((1 - SHARE) * len(values))], values[int(SHARE * len(values))]
    if contrast_of(darker, BLACK_BACKGROUND) >= CONTRAST and darker > BLACK_BACKGROUND:
        return "light", (darker + 0.05) / CONTRAST - 0.05
    if contrast_of(lighter, WHITE_BACKGROUND) >= CONTRAST:
        return "dark", WHITE_BACKGROUND
    raise ValueError(
        "has an outline that is partly light and partly dark, so it would vanish on any background; export the logo in "
        "one tone, or with a background of its own"
    )
