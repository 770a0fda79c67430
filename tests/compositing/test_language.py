import pytest

from compositing.fonts import load_font
from compositing.languages import han_form, language_of
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
def test_a_titles_language_is_guessed_from_its_words(title: str, language: str) -> None:
    assert language_of(title) == language


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("直す", "jp"),
        ("직 直", "kr"),
        ("直接", "sc"),
        ("設計入門", "jp"),
        ("東京大学", "jp"),
        ("对象存储", "sc"),
        ("日本", "sc"),
        ("為什麼我們選擇開源軟體", "tc"),
        ("在香港搭𨋢的禮儀", "tc"),
    ],
)
def test_han_characters_have_the_regional_form_that_the_title_suggests(title: str, form: str) -> None:
    assert han_form(title) == form
    fonts = {glyph.font.name for glyph in ShapedTitle(title, load_font("inter")).line(0, 1).glyphs}
    assert fonts == {f"noto-sans-{form}"}
