"""The size, lines and position of a title."""

import sys
from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

import pytest

from compositing.breaks import breaks
from compositing.fitting import ELLIPSIS, KEPT, KEPT_WHOLE, SMALLEST, TextBox
from compositing.fonts import load_font
from compositing.layout import TitleLayout, lay_out
from compositing.rasterizing import rasterize
from compositing.shaping import ShapedTitle
from compositing.templates import CANVAS, TEMPLATES

T = TypeVar("T")
INTER = load_font("inter")


def set_title(title: str, template: str = "bottom-bar") -> TitleLayout:
    return lay_out(title, INTER, TEMPLATES[template])


def texts(layout: TitleLayout) -> list[str]:
    return [placed.line.text for placed in layout.lines]


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_short_title_is_set_at_the_largest_size_and_a_single_word_may_be_larger(template: str) -> None:
    sizes = TEMPLATES[template]
    for title, size in (("Go on", sizes.largest), ("Go", sizes.largest_word)):
        layout = set_title(title, template)
        assert (layout.size, texts(layout), layout.shortened) == (size, [title], False)


@pytest.mark.parametrize("template", ["left-panel", "split"])
def test_a_word_is_hyphenated_before_the_title_gets_small(template: str) -> None:
    layout = set_title("Vergleich der Rechtsschutzversicherungsgesellschaften", template)
    assert layout.size >= KEPT_WHOLE * TEMPLATES[template].whole_words
    assert texts(layout)[1].endswith("-")


def test_a_longer_title_is_as_large_as_its_box_allows() -> None:
    title = "Observing 10k subtasks in the Render Dashboard, and what they cost"
    layout = set_title(title)
    assert SMALLEST < layout.size < layout.template.largest
    assert " ".join(texts(layout)) == title


def test_the_size_is_the_largest_that_fits_or_slightly_less_for_better_lines() -> None:
    """A binary search finds the same as trying every size."""
    for template in TEMPLATES.values():
        for title in (
            "Why fan out beats sequential generation",
            "Idempotent outputs of a batch at scale",
            "a b c d e f",
        ):
            box = TextBox(ShapedTitle(title, INTER), template)
            places = breaks(title, "en", "sc")
            sizes = [size for size in range(SMALLEST, template.largest + 1) if box.fill(places, size)]
            assert box.largest(places) == max(sizes)
            assert KEPT * max(sizes) - 1 <= lay_out(title, INTER, template).size <= max(sizes)


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_size_does_not_depend_on_which_line_has_descenders(template: str) -> None:
    flat, deep = (lay_out(title, INTER, TEMPLATES[template]) for title in ("Show us more now", "Show us more nowy"))
    assert abs(flat.size - deep.size) <= 2
    two_lines = ("Why fan-out beats sequential generation", "Why fan-out beats sequential generations")
    assert abs(set_title(two_lines[0]).size - set_title(two_lines[1]).size) <= 2


def test_lines_with_stacked_marks_are_further_apart() -> None:
    def distance(title: str) -> float:
        layout = set_title(title, "left-panel")
        first, second, *_ = layout.lines
        return (second.baseline - first.baseline) / layout.size

    assert distance("Why fan-out beats sequential generation") == pytest.approx(1.1)
    assert distance("Xây dựng ẤẦ ứng dụng web với những") > 1.2


def test_only_the_word_too_wide_for_a_line_is_broken_and_only_once() -> None:
    lines = texts(set_title("Antidisestablishmentarianism's serialisation", "left-panel"))
    assert lines == ["Antidisestablish-", "mentarianism's", "serialisation"]


def test_lines_of_a_tall_font_do_not_touch() -> None:
    layout = lay_out("jobs (quietly) fail, glyph by glyph", load_font("pacifico"), TEMPLATES["left-panel"])
    for above, below in pairwise(layout.lines):
        assert above.baseline - above.line.bottom * layout.scale < below.baseline - below.line.top * layout.scale


@pytest.mark.parametrize(("word", "whole"), [("Documentation", True), ("Internationalization", False)])
def test_a_word_stays_whole_unless_it_would_get_too_small(word: str, whole: bool) -> None:
    layout = set_title(word, "left-panel")
    assert (texts(layout) == [word]) == whole
    assert layout.size >= layout.template.whole_words


def test_a_word_too_wide_at_every_size_is_broken_but_complete() -> None:
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    layout = set_title(word, "left-panel")
    assert "".join(text.removesuffix("-") for text in texts(layout)) == word
    assert len(layout.lines) > 1


def test_a_title_that_fits_at_no_size_is_shortened_with_an_ellipsis() -> None:
    title = "word " * 190
    layout = set_title(title.strip())
    assert layout.shortened
    assert layout.size == SMALLEST
    assert len(layout.lines) == TEMPLATES["bottom-bar"].max_lines
    assert texts(layout)[-1].endswith(f"word{ELLIPSIS}")
    assert " ".join(texts(layout)).removesuffix(ELLIPSIS) in title


def test_a_line_is_centred_between_its_capitals_tops_and_its_baseline() -> None:
    layout = set_title("HELLO", "center-box")
    box = TEMPLATES["center-box"].text
    [placed] = layout.lines
    capital_top = placed.baseline - INTER.cap_height * layout.scale
    assert abs((capital_top - box.top) - (box.bottom - placed.baseline)) < 1


def test_left_aligned_ink_starts_at_the_margin() -> None:
    for title in ("Hello", "Over", "jump", "What"):
        [placed] = set_title(title).lines
        ink = placed.x + placed.line.left * set_title(title).scale
        assert abs(ink - TEMPLATES["bottom-bar"].text.left) <= 1.01


def counted(work: Callable[[], T]) -> tuple[T, int]:
    """Return the result, and how many calls and returns it took: a cost that does not depend on the machine."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        result = work()
    finally:
        sys.setprofile(None)
    return result, calls


@pytest.mark.parametrize("font", ["inter", "bangers", "pacifico"])
@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(
    "title",
    [
        "Z" + "\u0301" * 20 + "algo",
        "x" * 100_000,
        "a " * 50_000,
        "\u200b" * 10_000 + "a",
        ". " * 3_000,
        "\u0301",
        "\u200d",
    ],
    ids=["zalgo", "one long word", "many words", "zero width", "dots", "a mark alone", "a joiner alone"],
)
def test_hostile_titles_are_laid_out_quickly(title: str, template: str, font: str) -> None:
    layout, calls = counted(lambda: lay_out(title, load_font(font), TEMPLATES[template]))
    assert calls < 1_000_000, "many times what a thousand usual letters take"
    assert len(layout.lines) <= TEMPLATES[template].max_lines
    ink = rasterize(layout, CANVAS).getbbox()
    assert ink is None or ink[2] <= TEMPLATES[template].text.right
