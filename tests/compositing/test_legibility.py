"""White letters can be read on any picture: WCAG's 4.5:1 against what lies 3 to 6 px around them, 5th percentile."""

import io

import pytest
from PIL import Image

from benchmarks.legibility import PICTURES, TITLE, contrast
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import CANVAS, TEMPLATES
from compositing.thumbnail import compose

SIZE = (CANVAS.width, CANVAS.height)


@pytest.mark.parametrize("name", PICTURES)
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


@pytest.mark.parametrize("cell", range(1, 9))
@pytest.mark.parametrize("turned", [False, True], ids=["columns", "rows"])
def test_no_pattern_hides_between_the_pixels_that_are_looked_at(cell: int, turned: bool) -> None:
    stripes = bytes(255 * (x // cell % 2) for x in range(400))
    picture = Image.frombytes("L", (400, 1), stripes).resize((400, 400), Image.Resampling.NEAREST)
    if turned:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    letters = Image.new("L", (400, 400))
    letters.paste(255, (100, 100, 300, 300))
    white = Image.new("RGB", (400, 400), "white")
    assert scrim_strength(picture.convert("RGB"), letters) == scrim_strength(white, letters)
