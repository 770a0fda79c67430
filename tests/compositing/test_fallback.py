"""Each word is in one font: the requested one, or a suitable fallback."""

import pytest

from compositing.fallback import missing_characters, set_in_fonts
from compositing.fonts import font_names, load_font
from compositing.layout import lay_out
from compositing.shaping import ShapedTitle
from compositing.templates import TEMPLATES

# Sentences with all or most of a language's letters.
SENTENCES = {
    "Czech": "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "Polish": "Zażółć gęślą jaźń",
    "Turkish": "Pijamalı hasta yağız şoföre çabucak güvendi",
    "Vietnamese": "Xây dựng ứng dụng web với những điều cần biết",
    "Greek": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
    "Russian": "Съешь же ещё этих мягких французских булок",
    "Romanian": "Muzicologă în bej vând whisky și tequila",
    "German": "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich",
}


def fonts_of_words(title: str, font: str) -> list[set[str]]:
    found: list[set[str]] = []
    parts = set_in_fonts(title, load_font(font), "sc")
    start = 0
    for word in title.split(" "):
        end = start + len(word)
        found.append({part.font.name for part in parts if part.font and part.start < end and part.end > start})
        start = end + 1
    return found


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("font", font_names())
def test_every_word_is_in_one_font_with_all_its_glyphs(font: str, language: str) -> None:
    title = SENTENCES[language]
    assert [len(fonts) for fonts in fonts_of_words(title, font)] == [1] * len(title.split())
    assert all(glyph.index for glyph in ShapedTitle(title, load_font(font)).line(0, len(title)).glyphs)
    assert missing_characters(title, load_font(font)) == ""


def test_one_unsupported_word_leaves_the_others_in_the_requested_font() -> None:
    assert fonts_of_words("What every team knows about Ελλάδα", "bangers") == [{"bangers"}] * 5 + [{"roboto-condensed"}]
    assert fonts_of_words("The old café in Łódź", "creepster")[:4] == [{"creepster"}] * 4


def test_all_words_change_font_if_a_third_of_them_is_unsupported() -> None:
    assert set.union(*fonts_of_words("Xây dựng ứng dụng web", "bebas-neue")) == {"oswald"}


def test_a_fallback_for_an_all_capitals_font_uppercases_by_the_languages_rules() -> None:
    def indices(title: str, font: str) -> list[int]:
        return [glyph.index for glyph in ShapedTitle(title, load_font(font)).line(0, len(title)).glyphs]

    assert indices("dựng", "bebas-neue") == indices("DỰNG", "oswald")
    assert indices("işık", "creepster") == indices("İŞIK", "bangers")


def test_punctuation_takes_the_font_of_the_word_next_to_it() -> None:
    [dung] = fonts_of_words("dựng,", "bebas-neue")
    assert dung == {"oswald"}


def test_a_letter_is_composed_from_parts_that_the_font_has() -> None:
    assert fonts_of_words("Grüße ș", "press-start-2p")[1] == {"press-start-2p"}


def test_a_space_takes_the_font_of_the_word_before() -> None:
    parts = set_in_fonts("dựng web", load_font("bebas-neue"), "sc")
    assert [part.font.name for part in parts if part.font and part.start == 4] == ["oswald"]


@pytest.mark.parametrize("filler", ["\u3164", "\uffa0", "\u115f", "\u1160", "\u034f", "\ufe0f"])
def test_filler_characters_are_not_drawn(filler: str) -> None:
    drawn, plain = (
        [(glyph.index, glyph.x) for placed in lay_out(title, load_font("inter"), TEMPLATES["center-box"]).lines
         for glyph in placed.line.glyphs]
        for title in (f"Hello{filler}World", "HelloWorld")
    )  # fmt: skip
    assert len(drawn) == len(plain)
    assert all(index for index, _ in drawn)


def test_adjacent_full_width_punctuation_is_set_half_width() -> None:
    def width(title: str) -> int:
        return ShapedTitle(title, load_font("inter")).width(0, len(title))

    em = 2048
    assert width("計」（基") == width("計」基") + em // 2
    assert width("計）、基") == width("計、基") + em // 2
