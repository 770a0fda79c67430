"""How much of a dark colour a picture needs under white letters, tile by tile.

WCAG 2.2 (1.4.3) requires a contrast of 4.5:1 between text and its surroundings: (1 + 0.05) / (L + 0.05), where L is the
relative luminance of the surroundings, 0 to 1. A tile of 8x8 px is as bright as its brightest pixel: every pixel
counts, so no fine pattern is missed.
"""

import functools

from PIL import Image, ImageChops, ImageFilter

from compositing.colours import BLACK, WEIGHTS, Colour, from_linear, to_linear

__all__ = ["TILE", "luminances", "near_letters", "shade_needed", "target"]

# More than 4.5, to allow for JPEG's changes to the pixels, and for tiles that are not worth a shadow.
CONTRAST = 5.6
# Pixels; a power of two.
TILE = 8

# The luminance of each value of red, green and blue, in 255ths; together they add up to at most 255.
LIGHT = [round(255 * weight * to_linear(value / 255)) for weight in WEIGHTS for value in range(256)]


def target(colour: Colour) -> float:
    """Return the highest luminance that surroundings may have under this colour.

    If the colour's own contrast is hardly above ``CONTRAST``, the target contrast is slightly below the colour's: the
    less of a picture shines through, the less JPEG changes it.
    """
    reached = 1.05 / (colour.luminance + 0.05)
    return 1.05 / min(CONTRAST, 0.98 * reached) - 0.05


def luminances(picture: Image.Image) -> Image.Image:
    """Return the relative luminance of each pixel of an RGB picture, in 255ths."""
    return picture.point(LIGHT).convert("L", (1, 1, 1, 0))


def shade_needed(picture: Image.Image, colour: Colour = BLACK, luminance: float | None = None) -> Image.Image:
    """Return how much of a colour, from 0 to 255, must cover each tile of an RGB picture.

    ``luminance`` is the highest that a tile may then have, above the colour's own; ``target(colour)`` by default.
    """
    highest = target(colour) if luminance is None else luminance
    return _brightest_of_tiles(luminances(picture)).point(_needed(colour, highest))


@functools.lru_cache(maxsize=16)
def _needed(colour: Colour, luminance: float) -> list[int]:
    """Return, for each luminance of a tile in 255ths, how much of a colour must cover it, in 255ths.

    Colours are blended in sRGB values, so this is the tile's distance to the target over its distance to the colour.
    That is exact for greys, and never too little for other colours, by Minkowski's inequality.
    """
    highest, own = from_linear(luminance), from_linear(colour.luminance)
    values = (from_linear(light / 255) for light in range(256))
    return [round(255 * (value - highest) / (value - own)) if value > highest else 0 for value in values]


def near_letters(letters: Image.Image) -> Image.Image:
    """Return a mask of the tiles with letters and the tiles next to them: everything that a letter is read against."""
    return letters.reduce(TILE).point([255 if ink else 0 for ink in range(256)]).filter(ImageFilter.MaxFilter(3))


def _brightest_of_tiles(image: Image.Image) -> Image.Image:
    """Return each tile's highest value, by halving the image in each direction."""
    width, height = -(-image.width // TILE) * TILE, -(-image.height // TILE) * TILE
    if (width, height) != image.size:
        padded = Image.new("L", (width, height))
        padded.paste(image)
        image = padded
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
