"""Covers take their colours from the picture or the brand, and every pair of them can be read."""

import colorsys
from typing import get_args

import pytest
from PIL import Image

from compositing.brand import NO_BRAND, Brand
from compositing.colours import MIN_CONTRAST, WHITE, Colour, contrast_of
from compositing.oklch import Oklch
from compositing.palette import leading_hue, scheme_of
from compositing.templates import Tone

# CSS Color 4's own examples, and others computed with colorjs.io: sRGB and OKLCH.
KNOWN = {
    "#ff0000": (0.628, 0.258, 29.2),
    "#00ff00": (0.866, 0.295, 142.5),
    "#0000ff": (0.452, 0.313, 264.1),
    "#663399": (0.440, 0.160, 303.4),
    "#ffffff": (1.0, 0.0, None),
    "#808080": (0.600, 0.0, None),
}
HUES = range(0, 360, 15)


def plain(hue: float, saturation: float = 0.8) -> Image.Image:
    """Return a picture of one hue."""
    parts = colorsys.hsv_to_rgb(hue / 360, saturation, 0.7)
    return Image.new("RGB", (1200, 640), Colour(*(round(255 * part) for part in parts)))


@pytest.mark.parametrize("colour", KNOWN)
def test_oklch_is_that_of_css(colour: str) -> None:
    found, (lightness, chroma, hue) = Oklch.of(Colour.parse(colour)), KNOWN[colour]
    assert found.lightness == pytest.approx(lightness, abs=0.001)
    assert found.chroma == pytest.approx(chroma, abs=0.001)
    assert hue is None or found.hue == pytest.approx(hue, abs=0.1)


def test_every_colour_survives_the_way_there_and_back() -> None:
    for red in range(0, 256, 15):
        for green in range(0, 256, 15):
            for blue in range(0, 256, 15):
                colour = Colour(red, green, blue)
                assert all(abs(a - b) <= 1 for a, b in zip(Oklch.of(colour).colour(), colour, strict=True))


@pytest.mark.parametrize("hue", HUES)
def test_a_colour_outside_srgb_keeps_lightness_and_hue(hue: float) -> None:
    for lightness in (0.2, 0.5, 0.8):
        found = Oklch.of(Oklch(lightness, 0.4, hue).colour())
        assert found.lightness == pytest.approx(lightness, abs=0.02)
        assert abs((found.hue - hue + 180) % 360 - 180) < 8


@pytest.mark.parametrize("tone", get_args(Tone))
@pytest.mark.parametrize("hue", HUES)
def test_letters_and_names_can_be_read_on_every_hue(tone: Tone, hue: int) -> None:
    picture = plain(hue)
    for brand in (NO_BRAND, Brand(colour=Colour(*picture.getpixel((0, 0))))):  # type: ignore[misc]
        scheme = scheme_of(tone, picture, brand)
        assert contrast_of(scheme.letters.luminance, scheme.ground.luminance) >= MIN_CONTRAST
        assert contrast_of(scheme.name.luminance, scheme.ground.luminance) >= MIN_CONTRAST


@pytest.mark.parametrize("hue", HUES)
def test_ink_paper_and_accent_are_as_light_and_as_quiet_as_they_should_be(hue: int) -> None:
    picture = plain(hue)
    ink, letters, accent = (Oklch.of(colour) for colour in scheme_of("ink", picture, NO_BRAND))
    paper, dark, _ = (Oklch.of(colour) for colour in scheme_of("paper", picture, NO_BRAND))
    assert ink.lightness == pytest.approx(0.24, abs=0.01)
    assert ink.chroma <= 0.08
    assert paper.lightness == pytest.approx(0.965, abs=0.01)
    assert paper.chroma <= 0.02
    assert accent.lightness == pytest.approx(0.80, abs=0.01)
    assert 0.08 <= accent.chroma <= 0.155
    assert letters.lightness == pytest.approx(1.0)
    assert dark == ink
    assert abs((accent.hue - leading_hue(picture).hue + 180) % 360 - 180) < 8


def test_the_hue_is_the_most_chromatic_one_not_the_most_frequent() -> None:
    picture = Image.new("RGB", (1200, 640), "#7d8a8c")
    picture.paste("#e02020", (800, 0, 1200, 400))
    assert abs(leading_hue(picture).hue - Oklch.of(Colour.parse("#e02020")).hue) < 5


@pytest.mark.parametrize("grey", ["black", "white", "#808080", "#82807e"])
def test_a_grey_picture_gets_a_quiet_blue(grey: str) -> None:
    assert 240 < leading_hue(Image.new("RGB", (1200, 640), grey)).hue < 270


def test_a_brands_colours_replace_the_pictures() -> None:
    brand = Brand(colour=Colour.parse("#0a66c2"), accent=Colour.parse("#ffb000"))
    for tone in get_args(Tone):
        assert scheme_of(tone, plain(0), brand).accent == brand.accent
    assert scheme_of("ink", plain(0), brand)[:2] == (brand.colour, WHITE)
    assert Oklch.of(scheme_of("shade", plain(0), brand).ground).lightness <= 0.205
