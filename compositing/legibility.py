"""How dark a picture must be under white letters, place by place.

WCAG 2.2 (1.4.3) wants a contrast of 4.5:1 between text and what surrounds it: (1 + 0.05) / (L + 0.05), where L is the
relative luminance of the surroundings, 0 to 1. A place is a tile of 8x8 px, and as bright as its brightest pixel: every
pixel is looked at, so that no pattern hides between those that are.
"""

from PIL import Image, ImageChops, ImageFilter

__all__ = ["CONTRAST", "TILE", "black_needed", "near_letters"]

# Some more than 4.5, for what JPEG does to the pixels afterwards, and for what is not worth a shadow.
CONTRAST = 5.6
# Pixels; a power of two.
TILE = 8


def _linear(value: float) -> float:
    """Return the light of an sRGB value of 0 to 1 (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _srgb(light: float) -> float:
    return light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


# What each value of red, green and blue adds to the luminance, in 255ths; together they add up to at most 255.
WEIGHTS = (0.2126, 0.7152, 0.0722)
LIGHT = [round(255 * weight * _linear(value / 255)) for weight in WEIGHTS for value in range(256)]
# A grey of this sRGB value (0 to 1) is as bright as the surroundings may be.
BRIGHTEST = _srgb(1.05 / CONTRAST - 0.05)
# The luminance of a place, in 255ths, to the black that it needs over it, in 255ths.
NEEDED = [0] + [round(255 * max(0.0, 1 - BRIGHTEST / _srgb(light / 255))) for light in range(1, 256)]


def black_needed(picture: Image.Image) -> Image.Image:
    """Return how much black, from 0 to 255, each tile of an RGB picture needs over it."""
    luminance = picture.point(LIGHT).convert("L", (1, 1, 1, 0))
    return _brightest_of_tiles(luminance).point(NEEDED)


def near_letters(letters: Image.Image) -> Image.Image:
    """Return a mask of the tiles that a letter is in or next to, and so of all that a letter is read against."""
    return letters.reduce(TILE).point([255 if ink else 0 for ink in range(256)]).filter(ImageFilter.MaxFilter(3))


def _brightest_of_tiles(image: Image.Image) -> Image.Image:
    """Return each tile's highest value: by halves, in each direction."""
    width, height = -(-image.width // TILE) * TILE, -(-image.height // TILE) * TILE
    if (width, height) != image.size:
        whole = Image.new("L", (width, height))
        whole.paste(image)
        image = whole
    size = TILE
    while size > 1:
        image = _brighter_of_pairs(image, (2, 1))
        image = _brighter_of_pairs(image, (1, 2))
        size //= 2
    return image


def _brighter_of_pairs(image: Image.Image, step: tuple[int, int]) -> Image.Image:
    size = (image.width // step[0], image.height // step[1])
    first, second = (
        image.transform(size, Image.Transform.AFFINE, (step[0], 0, x, 0, step[1], y), Image.Resampling.NEAREST)
        for x, y in ((-0.25 * (step[0] - 1), -0.25 * (step[1] - 1)), (0.25 * (step[0] - 1), 0.25 * (step[1] - 1)))
    )
    return ImageChops.lighter(first, second)
