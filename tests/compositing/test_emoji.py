"""Every emoji that Unicode recommends is one glyph or is reported: never a box, never a broken sequence."""

import itertools

import emoji
import pytest
from PIL import Image

from compositing.drawing import draw_cover
from compositing.emoji import paint_emoji, vanishes
from compositing.fallback import missing_characters
from compositing.fonts import load_font
from compositing.geometry import Box
from compositing.layout import lay_out
from compositing.legibility import luminances
from compositing.shaping import ShapedTitle
from compositing.templates import CANVAS, TEMPLATES

INTER = load_font("inter")
# Fully qualified emoji (RGI, Unicode's emoji-test.txt), each with its Emoji version.
VERSIONS = {
    text: entry["E"] for text, entry in emoji.EMOJI_DATA.items() if entry["status"] == emoji.STATUS["fully_qualified"]
}
# The newest version that the vendored Noto Color Emoji supports.
FONTS_VERSION = 17


def test_the_list_covers_every_kind_of_sequence() -> None:
    kinds = {
        "a skin tone": "👩🏽‍💻",
        "a flag": "🇫🇷",
        "a region": "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "a family": "👨‍👩‍👧‍👦",
        "a keycap": "#️⃣",
        "a heart": "❤️",
    }
    assert kinds.keys() == {kind for kind, text in kinds.items() if text in VERSIONS}
    assert sum(len(text) > 1 for text in VERSIONS) > 200


def test_each_emoji_is_one_glyph_or_reported_as_missing() -> None:
    apart = []
    for text, version in VERSIONS.items():
        glyphs = [(glyph.font.name, bool(glyph.index)) for glyph in ShapedTitle(text, INTER).line(0, len(text)).glyphs]
        drawn = glyphs == [("noto-color-emoji", True)]
        if not drawn and (version <= FONTS_VERSION or not missing_characters(text, INTER)):
            apart.append(text)
    assert apart == []


def test_each_kind_of_emoji_is_drawn_in_colour() -> None:
    for text in itertools.islice(VERSIONS, 0, None, 97):
        pictures = paint_emoji(lay_out(text, INTER, TEMPLATES["center-box"]), TEMPLATES["center-box"].text)
        assert pictures
        assert pictures.getbbox()
        colours = pictures.getcolors(1 << 20)
        assert colours
        assert len(colours) > 2, text


@pytest.mark.parametrize("template", TEMPLATES)
def test_emoji_stay_in_the_box(template: str) -> None:
    pictures = paint_emoji(lay_out("Ship it 🚀 👩🏽‍💻 🏳️‍🌈 1️⃣", INTER, TEMPLATES[template]), CANVAS)
    assert pictures
    ink, box = pictures.getbbox(), TEMPLATES[template].text
    assert ink
    assert ink[0] >= box.left
    assert ink[1] >= box.top
    assert ink[2] <= box.right
    assert ink[3] <= box.bottom


def test_an_overlay_darkens_around_emoji_too() -> None:
    picture = Image.new("RGB", (1200, 630), "white")
    box = TEMPLATES["overlay-center"].text
    layout = lay_out("🚀", INTER, TEMPLATES["overlay-center"])
    picture = draw_cover(picture, layout)
    pictures = paint_emoji(layout, box)
    assert pictures
    ink = pictures.getbbox()
    assert ink
    beside = (box.left + ink[0] - 4, box.top + (ink[1] + ink[3]) // 2)
    assert picture.convert("L").getpixel(beside) < 200  # type: ignore[operator]


@pytest.mark.parametrize("keycap", ["1\u20e3", "1\ufe0f\u20e3", "#\u20e3"])
def test_a_keycap_is_one_glyph_with_and_without_its_selector(keycap: str) -> None:
    assert [glyph.font.name for glyph in ShapedTitle(keycap, INTER).line(0, len(keycap)).glyphs] == ["noto-color-emoji"]


def test_a_text_selector_prevents_an_emoji() -> None:
    assert not any(glyph.font.is_colour for glyph in ShapedTitle("✔\ufe0e", INTER).line(0, 2).glyphs)


@pytest.mark.parametrize("dark", ["➕", "➖", "✖️", "🖤", "⚫", "🎥", "♠️", "🎩", "🕶️", "🐈‍⬛", "™️"])
def test_a_dark_emoji_has_an_outline_that_is_visible_on_black(dark: str) -> None:
    drawn = Image.new("RGB", (1200, 630), "black")
    layout = lay_out(dark, INTER, TEMPLATES["center-box"])
    painted = paint_emoji(layout, CANVAS)
    assert painted
    drawn.paste(painted, CANVAS, painted)
    [glyph] = layout.lines[0].line.glyphs
    assert vanishes(glyph.font, glyph.index)
    ink = drawn.getbbox()
    assert ink
    rim = Box(*ink)._replace(right=ink[0] + (ink[2] - ink[0]) // 5)
    brightest = max(value for value, count in enumerate(luminances(drawn.crop(rim)).histogram()) if count)
    assert (brightest / 255 + 0.05) / 0.05 >= 10, "three times what WCAG 2.2 (1.4.11) requires of graphics"


@pytest.mark.parametrize("bright", ["🚀", "❤️", "😀", "🔥", "🧠"])
def test_a_bright_emoji_has_no_outline(bright: str) -> None:
    [glyph] = ShapedTitle(bright, INTER).line(0, len(bright)).glyphs
    assert not vanishes(glyph.font, glyph.index)


@pytest.mark.parametrize("light", ["⚪", "🤍", "☁️", "🦢"])
def test_a_light_emoji_has_an_outline_on_paper(light: str) -> None:
    layout = lay_out(light, INTER, TEMPLATES["framed"])
    [glyph] = layout.lines[0].line.glyphs
    assert vanishes(glyph.font, glyph.index, on_paper=True)
    painted = paint_emoji(layout, CANVAS, on_paper=True)
    assert painted
    drawn = Image.new("RGB", (1200, 630), "white")
    drawn.paste(painted, CANVAS, painted)
    assert min(value for value, count in enumerate(luminances(drawn).histogram()) if count) < 40
