import pytest

from compositing.fonts import load_font
from compositing.languages import han_look, language_of
from compositing.shaping import ShapedTitle


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("The state of the art", "en"),
        ("Der Stand der Technik", "de"),
        ("Rechtsschutzversicherungsgesellschaften vergleichen", "de"),
        ("Comment écrire une API avec Go", "fr"),
        ("Kullanıcı arayüzü için ipuçları", "tr"),
        ("Zażółć gęślą jaźń", "pl"),
        ("Kubernetes 1.31", ""),
    ],
)
def test_a_titles_words_show_its_language_where_they_can(title: str, language: str) -> None:
    assert language_of(title) == language


def test_what_is_known_of_the_language_goes_before_what_words_say() -> None:
    assert language_of("The state of the art", "de-CH") == "de"


@pytest.mark.parametrize(
    ("title", "language", "look"),
    [
        ("直す", "", "jp"),
        ("직 直", "", "kr"),
        ("直接", "", "sc"),
        ("設計入門", "", "jp"),
        ("東京大学", "", "jp"),
        ("对象存储", "", "sc"),
        ("日本", "", "sc"),
        ("日本", "ja", "jp"),
        ("設計入門", "zh-Hant", "sc"),
        ("直接", "ko", "kr"),
    ],
)
def test_han_characters_look_as_the_language_or_the_title_says(title: str, language: str, look: str) -> None:
    assert han_look(title, language) == look
    fonts = {glyph.font.name for glyph in ShapedTitle(title, load_font("inter"), language).line(0, 1).glyphs}
    assert fonts == {f"noto-sans-{look}"}
