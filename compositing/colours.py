"""Colours and their contrast (WCAG 2.2, 1.4.3): (L + 0.05) / (l + 0.05)."""

import re
from typing import NamedTuple

__all__ = [
    "BLACK",
    "MIN_CONTRAST",
    "WEIGHTS",
    "WHITE",
    "Colour",
    "contrast_of",
    "darkened",
    "from_linear",
    "to_linear",
]

# The weights of red, green and blue in the relative luminance.
WEIGHTS = (0.2126, 0.7152, 0.0722)


class Colour(NamedTuple):
    """An sRGB colour, each part from 0 to 255."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        """Return the colour in the notation of ``brand.json`` and CSS."""
        return "#{:02x}{:02x}{:02x}".format(*self)

    @classmethod
    def parse(cls, text: str) -> "Colour":
        """Read ``#rrggbb`` or ``#rgb``. Raises ValueError."""
        if not re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text):
            raise ValueError("is not a colour; write it as #rrggbb, such as #1b365d")
        digits = text[1:] if len(text) == 7 else "".join(2 * digit for digit in text[1:])
        return cls(*bytes.fromhex(digits))

    @property
    def luminance(self) -> float:
        """The relative luminance, from 0 (black) to 1 (white)."""
        return sum(weight * to_linear(value / 255) for weight, value in zip(WEIGHTS, self, strict=True))


# The contrast of letters with a plain ground. WCAG asks for 4.5; JPEG's ripples around letters cost up to 17 %, as
# measured on a vivid red beside a picture of pure noise.
MIN_CONTRAST = 5.6
BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)


def to_linear(value: float) -> float:
    """Return the linear light, 0 to 1, of an sRGB value, 0 to 1 (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def from_linear(light: float) -> float:
    """Return the sRGB value, 0 to 1, of linear light, 0 to 1."""
    return light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def contrast_of(one: float, other: float) -> float:
    """Return the contrast of two luminances, from 1 to 21."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def darkened(colour: Colour, contrast: float) -> Colour:
    """Return the colour, darkened within its hue just enough for white to have this contrast on it."""
    target = 1.05 / contrast - 0.05
    if colour.luminance <= target:
        return colour
    share = target / colour.luminance
    return Colour(*(int(255 * from_linear(share * to_linear(value / 255))) for value in colour))
