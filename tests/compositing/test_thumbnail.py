import io

import pytest
from PIL import Image, ImageChops

from compositing.templates import CANVAS, TEMPLATES
from compositing.thumbnail import compose

GREY = 140


def picture() -> Image.Image:
    return Image.new("RGB", (1200, 630), (GREY, GREY, GREY))


def composed(title: str, template: str) -> Image.Image:
    return Image.open(io.BytesIO(compose(picture(), title, template, "inter"))).convert("L")


@pytest.mark.parametrize("template", [name for name, template in TEMPLATES.items() if template.panel])
def test_a_panel_is_black_at_alpha_200_and_nothing_else_is_touched(template: str) -> None:
    panel = TEMPLATES[template].panel
    assert panel
    image = composed("Go", template)
    assert abs(image.getpixel((panel.left + 8, panel.top + 8)) - GREY * 55 // 255) <= 2  # type: ignore[operator]
    untouched = Image.new("L", image.size, GREY)
    untouched.paste(image.crop(panel), panel)
    difference = ImageChops.difference(image, untouched)
    difference.paste(0, (panel.left - 8, panel.top - 8, panel.right + 8, panel.bottom + 8))  # JPEG's blocks
    assert difference.getextrema()[1] <= 2  # type: ignore[operator]


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_title_is_there_and_white(template: str) -> None:
    box = TEMPLATES[template].text
    assert composed("Hello", template).crop(box).getextrema()[1] >= 250  # type: ignore[operator]


@pytest.mark.parametrize("template", ["overlay-bottom", "overlay-center"])
def test_an_overlay_darkens_around_the_letters_alone(template: str) -> None:
    image = composed("Hello", template)
    assert image.crop((0, 0, CANVAS.width, 60)).getextrema() == (GREY, GREY)
    assert image.crop(TEMPLATES[template].text).getextrema()[0] < GREY * 3 // 4  # type: ignore[operator]


def test_the_same_input_gives_the_same_bytes() -> None:
    assert compose(picture(), "Again", "left-panel", "lora") == compose(picture(), "Again", "left-panel", "lora")
