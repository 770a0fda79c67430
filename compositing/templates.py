"""The templates, as data. To add one, add an entry to ``TEMPLATES``.

The first five have the tutorial's names and rough geometry, on its canvas of 1200x630. Panels do not lie on the
picture: it is cropped into what they leave.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from compositing.geometry import Box

__all__ = ["CANVAS", "MARKS", "MARK_ROOM", "TEMPLATES", "Corner", "Dimming", "Template", "Tone"]

CANVAS = Box(0, 0, 1200, 630)

# What a title is set on: dark ink, light paper, or the picture itself under a shade.
Tone = Literal["ink", "paper", "shade"]
# A gradient rising from the lower edge, or less lightness in the whole picture.
Dimming = Literal["rising", "even"]
Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]

# Pixels: the most room that a brand's mark, its logo and name, may take.
MARK_ROOM = (420, 88)


def _room(left: int, top: int) -> Box:
    return Box(left, top, left + MARK_ROOM[0], top + MARK_ROOM[1])


# Clear of the edges that social networks crop and round off.
MARKS: dict[Corner, Box] = {
    "top-left": _room(60, 36),
    "top-right": _room(720, 36),
    "bottom-left": _room(60, 512),
    "bottom-right": _room(720, 512),
}
# In the middle of the highest strip; a mark moves with it.
STRIP_MARKS: dict[Corner, Box] = {**MARKS, "bottom-left": _room(60, 474), "bottom-right": _room(720, 474)}
COLUMN_MARKS: dict[Corner, Box] = {**MARKS, "top-left": _room(40, 36), "bottom-left": _room(40, 512)}


@dataclass(frozen=True)
class Template:
    """Where a title goes, what is under it, and where the picture goes.

    ``text`` is the most room for the title's ink. Sizes are in pixels: up to ``largest``, a single word up to
    ``largest_word``; before a title gets smaller than ``whole_words``, its words are hyphenated. ``leading`` is the
    distance between baselines, as a share of the size. ``rests`` is the part of its room that a title keeps to.

    ``picture`` is the part of the canvas that shows the picture, with a corner radius of ``corner``. With a ``strip``,
    the least and the greatest height of a strip at the foot that is as high as its title needs, the picture reaches
    down to it. With ``hugs``, the margins of a card around the title, the card lies on the picture, and moves off what
    matters in it. Without either, and with a ``tone`` of shade, the title is on the picture, and ``dimming`` says how.

    ``rule`` is the place of a thin line in the accent's colour; it moves with a strip's upper edge. ``marks`` has the
    room for a brand's logo and name in each corner, of which ``home`` is the default. If a mark would touch the title,
    the title makes room.
    """

    text: Box
    align: Literal["left", "center"]
    max_lines: int
    tone: Tone
    home: Corner
    largest: int = 80
    largest_word: int = 128
    whole_words: int = 40
    leading: float = 1.12
    rests: Literal["middle", "top"] = "middle"
    picture: Box = CANVAS
    corner: int = 0
    strip: tuple[int, int] | None = None
    hugs: tuple[int, int] | None = None
    dimming: Dimming = "rising"
    rule: Box | None = None
    marks: Mapping[Corner, Box] = field(default_factory=lambda: MARKS)


TEMPLATES = {
    "bottom-bar": Template(
        Box(60, 434, 1140, 602),
        "left",
        max_lines=3,
        tone="ink",
        home="bottom-right",
        largest=64,
        largest_word=96,
        leading=1.1,
        strip=(148, 224),
        rule=Box(0, 406, 1200, 412),
        marks=STRIP_MARKS,
    ),
    "left-panel": Template(
        Box(40, 104, 464, 590),
        "left",
        max_lines=8,
        tone="ink",
        home="bottom-left",
        largest=60,
        largest_word=112,
        whole_words=48,
        leading=1.1,
        rests="top",
        picture=Box(504, 0, 1200, 630),
        rule=Box(40, 64, 100, 70),
        marks=COLUMN_MARKS,
    ),
    "center-box": Template(
        Box(210, 190, 990, 440),
        "center",
        max_lines=4,
        tone="paper",
        home="top-left",
        largest=64,
        leading=1.14,
        corner=20,
        hugs=(56, 48),
    ),
    "overlay-bottom": Template(Box(60, 420, 1140, 590), "left", 2, "shade", "top-left", rule=Box(60, 606, 180, 612)),
    "overlay-center": Template(
        Box(90, 157, 1110, 472), "center", 3, "shade", "bottom-right", dimming="even", rule=Box(540, 500, 660, 506)
    ),
    # Light covers: nothing covers the picture.
    "framed": Template(
        Box(48, 436, 1152, 604),
        "left",
        max_lines=2,
        tone="paper",
        home="bottom-right",
        largest=60,
        largest_word=96,
        leading=1.1,
        picture=Box(48, 48, 1152, 630),
        corner=20,
        strip=(140, 212),
        rule=Box(0, 624, 1200, 630),
        marks=STRIP_MARKS,
    ),
    "split": Template(
        Box(60, 120, 592, 520),
        "left",
        max_lines=6,
        tone="paper",
        home="top-left",
        largest=64,
        whole_words=48,
        picture=Box(648, 0, 1200, 630),
        rule=Box(60, 552, 120, 558),
    ),
}
