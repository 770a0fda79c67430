"""Text passes all of Unicode's own bidirectional tests (version 15.0)."""

import lzma
from collections.abc import Iterator
from pathlib import Path

import pytest

from compositing.bidi import base_level, embedding_levels, visual_order
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.shaping import ShapedTitle
from compositing.templates import TEMPLATES

UNICODE = Path(__file__).with_name("unicode")
# A character of each class, for Unicode's tests of classes.
EXAMPLES = {
    "L": "a",
    "R": "א",
    "AL": "ا",
    "EN": "1",
    "ES": "+",
    "ET": "$",
    "AN": "٠",
    "CS": ",",
    "NSM": "\u0300",
    "BN": "\u00ad",
    "B": "\u2029",
    "S": "\t",
    "WS": " ",
    "ON": "!",
    "LRE": "\u202a",
    "RLE": "\u202b",
    "PDF": "\u202c",
    "LRO": "\u202d",
    "RLO": "\u202e",
    "LRI": "\u2066",
    "RLI": "\u2067",
    "FSI": "\u2068",
    "PDI": "\u2069",
}


def lines_of(name: str) -> Iterator[str]:
    with lzma.open(UNICODE / f"{name}.xz", "rt") as file:
        for line in file:
            if text := line.split("#")[0].strip():
                yield text


def is_as_expected(text: str, base: int, levels: list[str], order: list[int]) -> bool:
    """Compare levels, where x stands for any, and the visual order of the characters that have one."""
    found = embedding_levels(text, base)
    same = all(level in ("x", str(got)) for level, got in zip(levels, found, strict=True))
    shown = [(got, place) for place, (level, got) in enumerate(zip(levels, found, strict=True)) if level != "x"]
    return same and visual_order(shown) == order


@pytest.mark.slow
def test_all_of_unicodes_91_707_texts_have_the_right_levels_and_order() -> None:
    count = 0
    for line in lines_of("BidiCharacterTest.txt"):
        codes, direction, level, levels, order = line.split(";")
        text = "".join(chr(int(code, 16)) for code in codes.split())
        base = base_level(text) if direction == "2" else int(direction)
        assert base == int(level), line
        assert is_as_expected(text, base, levels.split(), [int(place) for place in order.split()]), line
        count += 1
    assert count == 91_707


@pytest.mark.slow
def test_all_of_unicodes_770_241_class_sequences_have_the_right_levels_and_order() -> None:
    levels: list[str] = []
    order: list[int] = []
    count = 0
    for line in lines_of("BidiTest.txt"):
        if line.startswith("@Levels:"):
            levels = line.split()[1:]
        elif line.startswith("@Reorder:"):
            order = [int(place) for place in line.split()[1:]]
        else:
            classes, directions = line.split(";")
            text = "".join(EXAMPLES[name] for name in classes.split())
            asked = [base for bit, base in ((1, base_level(text)), (2, 0), (4, 1)) if int(directions, 16) & bit]
            for base in set(asked):  # A text's own direction is one of the two, and has the same result.
                assert is_as_expected(text, base, levels, order), (line, base)
            count += len(asked)
    assert count == 770_241


@pytest.mark.parametrize(
    ("title", "level"), [("abc", 0), ("שלום", 1), ("123 שלום", 1), ("abc שלום", 0), ("שלום abc", 1), ("123", 0)]
)
def test_a_title_has_the_direction_of_its_first_letter(title: str, level: int) -> None:
    assert base_level(title) == level


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
