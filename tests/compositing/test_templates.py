import pytest

from compositing.geometry import Box
from compositing.templates import CANVAS, TEMPLATES

PANELS = ("bottom-bar", "left-panel", "center-box")
TUTORIALS = (*PANELS, "overlay-bottom", "overlay-center")


def test_panels_cover_the_tutorials_shares_of_the_canvas() -> None:
    panels = {name: TEMPLATES[name].panel for name in PANELS}
    shares = {
        name: (round(panel.width / CANVAS.width, 2), round(panel.height / CANVAS.height, 2))
        for name, panel in panels.items()
        if panel
    }
    assert shares == {"bottom-bar": (1, 0.32), "left-panel": (0.42, 1), "center-box": (0.75, 0.55)}


def test_insets_are_the_tutorials() -> None:
    panelled = {name: (TEMPLATES[name].text, TEMPLATES[name].panel) for name in PANELS}
    insets = {name: (text.left - panel.left, text.top - panel.top) for name, (text, panel) in panelled.items() if panel}
    assert insets == {"bottom-bar": (60, 30), "left-panel": (40, 40), "center-box": (50, 50)}


def test_the_overlays_text_boxes_are_the_tutorials() -> None:
    assert TEMPLATES["overlay-bottom"].text == Box(60, CANVAS.bottom - 200, CANVAS.right - 60, CANVAS.bottom - 40)
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
