"""A brand's logo: read once and checked, and fitted into its room."""

import functools
import io
import warnings

from PIL import Image, ImageFilter

from compositing.colours import WEIGHTS, contrast_of, to_linear
from compositing.mark import Logo, Tone
from compositing.templates import MARK_ROOM

__all__ = ["fitted", "read_logo"]

# Pixels: the most of the mark's room that a logo takes, so that a name has room beside it; how many it must have
# itself, as nothing is enlarged; and how many are too many to decode.
LARGEST, LEAST_HEIGHT, MOST_PIXELS = (240, MARK_ROOM[1]), 48, 16_000_000
# WCAG 2.2 (1.4.11) asks for 3 where it is no text, and JPEG takes some; and the share of the outline that must have it.
CONTRAST, SHARE = 3.7, 0.9
# Light from which on a logo can stand on black with that contrast, as black is after JPEG; and a ground of white.
DARKEST_GROUND, WHITE_GROUND = 0.01, 1.0
LIGHT = [round(255 * weight * to_linear(value / 255)) for weight in WEIGHTS for value in range(256)]
OPAQUE = [255 if alpha >= 128 else 0 for alpha in range(256)]


def read_logo(png: bytes) -> Logo:
    """Read a PNG.

    Raises:
        ValueError: saying why it cannot be a logo, and what to give instead.
    """
    image = _opened(png)
    if image.height < LEAST_HEIGHT and image.width < LARGEST[0]:
        size = f"{image.width}x{image.height}"
        raise ValueError(f"is {size} pixels without its margins; export it {2 * LARGEST[1]} pixels high, or higher")
    scale = min(1.0, LARGEST[0] / image.width, LARGEST[1] / image.height)
    fitting = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    tone, ground = _tone(_scaled(image, fitting))
    return Logo(png, *fitting, tone, ground)


@functools.lru_cache(maxsize=4)
def fitted(logo: Logo) -> Image.Image:
    """Return the logo as it is drawn, RGBA."""
    return _scaled(_opened(logo.png), (logo.width, logo.height))


def _opened(png: bytes) -> Image.Image:
    """Return the picture, RGBA, without what is transparent around it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(png), formats=("PNG",))
            if opened.width * opened.height > MOST_PIXELS:
                raise ValueError(f"is {opened.width}x{opened.height} pixels, which is more than a logo needs")
            image = opened.convert("RGBA")
    except ValueError:
        raise
    except MemoryError:
        raise
    except Exception as error:  # Decoders raise whatever they trip over.
        raise ValueError("is no PNG, or a broken one; export the logo as a PNG with a transparent ground") from error
    seen = image.getchannel("A").point(OPAQUE).getbbox()
    if not seen:
        raise ValueError("is transparent everywhere; export the logo with what is to be seen")
    return image.crop(seen)


def _scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _tone(image: Image.Image) -> tuple[Tone, float]:
    """Return whether a logo stands on dark or on white, by its outline, and the brightest ground that it stands on."""
    whole = image.getchannel("A").point(OPAQUE)
    framed = Image.new("L", (image.width + 4, image.height + 4))
    framed.paste(whole, (2, 2))
    inner = framed.filter(ImageFilter.MinFilter(5)).crop((2, 2, image.width + 2, image.height + 2))
    outline = Image.composite(Image.new("L", image.size), whole, inner)
    counts = image.convert("RGB").point(LIGHT).convert("L", (1, 1, 1, 0)).histogram(outline.convert("1"))
    lights = [light / 255 for light, count in enumerate(counts) for _ in range(count)]
    darker, lighter = lights[int((1 - SHARE) * len(lights))], lights[int(SHARE * len(lights))]
    if contrast_of(darker, DARKEST_GROUND) >= CONTRAST and darker > DARKEST_GROUND:
        return "light", (darker + 0.05) / CONTRAST - 0.05
    if contrast_of(lighter, WHITE_GROUND) >= CONTRAST:
        return "dark", WHITE_GROUND
    raise ValueError(
        "has an outline that is light in one place and dark in another, so that it would vanish on any ground; "
        "give the logo in one tone, or with a ground of its own"
    )
