"""Mixed text is in order; ``test_browser_order`` compares many titles with a browser."""

import pytest

from compositing.bidi import base_level, embedding_levels, visual_order
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.shaping import ShapedTitle
from compositing.templates import TEMPLATES


def in_order(text: str) -> str:
    """Return the characters of a text from left to right."""
    return "".join(visual_order(list(zip(embedding_levels(text, base_level(text)), text, strict=True))))


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("abc", 0),
        ("שלום", 1),
        ("123 שלום", 1),
        ("123", 0),
        ("Kubernetes: آموزش کامل برای مبتدیان!", 1),
        ("React.js 19: ما الجديد؟", 1),
        ("Python 3.14 — מה חדש?", 1),
        ("Docker للمبتدئين", 1),
        ("הפקודה `git push --force` מסוכנת", 1),
        ("The word שלום in print", 0),
        ("שלום is the Hebrew word for hello and goodbye", 0),
    ],
)
def test_a_title_has_the_direction_of_most_of_its_words(title: str, level: int) -> None:
    assert base_level(title) == level


def test_a_direction_mark_at_the_start_decides() -> None:
    assert base_level("\u200fNode.js 22") == 1
    assert base_level("\u200eReact: ما الجديد؟") == 0


def test_a_letter_beyond_the_basic_plane_has_one_level() -> None:
    assert embedding_levels("𝒳א𞤀", 0) == [0, 1, 1]


def test_brackets_and_isolates_keep_their_content_together() -> None:
    assert in_order("אב Flask (API)") == "Flask (API) בא"
    assert in_order("a \u2067א!\u2069 b").replace("\u2067", "").replace("\u2069", "") == "a !א b"


def test_runs_are_put_in_visual_order() -> None:
    assert visual_order([(0, "a"), (0, "b")]) == ["a", "b"]
    assert visual_order([(1, "a"), (1, "b")]) == ["b", "a"]
    assert visual_order([(1, "a"), (2, "1"), (1, "b")]) == ["b", "1", "a"]
    assert visual_order([(0, "a"), (1, "b"), (1, "c"), (0, "d")]) == ["a", "c", "b", "d"]


def test_arabic_letters_are_joined() -> None:
    """Three behs in a row take the initial, medial and final forms, none of which is the isolated form."""
    alone = {glyph.index for glyph in ShapedTitle("ب", load_font("inter")).line(0, 1).glyphs}
    joined = {glyph.index for glyph in ShapedTitle("ببب", load_font("inter")).line(0, 3).glyphs}
    assert len(joined - alone) >= 2


def test_a_right_to_left_title_starts_on_the_right() -> None:
    template = TEMPLATES["bottom-bar"]
    layout = lay_out("שלום עולם", load_font("inter"), template)
    [placed] = layout.lines
    right = placed.x + placed.line.right * layout.scale
    assert template.text.right - 2 <= right <= template.text.right


def test_each_line_has_the_directions_of_the_whole_title() -> None:
    """A number after an Arabic word is an Arabic number, even at the start of a line (rule W2)."""
    title = ShapedTitle("النسخة 12-34", load_font("inter"))
    start = title.text.index("12")
    whole = title.line(0, len(title.text))
    alone = title.line(start, len(title.text))
    digits = [glyph.index for glyph in whole.glyphs][: len(alone.glyphs)]
    assert digits == [glyph.index for glyph in alone.glyphs]
    one = load_font("inter").shaper.get_nominal_glyph(ord("1"))
    assert digits.index(one) > 0
