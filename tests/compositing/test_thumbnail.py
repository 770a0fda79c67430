import io

import pytest
from PIL import Image, ImageChops

from compositing.fonts import load_font
from compositing.layout import TitleLayout, lay_out
from compositing.templates import TEMPLATES
from compositing.thumbnail import compose

GREY = 140


def picture() -> Image.Image:
    return Image.new("RGB", (1200, 630), (GREY, GREY, GREY))


def layout(title: str, template: str, font: str = "inter") -> TitleLayout:
    return lay_out(title, load_font(font), TEMPLATES[template])


def composed(title: str, template: str) -> Image.Image:
    return Image.open(io.BytesIO(compose(picture(), layout(title, template)))).convert("L")


@pytest.mark.parametrize("template", [name for name, template in TEMPLATES.items() if template.panel])
def test_a_panel_is_black_at_alpha_200_and_changes_nothing_else(template: str) -> None:
    panel = TEMPLATES[template].panel
    assert panel
    image = composed("Go", template)
    assert abs(image.getpixel((panel.left + 30, panel.top + 8)) - GREY * 55 // 255) <= 2  # type: ignore[operator]
    untouched = Image.new("L", image.size, GREY)
    untouched.paste(image.crop(panel), panel)
    difference = ImageChops.difference(image, untouched)
    difference.paste(0, (panel.left - 8, panel.top - 8, panel.right + 8, panel.bottom + 8))  # JPEG's blocks
    assert difference.getextrema()[1] <= 2  # type: ignore[operator]


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_title_is_white(template: str) -> None:
    box = TEMPLATES[template].text
    assert composed("Hello", template).crop(box).getextrema()[1] >= 250  # type: ignore[operator]


def test_only_the_centre_box_has_rounded_corners() -> None:
    for template, at_corner in {"center-box": GREY, "bottom-bar": GREY * 55 // 255}.items():
        panel = TEMPLATES[template].panel
        assert panel
        corner = composed("Go", template).getpixel((panel.left + 1, panel.top + 1))
        assert abs(corner - at_corner) <= 6, template  # type: ignore[operator]


def test_the_same_input_gives_the_same_bytes() -> None:
    again = layout("Again", "left-panel", "lora")
    assert compose(picture(), again) == compose(picture(), layout("Again", "left-panel", "lora"))
