"""The contrast of a title on difficult pictures.

It is measured on the finished JPEG, for each letter separately: the relative luminance (WCAG 2.2) of the letter against
the pixels in a ring of 3 to 6 px around it, their 95th percentile for light letters and their 5th for dark ones. WCAG's
level AA requires 4.5.
"""

import io
import random
from dataclasses import replace

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from compositing.arranging import arrange
from compositing.canvas import open_on_canvas
from compositing.fonts import load_font
from compositing.geometry import Box
from compositing.layout import TitleLayout, lay_out
from compositing.rasterizing import rasterize
from compositing.templates import CANVAS, TEMPLATES
from compositing.thumbnail import compose
from providers.simulated_scene import draw_scene
from styles import STYLES

__all__ = ["PATTERNS", "PICTURES", "TITLE", "contrast", "lowest_contrast", "picture"]

SIZE = (CANVAS.width, CANVAS.height)
TITLE = "Why fan-out beats sequential generation"
PATTERNS = ("white", "black", "grey", "noise", "lamps", "stars", "checkerboard 4", "checkerboard 24", "checkerboard 96")
PICTURES = (*PATTERNS, *STYLES)
# White discs on a dark picture, some of them behind letters: their radius and distance in pixels.
LIGHTS = {"lamps": (24, 170), "stars": (3, 61)}
# The ring around a letter that it is read against, in pixels, and its inner part that the JPEG blurs.
RING, BLURRED = 6, 2
INK = [255 if coverage else 0 for coverage in range(256)]


def picture(name: str) -> Image.Image:
    """Return one of ``PICTURES`` on the canvas: a pattern (checkerboards give the cell in px) or a simulated style."""
    if name in STYLES:
        return open_on_canvas(draw_scene("a subject", name))
    if name == "noise":
        return Image.frombytes("RGB", SIZE, random.Random(1).randbytes(SIZE[0] * SIZE[1] * 3))
    if name.startswith("checkerboard"):
        cell = int(name.split()[1])
        columns, rows = SIZE[0] // cell + 1, SIZE[1] // cell + 1
        squares = bytes(255 * ((x + y) % 2) for y in range(rows) for x in range(columns))
        board = Image.frombytes("L", (columns, rows), squares)
        return board.resize((columns * cell, rows * cell), Image.Resampling.NEAREST).crop((0, 0, *SIZE)).convert("RGB")
    if name in LIGHTS:
        return _lights(*LIGHTS[name])
    return Image.new("RGB", SIZE, "#808080" if name == "grey" else name)


def _lights(radius: int, distance: int) -> Image.Image:
    dark = Image.new("RGB", SIZE, "#0a1a22")
    draw = ImageDraw.Draw(dark)
    for x in range(0, SIZE[0], distance):
        for y in range(0, SIZE[1], distance):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill="white")
    return dark.filter(ImageFilter.GaussianBlur(radius / 8))


def contrast(name: str, template: str) -> float:
    """Return the contrast of the title's least legible letter on a picture, 1.0 to 21.0."""
    return lowest_contrast(picture(name), lay_out(TITLE, load_font("inter"), TEMPLATES[template]))


def lowest_contrast(canvas: Image.Image, layout: TitleLayout) -> float:
    """Return the contrast of a layout's least legible letter on a picture."""
    image = Image.open(io.BytesIO(compose(canvas, layout))).convert("RGB")
    _, layout = arrange(canvas, layout)
    letters = rasterize(layout, CANVAS).point(INK)
    found = [21.0]
    for placed in layout.lines:
        for glyph in placed.line.glyphs:
            alone = replace(layout, lines=(replace(placed, line=replace(placed.line, glyphs=(glyph,))),))
            letter = rasterize(alone, CANVAS)
            if ink := letter.getbbox():
                part = Box(*ink).inset(-RING, -RING)
                found.append(_contrast(image.crop(part), letter.crop(part), letters.crop(part)))
    return min(found)


def _contrast(image: Image.Image, letter: Image.Image, letters: Image.Image) -> float:
    near = letter.point(INK).filter(ImageFilter.MaxFilter(2 * RING + 1))
    ring = ImageChops.subtract(near, letters.filter(ImageFilter.MaxFilter(2 * BLURRED + 1)))
    inside = _luminances(image, letter.point([255 if coverage >= 250 else 0 for coverage in range(256)]))
    around = _luminances(image, ring)
    if not inside or not around:
        return 21.0  # A dot too small to cover a pixel.
    letter_light, darkest, brightest = (
        values[int(len(values) * share)] + 0.05 for values, share in ((inside, 0.5), (around, 0.05), (around, 0.95))
    )
    return max(letter_light / brightest, darkest / letter_light)


def _luminances(image: Image.Image, mask: Image.Image) -> list[float]:
    """Return the relative luminance (0 to 1) of every pixel in the mask, in ascending order."""

    def light(value: int, weight: float) -> int:
        part = value / 255
        linear = part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        return round(255 * weight * linear)

    bands = [
        band.point([light(value, weight) for value in range(256)])
        for band, weight in zip(image.split(), (0.2126, 0.7152, 0.0722), strict=True)
    ]
    counts = ImageChops.add(ImageChops.add(bands[0], bands[1]), bands[2]).histogram(mask.convert("1"))
    return [value / 255 for value, count in enumerate(counts) for _ in range(count)]
