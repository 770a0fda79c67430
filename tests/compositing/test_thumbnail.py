import io
from typing import Any

import pytest
from PIL import Image

from compositing.arranging import arrange
from compositing.brand import NO_BRAND
from compositing.fonts import load_font
from compositing.layout import TitleLayout, lay_out
from compositing.palette import Scheme, scheme_of
from compositing.templates import TEMPLATES
from compositing.thumbnail import compose

GREY = 140
LIGHT = ("center-box", "framed", "split")


def picture() -> Image.Image:
    return Image.new("RGB", (1200, 800), (GREY, GREY, GREY))


def layout(title: str, template: str, font: str = "inter") -> TitleLayout:
    return lay_out(title, load_font(font), TEMPLATES[template])


def composed(title: str, template: str) -> Image.Image:
    return Image.open(io.BytesIO(compose(picture(), layout(title, template)))).convert("RGB")


def scheme(template: str) -> Scheme:
    return scheme_of(TEMPLATES[template].tone, picture(), NO_BRAND)


def is_near(found: Any, wanted: tuple[int, ...], tolerance: int = 3) -> bool:
    return all(abs(one - other) <= tolerance for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize("template", [name for name, template in TEMPLATES.items() if template.tone != "shade"])
def test_a_title_is_set_on_a_plain_ground_and_the_picture_stays_as_it_is(template: str) -> None:
    image, (_, placed) = composed("Go", template), arrange(picture(), layout("Go", template))
    ink, shown = placed.ink, placed.picture
    assert is_near(image.getpixel((ink.left - 20, ink.top + 5)), scheme(template).ground)
    assert is_near(image.getpixel((shown.right - 24, shown.top + 24)), (GREY, GREY, GREY))


@pytest.mark.parametrize("template", TEMPLATES)
def test_letters_are_white_on_dark_and_ink_on_light(template: str) -> None:
    low, high = composed("Hello", template).convert("L").getextrema()
    if template in LIGHT:
        assert low <= 40  # type: ignore[operator]
    else:
        assert high >= 250  # type: ignore[operator]


def test_a_frame_and_a_card_have_rounded_corners() -> None:
    frame = TEMPLATES["framed"].picture
    assert is_near(composed("Go", "framed").getpixel((frame.left + 1, frame.top + 1)), scheme("framed").ground, 8)
    card = layout("Go", "center-box").card
    assert card
    assert not is_near(
        composed("Go", "center-box").getpixel((card.left + 1, card.top + 1)), scheme("center-box").ground
    )


def test_a_picture_is_not_modified() -> None:
    original = picture()
    for template in TEMPLATES:
        compose(original, layout("Hello", template))
    assert original.tobytes() == picture().tobytes()


def test_the_same_input_gives_the_same_bytes() -> None:
    for template in TEMPLATES:
        again = layout("Again", template, "lora")
        assert compose(picture(), again) == compose(picture(), layout("Again", template, "lora"))
