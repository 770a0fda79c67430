"""Every letter is legible on any picture: WCAG's 4.5:1 against the pixels 3 to 6 px around it, 95th percentile."""

import io

import pytest
from PIL import Image, ImageDraw, ImageFilter

from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.legibility import TILE, shade_needed
from compositing.templates import CANVAS, TEMPLATES
from compositing.thumbnail import compose
from tests.support.contrast import PICTURES, TITLE, contrast, lowest_contrast

SIZE = (CANVAS.width, CANVAS.height)
OVERLAYS = ("overlay-bottom", "overlay-center")
INTER = load_font("inter")


def composed(picture: Image.Image, title: str, template: str) -> Image.Image:
    layout = lay_out(title, INTER, TEMPLATES[template])
    return Image.open(io.BytesIO(compose(picture.copy(), layout))).convert("L")


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_letter_has_a_contrast_of_at_least_4_5(template: str, name: str) -> None:
    assert contrast(name, template) >= 4.5


@pytest.mark.parametrize("radius", [6, 18, 40])
@pytest.mark.parametrize("template", OVERLAYS)
def test_a_letter_stays_legible_in_front_of_a_lamp(template: str, radius: int) -> None:
    layout = lay_out(TITLE, INTER, TEMPLATES[template])
    for placed in layout.lines:
        for glyph in placed.line.glyphs[::3]:
            dark = Image.new("RGB", SIZE, "#0a1a22")
            x, y = placed.x + glyph.x * layout.scale, placed.baseline - 20
            ImageDraw.Draw(dark).ellipse((x - radius, y - radius, x + radius, y + radius), fill="white")
            assert lowest_contrast(dark.filter(ImageFilter.GaussianBlur(2)), layout) >= 4.5


def test_every_pixel_of_a_tile_counts() -> None:
    white = shade_needed(Image.new("RGB", (TILE, TILE), "white")).getpixel((0, 0))
    for place in range(TILE * TILE):
        tile = Image.new("RGB", (TILE, TILE))
        tile.putpixel((place % TILE, place // TILE), (255, 255, 255))
        assert shade_needed(tile).getpixel((0, 0)) == white


@pytest.mark.parametrize("cell", range(1, 9))
@pytest.mark.parametrize("turned", [False, True], ids=["columns", "rows"])
def test_letters_stay_legible_on_stripes(cell: int, turned: bool) -> None:
    stripes = bytes(255 * (at // cell % 2) for at in range(CANVAS.width))
    picture = Image.frombytes("L", (CANVAS.width, 1), stripes).resize((CANVAS.width, CANVAS.width))
    if turned:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    layout = lay_out("Retries", INTER, TEMPLATES["overlay-center"])
    assert lowest_contrast(picture.crop(CANVAS).convert("RGB"), layout) >= 4.5


@pytest.mark.parametrize("template", OVERLAYS)
def test_a_picture_is_darkened_no_more_than_necessary(template: str) -> None:
    assert contrast("white", template) < 6.5
    assert contrast("grey", template) < 6.5


@pytest.mark.parametrize("template", OVERLAYS)
def test_a_dark_picture_stays_as_it_is(template: str) -> None:
    image = composed(Image.new("RGB", SIZE, "#303030"), TITLE, template)
    values = sorted(image.tobytes())
    assert values[len(values) // 50] >= 0x30 - 2


@pytest.mark.parametrize("colour", ["white", "#f2eee6", "#a0b0c0"])
@pytest.mark.parametrize("template", OVERLAYS)
def test_a_shade_has_no_visible_edge(template: str, colour: str) -> None:
    """Away from the letters, pixels 4 px apart differ by no more than a gradient's steps and its noise."""
    image = composed(Image.new("RGB", SIZE, colour), "Retries", template)
    layout = lay_out("Retries", INTER, TEMPLATES[template])
    [placed] = layout.lines
    top, bottom = (round(placed.baseline - edge * layout.scale) for edge in (placed.line.top, placed.line.bottom))
    margin = 16  # JPEG's blocks are 16 px wide at half colour resolution.
    for part in ((0, 0, CANVAS.width, top - margin), (0, bottom + margin, CANVAS.width, CANVAS.height)):
        plain = image.crop(part)
        for x, y in ((4, 0), (0, 4)):
            width, height = plain.width - x, plain.height - y
            pairs = zip(
                plain.crop((0, 0, width, height)).tobytes(),
                plain.crop((x, y, x + width, y + height)).tobytes(),
                strict=True,
            )
            assert max(abs(one - other) for one, other in pairs) <= 8


def test_a_gradient_leaves_the_top_fifth_unchanged() -> None:
    image = composed(Image.new("RGB", SIZE, "white"), TITLE, "overlay-bottom")
    assert image.crop((0, 0, CANVAS.width, 140)).getextrema() == (255, 255)
