"""Colours by lightness, chroma and hue as the eye sees them: OKLCH (Björn Ottosson, 2020; CSS Color 4, section 9.4)."""

import math
from typing import NamedTuple

from compositing.colours import Colour, from_linear, to_linear

__all__ = ["Oklch"]

Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]

# From linear sRGB to the cones' responses, from their cube roots to Oklab, and both ways back.
CONES: Matrix = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
LAB: Matrix = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
ROOTS: Matrix = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
LINEAR: Matrix = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
# The linear light of each sRGB value.
LIGHT = [to_linear(value / 255) for value in range(256)]
# Steps that halve the distance to the largest chroma that sRGB has.
STEPS = 10
# How far outside sRGB a value may be by rounding.
ROUNDING = 0.0005


class Oklch(NamedTuple):
    """A colour: lightness from 0 to 1, chroma from 0 to some 0.3, and hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    @classmethod
    def of(cls, colour: Colour) -> "Oklch":
        """Return an sRGB colour in OKLCH."""
        cones = _product(CONES, *(LIGHT[value] for value in colour))
        lightness, a, b = _product(LAB, *(value ** (1 / 3) for value in cones))
        return cls(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)

    def colour(self) -> Colour:
        """Return the colour in sRGB, with less chroma if sRGB does not have as much."""
        low, high, found = 0.0, self.chroma, self._linear(self.chroma)
        if _is_in_srgb(found):
            return _encoded(found)
        for _ in range(STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if _is_in_srgb(self._linear(middle)) else (low, middle)
        return _encoded(self._linear(low))

    def _linear(self, chroma: float) -> tuple[float, float, float]:
        angle = math.radians(self.hue)
        roots = _product(ROOTS, self.lightness, chroma * math.cos(angle), chroma * math.sin(angle))
        return _product(LINEAR, *(root**3 for root in roots))


def _product(matrix: Matrix, x: float, y: float, z: float) -> tuple[float, float, float]:
    first, second, third = (row[0] * x + row[1] * y + row[2] * z for row in matrix)
    return first, second, third


def _is_in_srgb(linear: tuple[float, float, float]) -> bool:
    return all(-ROUNDING <= value <= 1 + ROUNDING for value in linear)


def _encoded(linear: tuple[float, float, float]) -> Colour:
    return Colour(*(round(255 * from_linear(max(0.0, min(1.0, value)))) for value in linear))
