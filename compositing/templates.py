"""The templates, as data. To add one, add an entry to ``TEMPLATES``.

These five have the tutorial's figures, on its canvas of 1200x630.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from compositing.geometry import Box

__all__ = ["CANVAS", "MARKS", "MARK_ROOM", "TEMPLATES", "Corner", "Dimming", "Template"]

CANVAS = Box(0, 0, 1200, 630)


# A gradient rising from the lower edge, or the same shade over the whole picture.
Dimming = Literal["rising", "even"]
Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]

# Pixels: the most room that a brand's mark, its logo and name, may take.
MARK_ROOM = (400, 64)


def _room(left: int, top: int) -> Box:
    return Box(left, top, left + MARK_ROOM[0], top + MARK_ROOM[1])


# Clear of every title that stays in the middle, and of the edges that social networks crop and round off.
MARKS: dict[Corner, Box] = {
    "top-left": _room(60, 40),
    "top-right": _room(740, 40),
    "bottom-left": _room(60, 526),
    "bottom-right": _room(740, 526),
}


@dataclass(frozen=True)
class Template:
    """Where a title goes, and what is under it.

    ``text`` is the box that contains all ink. ``panel`` is covered with black of ``panel_alpha`` (0 to 255), with a
    corner radius of ``corner`` pixels; None covers the picture with a ``dimming``, as strong as needed.

    For a brand, ``rule`` is the place of its accent, and ``marks`` has the room for its logo and name in each corner.
    If a mark comes near the text box, the title makes room.
    """

    text: Box
    align: Literal["left", "center"]
    max_lines: int
    panel: Box | None = None
    panel_alpha: int = 200
    corner: int = 0
    dimming: Dimming = "rising"
    rule: Box | None = None
    marks: Mapping[Corner, Box] = field(default_factory=lambda: MARKS)


TEMPLATES = {
    # The bottom 32 %, the left 42 %, and 75 % x 55 % in the middle.
    "bottom-bar": Template(
        Box(60, 458, 1140, 600),
        "left",
        max_lines=3,
        panel=Box(0, 428, 1200, 630),
        rule=Box(0, 428, 1200, 434),
        marks={**MARKS, "bottom-left": _room(60, 497), "bottom-right": _room(740, 497)},
    ),
    "left-panel": Template(
        Box(40, 40, 464, 590),
        "left",
        max_lines=8,
        panel=Box(0, 0, 504, 630),
        rule=Box(498, 0, 504, 630),
        marks={**MARKS, "top-left": _room(40, 40), "bottom-left": _room(40, 526)},
    ),
    "center-box": Template(
        Box(200, 192, 1000, 438),
        "center",
        max_lines=4,
        panel=Box(150, 142, 1050, 488),
        corner=24,
        rule=Box(540, 458, 660, 464),
    ),
    # No panel: (60, H-200) to (W-60, H-40), and 85 % x 50 % in the middle.
    "overlay-bottom": Template(Box(60, 430, 1140, 590), "left", 2, rule=Box(60, 606, 180, 612)),
    "overlay-center": Template(Box(90, 157, 1110, 472), "center", 3, dimming="even", rule=Box(540, 488, 660, 494)),
}
