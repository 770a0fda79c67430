"""How dark a picture must be under white letters, and how much darker it has to be made for that.

WCAG 2.2 (1.4.3) wants a contrast of 4.5:1 between text and what surrounds it: (1 + 0.05) / (L + 0.05), where L is the
relative luminance of the surroundings, 0 to 1.
"""

from PIL import Image, ImageChops, ImageFilter

__all__ = ["CONTRAST", "INK", "scrim_strength"]

# Some more than 4.5, for what JPEG does to the pixels afterwards.
CONTRAST = 5.6
# The share of the surroundings that may be brighter: single pixels of noise do not make letters hard to read.
STRAY = 0.02
# Pixels around a letter that it is read against.
REACH = 6
# The share of a picture's columns, and of its rows, that is looked at.
SAMPLED = 0.382
# As a table: whatever there is of a letter is ink.
INK = [255 if coverage else 0 for coverage in range(256)]


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


def scrim_strength(picture: Image.Image, letters: Image.Image) -> float:
    """Return how much black, from 0 to 1, the picture needs over it to be dark enough around the letters.

    Args:
        picture: RGB, and not yet written on.
        letters: a mask of the same size.
    """
    # Pixels are sampled, not averaged, or a fine pattern's white would pass for grey; and at no whole multiple of one
    # pixel, or a pattern might hide between the samples.
    size = (round(picture.width * SAMPLED), round(picture.height * SAMPLED))
    sample = picture.resize(size, Image.Resampling.NEAREST)
    around = _surroundings(letters.resize(size, Image.Resampling.BOX, reducing_gap=1))
    counts = _luminance(sample).histogram(around)
    allowed = sum(counts) * STRAY
    brightest = 255
    while brightest and (allowed := allowed - counts[brightest]) >= 0:
        brightest -= 1
    grey = _srgb(brightest / 255)
    return 0.0 if grey <= BRIGHTEST else 1 - BRIGHTEST / grey


def _luminance(picture: Image.Image) -> Image.Image:
    return picture.point(LIGHT).convert("L", (1, 1, 1, 0))


def _surroundings(letters: Image.Image) -> Image.Image:
    """Return a mask of what lies within reach of the letters, and is not letter itself."""
    near = letters.filter(ImageFilter.BoxBlur(REACH * SAMPLED)).point(INK)
    return ImageChops.subtract(near, letters.point(INK)).convert("1")
