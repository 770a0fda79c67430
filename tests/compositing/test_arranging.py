"""A picture is cropped so that what matters in it is seen, whatever its shape."""

import random
from typing import Any

import pytest
from PIL import Image, ImageDraw

from compositing.arranging import arrange, chosen
from compositing.fonts import load_font
from compositing.layout import TitleLayout, lay_out
from compositing.templates import TEMPLATES

INTER = load_font("inter")
SKIN, RED = "#c68a6a", (200, 20, 20)
TITLE = "Why fan-out beats sequential generation"


def laid_out(template: str, title: str = TITLE) -> TitleLayout:
    return lay_out(title, INTER, TEMPLATES[template])


def with_subject(size: tuple[int, int], x: int, y: int, radius: int = 90) -> Image.Image:
    """Return a grey picture with a red, striped disc in it."""
    picture = Image.new("RGB", size, "#8a9098")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=RED)
    for step in range(-radius, radius, 12):
        draw.line((x - radius // 2, y + step // 2, x + radius // 2, y + step // 2), fill="white", width=4)
    return picture


def with_face(size: tuple[int, int], x: int, y: int, radius: int) -> Image.Image:
    """Return a picture with detail everywhere, and a face in it: an oval of skin with eyes and a mouth."""
    picture = Image.frombytes("L", size, random.Random(2).randbytes(size[0] * size[1])).convert("RGB")
    picture = Image.blend(picture, Image.new("RGB", size, "#788090"), 0.7)
    draw, eye = ImageDraw.Draw(picture), radius // 8
    draw.ellipse((x - radius * 3 // 4, y - radius, x + radius * 3 // 4, y + radius), fill=SKIN)
    for side in (-1, 1):
        at = (x + side * radius // 3, y - radius // 4)
        draw.ellipse((at[0] - eye, at[1] - eye, at[0] + eye, at[1] + eye), fill="#1a1410")
    draw.line((x - radius // 3, y + radius // 2, x + radius // 3, y + radius // 2), fill="#7a2a2a", width=eye)
    return picture


def share_seen(picture: Image.Image, layout: TitleLayout, colour: tuple[int, int, int]) -> float:
    """Return the share of a colour's pixels that a cover shows, without those under its card."""
    (part, placed), (crop, _) = arrange(picture, layout), chosen(picture, layout)
    if placed.card:
        part.paste("black", placed.card.moved(-placed.picture.left, -placed.picture.top))
    shrunk = (crop.right - crop.left) * (crop.bottom - crop.top) / (part.width * part.height)

    def count(image: Image.Image) -> int:
        pixels: Any = image.getcolors(1 << 24)
        return sum(n for n, found in pixels if all(abs(a - b) < 12 for a, b in zip(found, colour, strict=True)))

    return shrunk * count(part) / count(picture)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_crop_has_its_parts_size_and_never_leaves_the_picture(template: str) -> None:
    layout = laid_out(template)
    for size in (
        (1200, 630),
        (1201, 630),
        (1200, 631),
        (1200, 800),
        (1199, 1260),
        (2400, 630),
        (1247, 630),
        (1200, 1199),
    ):
        picture = Image.linear_gradient("L").resize((max(1200, size[0]), size[1])).convert("RGB")
        part, placed = arrange(picture, layout)
        assert part.size == (placed.picture.width, placed.picture.height)


@pytest.mark.parametrize("template", ["left-panel", "split"])
@pytest.mark.parametrize("x", [150, 600, 1050])
def test_a_column_shows_the_subject_wherever_it_is(template: str, x: int) -> None:
    assert share_seen(with_subject((1200, 640), x, 320), laid_out(template), RED) > 0.95


@pytest.mark.parametrize("template", ["bottom-bar", "framed"])
@pytest.mark.parametrize("y", [130, 400, 670])
def test_what_a_strip_leaves_shows_the_subject_wherever_it_is(template: str, y: int) -> None:
    assert share_seen(with_subject((1200, 800), 600, y), laid_out(template), RED) > 0.95


@pytest.mark.parametrize(("x", "y"), [(600, 330), (300, 200), (1000, 330), (600, 120)])
def test_a_card_hides_no_subject(x: int, y: int) -> None:
    assert share_seen(with_subject((1200, 640), x, y), laid_out("center-box"), RED) > 0.95


def test_a_card_on_a_calm_picture_stays_in_the_middle() -> None:
    card = laid_out("center-box").card
    assert arrange(Image.new("RGB", (1200, 640), "#456"), laid_out("center-box"))[1].card == card
    assert arrange(with_subject((1200, 640), 1080, 90, 60), laid_out("center-box"))[1].card == card


@pytest.mark.parametrize("template", ["bottom-bar", "framed", "left-panel", "split", "center-box"])
@pytest.mark.parametrize("x", [220, 900])
def test_a_face_is_kept_before_other_detail(template: str, x: int) -> None:
    skin = (0xC6, 0x8A, 0x6A)
    assert share_seen(with_face((1200, 800), x, 330, 130), laid_out(template), skin) > 0.85
