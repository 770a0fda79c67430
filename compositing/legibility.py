"""How much of a dark colour a picture needs under white letters, place by place.

WCAG 2.2 (1.4.3) wants a contrast of 4.5:1 between text and what surrounds it: (1 + 0.05) / (L + 0.05), where L is the
relative luminance of the surroundings, 0 to 1. A place is a tile of 8x8 px, and as bright as its brightest pixel: every
pixel is looked at, so that no pattern hides between those that are.
"""

import functools

from PIL import Image, ImageChops, ImageFilter

from compositing.colours import BLACK, WEIGHTS, Colour, from_linear, to_linear

__all__ = ["TILE", "near_letters", "shade_needed", "target"]

# Some more than 4.5, for what JPEG does to the pixels afterwards, and for what is not worth a shadow.
CONTRAST = 5.6
# Pixels; a power of two.
TILE = 8

# What each value of red, green and blue adds to the luminance, in 255ths; together they add up to at most 255.
LIGHT = [round(255 * weight * to_linear(value / 255)) for weight in WEIGHTS for value in range(256)]


def target(colour: Colour) -> float:
    """Return the luminance that surroundings may have where this colour is laid over them.

    Where the colour itself reaches hardly more contrast than ``CONTRAST``, it is a little less than the colour's: the
    less of a picture shines through, the less can JPEG do to it.
    """
    reached = 1.05 / (colour.luminance + 0.05)
    return 1.05 / min(CONTRAST, 0.98 * reached) - 0.05


def shade_needed(picture: Image.Image, colour: Colour = BLACK, luminance: float | None = None) -> Image.Image:
    """Return how much of a colour, from 0 to 255, each tile of an RGB picture needs over it.

    ``luminance`` is the one that a tile may have then, and above the colour's own; ``target(colour)`` unless given.
    """
    light = picture.point(LIGHT).convert("L", (1, 1, 1, 0))
    return _brightest_of_tiles(light).point(_needed(colour, target(colour) if luminance is None else luminance))


@functools.lru_cache(maxsize=16)
def _needed(colour: Colour, luminance: float) -> list[int]:
    """Return, for each luminance of a place in 255ths, how much of a colour it needs over it, in 255ths.

    In sRGB's values, by which colours are blended, that is how far the place is from the target over how far it is from
    the colour: as of greys, and for no two colours less, by Minkowski's inequality.
    """
    highest, own = from_linear(luminance), from_linear(colour.luminance)
    values = (from_linear(light / 255) for light in range(256))
    return [round(255 * (value - highest) / (value - own)) if value > highest else 0 for value in values]


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
