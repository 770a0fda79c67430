"""The templates, from ``templates.toml``. To add one, add an entry there."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, TypeAdapter, with_config

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


@with_config(ConfigDict(extra="forbid"))
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


TEMPLATES = TypeAdapter(dict[str, Template]).validate_python(
    tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
)
