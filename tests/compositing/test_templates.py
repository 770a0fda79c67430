import pytest

from compositing.fonts import load_font
from compositing.geometry import Box
from compositing.layout import TitleLayout, lay_out
from compositing.templates import CANVAS, TEMPLATES

TUTORIALS = ("bottom-bar", "left-panel", "center-box", "overlay-bottom", "overlay-center")
LONG = "A practical guide to building reliable background jobs with durable execution in Python"


def laid_out(title: str, template: str) -> TitleLayout:
    return lay_out(title, load_font("inter"), TEMPLATES[template])


def test_the_tutorials_five_come_first() -> None:
    assert tuple(TEMPLATES)[:5] == TUTORIALS


def test_no_panel_lies_on_the_picture() -> None:
    """What a panel takes of the canvas, the picture does not have."""
    assert laid_out("Go", "left-panel").picture == Box(504, 0, 1200, 630)
    assert laid_out("Go", "split").picture == Box(648, 0, 1200, 630)
    for template in ("bottom-bar", "framed"):
        layout = laid_out(LONG, template)
        assert layout.ink.top > layout.picture.bottom


@pytest.mark.parametrize(("template", "least", "most"), [("bottom-bar", 148, 224), ("framed", 140, 212)])
def test_a_strip_is_as_high_as_its_title_needs(template: str, least: int, most: int) -> None:
    short, *longer = (CANVAS.bottom - laid_out(title, template).picture.bottom for title in ("Go on", LONG[:50], LONG))
    assert short == least
    assert all(least < height <= most for height in longer)


def test_a_card_hugs_its_title() -> None:
    for title in ("Go", LONG):
        layout = laid_out(title, "center-box")
        assert layout.card == layout.ink.inset(-56, -48)


def test_insets_and_text_boxes_are_roughly_the_tutorials() -> None:
    assert (TEMPLATES["bottom-bar"].text.left, TEMPLATES["left-panel"].text.left) == (60, 40)
    assert TEMPLATES["overlay-bottom"].text.bottom == CANVAS.bottom - 40
    box = TEMPLATES["overlay-center"].text
    assert (box.width, box.height) == (0.85 * CANVAS.width, 0.5 * CANVAS.height)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_text_box_is_on_the_canvas(name: str) -> None:
    box = TEMPLATES[name].text
    assert CANVAS.left <= box.left < box.right <= CANVAS.right
    assert CANVAS.top <= box.top < box.bottom <= CANVAS.bottom


def test_lines_and_alignment_are_the_tutorials_except_for_more_lines_in_the_left_panel() -> None:
    assert {name: (TEMPLATES[name].align, TEMPLATES[name].max_lines) for name in TUTORIALS} == {
        "bottom-bar": ("left", 3),
        "left-panel": ("left", 8),
        "center-box": ("center", 4),
        "overlay-bottom": ("left", 2),
        "overlay-center": ("center", 3),
    }
