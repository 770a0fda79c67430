"""White letters can be read on any picture: WCAG's 4.5:1 against what lies 3 to 6 px around them, 5th percentile."""

import io
import random

import pytest
from PIL import Image, ImageChops, ImageFilter

from compositing.canvas import open_on_canvas
from compositing.drawing import rasterize
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import CANVAS, TEMPLATES
from compositing.thumbnail import compose
from providers.prompt import STYLES
from providers.simulated_scene import draw_scene

SIZE = (CANVAS.width, CANVAS.height)
TITLE = "Why fan-out beats sequential generation"
PLAIN = ("white", "black", "grey", "noise", "checkerboard 4", "checkerboard 24", "checkerboard 96")


def picture(name: str) -> Image.Image:
    if name in STYLES:
        return open_on_canvas(draw_scene("a subject", name))
    if name == "noise":
        return Image.frombytes("RGB", SIZE, random.Random(1).randbytes(SIZE[0] * SIZE[1] * 3))
    if name.startswith("checkerboard"):
        cell = int(name.split()[1])
        columns, rows = SIZE[0] // cell + 1, SIZE[1] // cell + 1
        squares = bytes(255 * ((x + y) % 2) for y in range(rows) for x in range(columns))
        board = Image.frombytes("L", (columns, rows), squares).resize(
            (columns * cell, rows * cell), Image.Resampling.NEAREST
        )
        return board.crop((0, 0, *SIZE)).convert("RGB")
    return Image.new("RGB", SIZE, "#808080" if name == "grey" else name)


def luminances(image: Image.Image, mask: Image.Image) -> list[float]:
    """Return the relative luminance (0 to 1) of every pixel in the mask, in rising order."""

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


def contrast(name: str, template: str) -> float:
    letters = rasterize(lay_out(TITLE, load_font("inter"), TEMPLATES[template]), CANVAS)
    touched = letters.point(lambda value: 255 if value else 0)
    ring = ImageChops.subtract(touched.filter(ImageFilter.MaxFilter(13)), touched.filter(ImageFilter.MaxFilter(5)))
    image = Image.open(io.BytesIO(compose(picture(name), TITLE, template, "inter")))
    inside = luminances(image, letters.point(lambda value: 255 if value >= 250 else 0))
    text = inside[len(inside) // 2]
    around = luminances(image, ring)
    return (text + 0.05) / (around[int(len(around) * 0.95)] + 0.05)


@pytest.mark.parametrize("name", [*PLAIN, *STYLES])
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_contrast_is_at_least_four_and_a_half(template: str, name: str) -> None:
    assert contrast(name, template) >= 4.5


@pytest.mark.parametrize("template", ["overlay-bottom", "overlay-center"])
def test_a_scrim_is_no_stronger_than_the_picture_needs(template: str) -> None:
    assert contrast("white", template) < 6.5
    assert contrast("grey", template) < 6.5


@pytest.mark.parametrize("template", ["overlay-bottom", "overlay-center"])
def test_a_picture_that_is_dark_enough_gets_no_scrim(template: str) -> None:
    dark = Image.new("RGB", SIZE, "#303030")
    image = Image.open(io.BytesIO(compose(dark, TITLE, template, "inter"))).convert("L")
    values = sorted(image.crop(TEMPLATES[template].text).tobytes())
    assert values[len(values) // 20] >= 0x30 - 2
