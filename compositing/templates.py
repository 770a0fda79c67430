"""The templates, as data. Adding one is adding one entry to ``TEMPLATES``.

The five that follow have the reference's figures, on its canvas of 1200x630.
"""

from dataclasses import dataclass
from typing import Literal

from compositing.geometry import Box

__all__ = ["CANVAS", "TEMPLATES", "Dimming", "Template"]

CANVAS = Box(0, 0, 1200, 630)


# A gradient that rises from the lower edge, or the same over the whole picture.
Dimming = Literal["rising", "even"]


@dataclass(frozen=True)
class Template:
    """Where a title goes, and what is laid under it.

    ``panel`` is darkened by black of ``panel_alpha`` (0 to 255), with corners of a radius of ``corner`` pixels; None
    lays a ``dimming`` over the picture, as strong as it needs. ``text`` is the box that no ink leaves.
    """

    text: Box
    align: Literal["left", "center"]
    max_lines: int
    panel: Box | None = None
    panel_alpha: int = 200
    corner: int = 0
    dimming: Dimming = "rising"


def _panelled(
    panel: Box, inset: tuple[int, int], align: Literal["left", "center"], max_lines: int, *, corner: int = 0
) -> Template:
    return Template(panel.inset(*inset), align, max_lines, panel, corner=corner)


TEMPLATES = {
    # The bottom 32 %, the left 42 %, and 75 % x 55 % in the middle.
    "bottom-bar": _panelled(Box(0, 428, 1200, 630), (60, 30), "left", 3),
    "left-panel": _panelled(Box(0, 0, 504, 630), (40, 40), "left", 8),
    "center-box": _panelled(Box(150, 142, 1050, 488), (50, 50), "center", 4, corner=24),
    # No panel: (60, H-200) to (W-60, H-40), and 85 % x 50 % in the middle.
    "overlay-bottom": Template(Box(60, 430, 1140, 590), "left", 2),
    "overlay-center": Template(Box(90, 157, 1110, 472), "center", 3, dimming="even"),
}
