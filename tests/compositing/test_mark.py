"""A brand on thumbnails: letters and logo are legible on any picture, and never touch."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageFilter

from compositing.arranging import arrange
from compositing.brand import NO_BRAND, Brand
from compositing.brand_file import open_brand
from compositing.colours import MIN_CONTRAST, Colour, contrast_of, darkened
from compositing.drawing import draw_cover
from compositing.fonts import load_font
from compositing.geometry import Box
from compositing.layout import TitleLayout, lay_out
from compositing.logo import fitted
from compositing.mark import CLEAR
from compositing.rasterizing import rasterize
from compositing.templates import CANVAS, MARK_ROOM, MARKS, TEMPLATES
from compositing.thumbnail import compose
from tests.compositing.brands import brand, logo, write_brand
from tests.support.contrast import lowest_contrast, picture

SIZE = (CANVAS.width, CANVAS.height)
INTER = load_font("inter")
TITLE = "Why fan-out beats sequential generation"
HARD = ("white", "black", "noise", "lamps", "stars", "checkerboard 4", "checkerboard 24")
# The brightest colours of their hues that a brand may have.
BARELY = [str(darkened(Colour.parse(colour), MIN_CONTRAST)) for colour in ("#fff", "#f00", "#0090ff")]
LOGOS = {"white": "#ffffff", "yellow": "#ffd166", "orange": "#f08030", "grey": "#777777", "navy": "#12305c"}
PLAIN = [0 if coverage < 250 else 255 for coverage in range(256)]
ANY = [255 if coverage else 0 for coverage in range(256)]


def laid_out(of: Brand, template: str, title: str = TITLE) -> TitleLayout:
    return lay_out(title, INTER, TEMPLATES[template], brand=of)


def composed(canvas: Image.Image, layout: TitleLayout) -> Image.Image:
    return Image.open(io.BytesIO(compose(canvas, layout))).convert("RGB")


def luminances(image: Image.Image, mask: Image.Image) -> list[float]:
    pixels = zip(*(band.tobytes() for band in image.split()), mask.tobytes(), strict=True)
    return sorted(Colour(*colour).luminance for *colour, inside in pixels if inside)


def contrast_around(image: Image.Image, ink: Image.Image) -> float:
    """Return the contrast of the ink against the pixels 3 to 5 px around it, 95th percentile."""
    outline = ImageChops.subtract(ink.point(PLAIN), ink.filter(ImageFilter.MinFilter(5)).point(PLAIN))
    near = ink.point(ANY)
    ring = ImageChops.subtract(near.filter(ImageFilter.MaxFilter(11)), near.filter(ImageFilter.MaxFilter(5)))
    own, around = luminances(image, outline), luminances(image, ring)
    drawn = own[len(own) // 2]
    return min(contrast_of(drawn, around[int(share * (len(around) - 1))]) for share in (0.05, 0.95))


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("template", TEMPLATES)
def test_white_letters_keep_their_contrast_on_colours_that_barely_allow_it(
    tmp_path: Path, template: str, name: str
) -> None:
    for colour in BARELY:
        layout = laid_out(brand(tmp_path / "brand", colour=colour), template)
        assert lowest_contrast(picture(name), layout) >= 4.5, colour


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("corner", MARKS)
def test_title_and_mark_never_touch(tmp_path: Path, template: str, corner: str) -> None:
    titles = (
        "Go",
        TITLE,
        "Jumpy quagmire of object storage, typography and retries " * 3,
        "مرحبا بالعالم هذا عنوان طويل",
    )
    for parts in (
        {"name": "The Daily Fan-out"},
        {"colour_of_logo": "#ffffff"},
        {"colour_of_logo": "#000", "name": "Æ"},
    ):
        given = brand(tmp_path / "brand", **parts, corner=corner)
        for title in titles:
            layout = laid_out(given, template, title)
            assert layout.mark
            box, free = layout.mark.box, layout.mark.box.inset(-CLEAR, -CLEAR)
            ink = Box(*(rasterize(layout, CANVAS).getbbox() or (0, 0, 0, 0)))
            assert ink.right <= free.left or ink.left >= free.right or ink.bottom <= free.top or ink.top >= free.bottom
            assert box.left >= 40
            assert box.right <= CANVAS.width - 40
            assert box.top >= 30
            assert box.bottom <= CANVAS.height - 24
            assert box.width <= MARK_ROOM[0]


@pytest.mark.parametrize("logo", LOGOS)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_logo_is_visible_on_any_picture(tmp_path: Path, template: str, logo: str) -> None:
    for corner, colour in zip(MARKS, ("#000000", BARELY[2], "#7a1f3d", BARELY[0]), strict=True):
        given = brand(tmp_path / "brand", LOGOS[logo], colour=colour, corner=corner)
        layout = laid_out(given, template)
        assert layout.mark
        assert layout.mark.logo
        for name in ("white", "grey", "noise", "checkerboard 24"):
            image, (_, placed) = composed(picture(name), layout), arrange(picture(name), layout)
            assert placed.mark
            ink, part = Image.new("L", SIZE), placed.mark.logo_box.inset(-12, -12)
            ink.paste(fitted(layout.mark.logo).getchannel("A"), placed.mark.logo_box)
            assert contrast_around(image.crop(part), ink.crop(part)) >= 3, (name, corner, colour)


@pytest.mark.parametrize("logo", [None, "#ffffff", "#f08030", "#12305c"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_name_keeps_the_contrast_of_text(tmp_path: Path, template: str, logo: str | None) -> None:
    for corner, colour in zip(MARKS, ("#000000", BARELY[2], "#7a1f3d", BARELY[0]), strict=True):
        given = brand(tmp_path / "brand", logo or "", colour=colour, corner=corner, name="Illicit WIM")
        layout = laid_out(given, template)
        assert layout.mark
        assert layout.mark.name
        for name in ("white", "noise", "checkerboard 24"):
            _, placed = arrange(picture(name), layout)
            assert placed.mark
            assert placed.mark.name
            part = placed.mark.box.inset(-10, -10)
            ink = rasterize(placed.mark.name, part)
            image = composed(picture(name), layout).crop(part)
            assert contrast_around(image, ink) >= 4.5, (name, corner, colour)


@pytest.mark.parametrize("template", ["bottom-bar", "left-panel"])
@pytest.mark.parametrize("colour", ["#0b1f3a", "#ffb000"])
def test_panels_have_the_brands_colour_dark_or_light(tmp_path: Path, template: str, colour: str) -> None:
    layout = laid_out(brand(tmp_path / "brand", colour=colour), template, "Go")
    image = composed(Image.new("RGB", SIZE, "#808080"), layout)
    pixel: Any = image.getpixel((layout.ink.right + 30, layout.ink.top))
    assert all(abs(found - wanted) <= 3 for found, wanted in zip(pixel, Colour.parse(colour), strict=True))


@pytest.mark.parametrize("template", ["overlay-bottom", "overlay-center"])
def test_shades_take_the_brands_hue(tmp_path: Path, template: str) -> None:
    layout = laid_out(brand(tmp_path / "brand", colour="#7a1f3d"), template)
    red, green, blue = composed(Image.new("RGB", SIZE, "white"), layout).getpixel((30, 560))  # type: ignore[misc]
    assert red > blue > green + 5


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_accent_is_a_thin_rule_clear_of_the_title(tmp_path: Path, template: str) -> None:
    layout = laid_out(brand(tmp_path / "brand", accent="#ffb000"), template)
    _, layout = arrange(picture("grey"), layout)
    assert layout.rule
    assert min(layout.rule.width, layout.rule.height) == 6
    assert not layout.rule.overlaps(Box(*(rasterize(layout, CANVAS).getbbox() or (0, 0, 0, 0))))
    drawn = draw_cover(picture("grey"), layout).crop(layout.rule)
    assert drawn.getcolors() == [(layout.rule.width * layout.rule.height, (0xFF, 0xB0, 0))]


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_empty_brand_changes_no_pixel(tmp_path: Path, template: str) -> None:
    plain = lay_out(TITLE, INTER, TEMPLATES[template])
    nothing = laid_out(brand(tmp_path / "brand"), template)
    assert nothing.brand == NO_BRAND
    assert compose(picture("photorealistic"), plain) == compose(picture("photorealistic"), nothing)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_mark_elsewhere_leaves_the_title_as_large_as_it_was(tmp_path: Path, template: str) -> None:
    named = laid_out(brand(tmp_path / "brand", name="acme.dev"), template)
    assert named.size == lay_out(TITLE, INTER, TEMPLATES[template]).size


def test_a_name_is_at_least_26_pixels(tmp_path: Path) -> None:
    for template in TEMPLATES:
        mark = laid_out(brand(tmp_path / "brand", "#ffffff", name="The Daily Fan-out"), template).mark
        assert mark
        assert mark.name
        assert mark.name.size >= 26


def test_an_icon_with_a_dark_word_beside_it_gets_a_plate_on_which_both_are_seen(tmp_path: Path) -> None:
    files = {"logo.png": logo("#f7b500", second="#1c1c1e")}
    given = open_brand(write_brand(tmp_path / "brand", files, logo="logo.png"))
    for template in TEMPLATES:
        layout = laid_out(given, template)
        assert layout.mark
        assert layout.mark.logo
        plate: Any = composed(picture("black"), layout).getpixel((layout.mark.box.left - 6, layout.mark.middle))
        light = Colour(*plate).luminance
        contrasts = sorted(contrast_of(value, light) for value in layout.mark.logo.outline)
        assert contrasts[0] >= 1.45, template  # The JPEG moves it a little.
        assert contrasts[3] >= 3, template


@pytest.mark.parametrize("corner", MARKS)
def test_every_template_has_room_for_a_mark_in_every_corner(corner: Any) -> None:
    for template in TEMPLATES.values():
        room = template.marks[corner]
        assert (room.width, room.height) == MARK_ROOM
        assert (room.left < 600) == corner.endswith("left")
        assert (room.top < 315) == corner.startswith("top")
