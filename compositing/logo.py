"""Reads, checks and scales a brand's logo."""

import functools
import io
import warnings

from PIL import Image, ImageFilter

from compositing.colour_profile import in_srgb
from compositing.legibility import luminances
from compositing.mark import Logo

__all__ = ["fitted", "read_logo"]

# Pixels: the largest size alone, and the greatest height with a name beside it; the least height, as logos are never
# enlarged; and the most pixels that are decoded.
MAX_SIZE, BESIDE_A_NAME, MIN_HEIGHT, MAX_PIXELS = (320, 88), 64, 48, 16_000_000
OPAQUE = [255 if alpha >= 128 else 0 for alpha in range(256)]
# Shares of the outline's pixels whose luminances stand for all.
QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)


def read_logo(png: bytes, *, has_name: bool = False) -> Logo:
    """Read a PNG, for a mark with or without a name.

    Raises:
        ValueError: it cannot be used; the message says why, and what to give instead.
    """
    image = _opened(png)
    if image.height < MIN_HEIGHT and image.width < MAX_SIZE[0]:
        found = f"{image.width}x{image.height}"
        raise ValueError(f"is {found} pixels without its margins; export it at least {2 * MAX_SIZE[1]} pixels high")
    scale = min(1.0, MAX_SIZE[0] / image.width, (BESIDE_A_NAME if has_name else MAX_SIZE[1]) / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return Logo(png, *size, _outline(_scaled(image, size)))


@functools.lru_cache(maxsize=4)
def fitted(logo: Logo) -> Image.Image:
    """Return the logo at the size at which it is drawn, RGBA."""
    return _scaled(_opened(logo.png), (logo.width, logo.height))


def _opened(png: bytes) -> Image.Image:
    """Return the picture, RGBA and sRGB, without its transparent margins."""
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
    colours = in_srgb(image.convert("RGB"), opened.info.get("icc_profile"))
    colours.putalpha(image.getchannel("A"))
    return colours.crop(visible)


def _scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _outline(image: Image.Image) -> tuple[float, ...]:
    """Return quantiles of the luminance of a logo's outline, which decides where the logo is visible."""
    shape = image.getchannel("A").point(OPAQUE)
    framed = Image.new("L", (image.width + 4, image.height + 4))
    framed.paste(shape, (2, 2))
    inner = framed.filter(ImageFilter.MinFilter(5)).crop((2, 2, image.width + 2, image.height + 2))
    outline = Image.composite(Image.new("L", image.size), shape, inner)
    counts = luminances(image.convert("RGB")).histogram(outline.convert("1"))
    values = [value / 255 for value, count in enumerate(counts) for _ in range(count)]
    return tuple(values[int(share * len(values))] for share in QUANTILES)
