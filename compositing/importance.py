"""Finds what matters in a picture, without a model: skin with detail, as faces have, detail, and unusual colours.

A face finder would do better on faces. None ships as a wheel for every platform and Python here without a model to
download, and the common ones take more memory than a leaf has.
"""

from collections.abc import Sequence
from itertools import accumulate

from PIL import Image, ImageChops, ImageFilter, ImageStat

__all__ = ["Importance"]

# Cells across a picture; pixels of the scaled picture that a cell sums up, to a side.
ACROSS, FINER = 60, 3
# Skin of any tone: its range of Cb and Cr (Chai and Ngan, 1999, widened for warm light), and the darkest that shows.
SKIN_CB, SKIN_CR, DARKEST = (77, 127), (134, 178), 45
# How much weight skin with detail, detail, an unusual colour, and every cell has; and how much more a face has at the
# top than in the middle, as people stand upright.
FACE, DETAIL, UNUSUAL, EVERY, UPRIGHT = 60.0, 1.0, 1.0, 0.1, 0.75
# Cells: how far a face's weight reaches around its features.
REACH = 3
PRONOUNCED = [round(255 * (value / 255) ** 1.5) for value in range(256)]


class Importance:
    """How much matters in each part of a picture. Sums over any box take four look-ups."""

    def __init__(self, picture: Image.Image) -> None:
        """Weigh each cell of an RGB picture."""
        columns = ACROSS
        rows = max(1, round(ACROSS * picture.height / picture.width))
        self.scale = (columns / picture.width, rows / picture.height)
        fine = picture.resize((columns * FINER, rows * FINER), Image.Resampling.BOX, reducing_gap=2.0)
        detail = _detail(fine.convert("L")).resize((columns, rows), Image.Resampling.BOX)
        coarse = fine.resize((columns, rows), Image.Resampling.BOX).convert("YCbCr").split()
        skin, unusual = _skin(coarse), _unusual(coarse)
        near = skin.filter(ImageFilter.BoxBlur(1))
        face = ImageChops.multiply(near, detail.filter(ImageFilter.BoxBlur(REACH))).point(PRONOUNCED)
        heights = [1 + UPRIGHT * (1 - 2 * row / rows) for row in range(rows) for _ in range(columns)]
        weights = [
            FACE * height * of_face + DETAIL * of_detail + UNUSUAL * of_colour + EVERY * 255
            for height, of_face, of_detail, of_colour in zip(
                heights, face.tobytes(), detail.tobytes(), unusual.tobytes(), strict=True
            )
        ]
        self._sums = [[0.0] * (columns + 1)]
        for row in range(rows):
            line = accumulate(weights[row * columns : (row + 1) * columns], initial=0.0)
            self._sums.append([above + value for above, value in zip(self._sums[-1], line, strict=True)])

    def within(self, left: float, top: float, right: float, bottom: float) -> float:
        """Return the weight within a box of the picture, in its pixels."""
        (x, y), sums = self.scale, self._sums
        columns, rows = len(sums[0]) - 1, len(sums) - 1
        west, east = (min(columns, max(0, round(edge * x))) for edge in (left, right))
        north, south = (min(rows, max(0, round(edge * y))) for edge in (top, bottom))
        return sums[south][east] - sums[north][east] - sums[south][west] + sums[north][west]

    def density(self, left: float, top: float, right: float, bottom: float) -> float:
        """Return the mean weight of the cells within a box of the picture, in its pixels."""
        cells = (right - left) * (bottom - top) * self.scale[0] * self.scale[1]
        return self.within(left, top, right, bottom) / max(1.0, cells)


def _detail(grey: Image.Image) -> Image.Image:
    """Return how much each pixel differs from its surroundings."""
    return ImageChops.difference(grey, grey.filter(ImageFilter.BoxBlur(2))).point([min(255, 6 * v) for v in range(256)])


def _unusual(bands: Sequence[Image.Image]) -> Image.Image:
    """Return how far each pixel's colour, as YCbCr, is from the picture's mean."""
    _, blue, red = (
        ImageChops.difference(band, Image.new("L", band.size, round(ImageStat.Stat(band).mean[0]))) for band in bands
    )
    return ImageChops.add(blue, red)


def _skin(bands: Sequence[Image.Image]) -> Image.Image:
    """Return a mask of the pixels that have the colour of skin, of their bands as YCbCr."""
    inside = ((DARKEST, 250), SKIN_CB, SKIN_CR)
    luma, blue, red = (
        band.point([255 if low <= value <= high else 0 for value in range(256)])
        for band, (low, high) in zip(bands, inside, strict=True)
    )
    return ImageChops.darker(luma, ImageChops.darker(blue, red))
