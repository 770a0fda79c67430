"""A stretch measured as part of the whole title is as wide as when shaped alone."""

import pytest

from compositing.fonts import UNITS_PER_EM, load_font
from compositing.shaping import ShapedTitle

TITLES = (
    "Why fan-out beats sequential generation",
    "Efficient AVATAR “Tea” To Yes",
    "תעלם React (JavaScript) עכשיו",
    "تعلم React (JavaScript) الآن",
    "हिन्दी में शीर्षक ज्ञान",
    "「設計」（基礎）、データ。",
    "Ship it 🚀 now",
)


@pytest.mark.parametrize("font", ["inter", "pacifico", "bebas-neue"])
@pytest.mark.parametrize("title", TITLES)
def test_a_stretch_between_spaces_is_as_wide_as_measured(title: str, font: str) -> None:
    shaped = ShapedTitle(title, load_font(font))
    starts = [0, *(place + 1 for place, character in enumerate(title) if character == " ")]
    ends = [*(start - 1 for start in starts[1:]), len(title)]
    for first, start in enumerate(starts):
        for end in ends[first:]:
            assert shaped.width(start, end) == pytest.approx(shaped.line(start, end).width, abs=UNITS_PER_EM / 6)


def test_tracking_tightens_letters_but_not_spaces() -> None:
    def advance(text: str) -> int:
        title = ShapedTitle(text, load_font("inter"))
        return title.width(0, len(text))

    inter = load_font("inter")
    letter = inter.shaper.get_glyph_h_advance(inter.shaper.get_nominal_glyph(ord("n")))
    space = inter.shaper.get_glyph_h_advance(inter.shaper.get_nominal_glyph(ord(" ")))
    assert advance("nnn") - advance("nn") == letter + inter.tracking < letter
    assert advance("n n") - advance("nn") == space


def test_tracking_does_not_apply_to_joined_scripts() -> None:
    closer, plain = (ShapedTitle("ببب", load_font(font)) for font in ("inter", "bangers"))
    assert closer.width(0, 3) == plain.width(0, 3)


def test_a_hyphen_is_set_in_reading_order() -> None:
    [*_, last] = ShapedTitle("abc", load_font("inter")).line(0, 2, "-").glyphs
    assert last.index == load_font("inter").shaper.get_nominal_glyph(ord("-"))


@pytest.mark.parametrize("font", ["raleway", "playfair"])
def test_figures_are_as_high_as_capitals(font: str) -> None:
    title = ShapedTitle("0123456789", load_font(font))
    for place in range(10):
        assert title.line(place, place + 1).top >= 0.9 * load_font(font).cap_height
        assert title.line(place, place + 1).bottom > -UNITS_PER_EM / 20
