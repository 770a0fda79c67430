import pytest

from compositing.bidi import base_level, embedding_levels, visual_order
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.shaping import shape
from compositing.templates import TEMPLATES


@pytest.mark.parametrize(
    ("title", "level"), [("abc", 0), ("שלום", 1), ("123 שלום", 1), ("abc שלום", 0), ("שלום abc", 1), ("123", 0)]
)
def test_a_titles_direction_is_its_first_letters(title: str, level: int) -> None:
    assert base_level(title) == level


def test_levels_are_those_of_the_unicode_algorithm() -> None:
    assert embedding_levels("abc", 0) == [0, 0, 0]
    assert embedding_levels("אב", 1) == [1, 1]
    assert embedding_levels("אב 12", 1) == [1, 1, 1, 2, 2]
    assert embedding_levels("ab אב", 0) == [0, 0, 0, 1, 1]
    assert embedding_levels("א\u200dב", 1) == [1, 1, 1]


def test_runs_are_put_in_the_order_they_are_seen_in() -> None:
    assert visual_order([(0, "a"), (0, "b")]) == ["a", "b"]
    assert visual_order([(1, "a"), (1, "b")]) == ["b", "a"]
    assert visual_order([(1, "a"), (2, "1"), (1, "b")]) == ["b", "1", "a"]
    assert visual_order([(0, "a"), (1, "b"), (1, "c"), (0, "d")]) == ["a", "c", "b", "d"]


def test_arabic_letters_are_joined() -> None:
    """Three times the letter beh is a first, a middle and a last form of it, and none of them is the letter alone."""
    alone = {glyph.index for glyph in shape("ب", load_font("inter"), base=1).glyphs}
    joined = {glyph.index for glyph in shape("ببب", load_font("inter"), base=1).glyphs}
    assert len(joined - alone) >= 2


def test_a_title_from_right_to_left_begins_on_the_right() -> None:
    template = TEMPLATES["bottom-bar"]
    layout = lay_out("שלום עולם", load_font("inter"), template)
    [placed] = layout.lines
    right = placed.x + placed.line.right * layout.scale
    assert template.text.right - 2 <= right <= template.text.right
