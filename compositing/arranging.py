"""Crops a picture so that what matters in it is seen, and moves a card off it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import NamedTuple

from PIL import Image

from compositing.geometry import Box
from compositing.importance import Importance
from compositing.layout import TitleLayout
from compositing.templates import CANVAS

__all__ = ["Crop", "arrange", "chosen"]

# How many crops are tried along a side.
CROPS = 13
# What a crop's distance from the middle costs, as a share of the picture's weight; and what weight under a title or a
# card costs, against weight that is cut off.
OFF_CENTRE, UNDER = 0.03, 2.0
# A picture that would be scaled down this little is not scaled at all: that is sharper, and faster.
SHARP = 0.9
# What a card in the middle may cover: cells of this much of the average weight; or calm ones, if these are not what the
# picture is about, but of about its average weight.
BEARABLE, CALM, EVEN = 0.35, 60.0, 1.15
# Pixels: the margin that a card keeps to the foot, and how far it lies over a picture above it.
FOOT, OVER = 40, 12


class Crop(NamedTuple):
    """A part of the picture, in its pixels, and how much its choice costs."""

    left: float
    top: float
    right: float
    bottom: float
    cost: float = 0.0

    def under(self, box: Box, shown: Box) -> tuple[float, float, float, float]:
        """Return what is under a box of the canvas, in the picture's pixels, if the crop fills ``shown``."""
        x, y = (self.right - self.left) / shown.width, (self.bottom - self.top) / shown.height
        left, top = self.left + (box.left - shown.left) * x, self.top + (box.top - shown.top) * y
        right, bottom = (min(box.right, shown.right) - shown.left) * x, (min(box.bottom, shown.bottom) - shown.top) * y
        return left, top, self.left + right, self.top + bottom


def arrange(picture: Image.Image, layout: TitleLayout) -> tuple[Image.Image, TitleLayout]:
    """Return a picture's best crop for a layout's part of the canvas, RGB and of its size, and the layout.

    If a card in the middle would cover too much of what matters, it moves to the foot, and the picture goes above it.
    """
    crop, layout = chosen(picture, layout)
    size = (layout.picture.width, layout.picture.height)
    if abs(crop.right - crop.left - size[0]) + abs(crop.bottom - crop.top - size[1]) < 1:
        left, top = min(round(crop.left), picture.width - size[0]), min(round(crop.top), picture.height - size[1])
        return picture.crop((left, top, left + size[0], top + size[1])), layout
    return picture.resize(size, Image.Resampling.BICUBIC, box=crop[:4]), layout


def chosen(picture: Image.Image, layout: TitleLayout) -> tuple[Crop, TitleLayout]:
    """Return the best crop, and the layout with its card in its place."""
    importance = Importance(picture)
    if layout.card:
        return _beside(picture, importance, layout, layout.card)
    return _best(picture, importance, layout.picture, layout.ink if layout.template.tone == "shade" else None), layout


def _beside(picture: Image.Image, importance: Importance, layout: TitleLayout, card: Box) -> tuple[Crop, TitleLayout]:
    """Return the crop for a card in the middle if what is under it matters little, else one above the card."""
    crop = _best(picture, importance, layout.picture, card)
    average = importance.density(*crop[:4])
    if importance.density(*crop.under(card, CANVAS)) <= max(BEARABLE * average, min(CALM, EVEN * average)):
        return crop, layout
    down = CANVAS.bottom - FOOT - card.bottom
    layout = _at_the_foot(layout, card.moved(0, down), down)
    return _best(picture, importance, layout.picture, card.moved(0, down)), layout


def _at_the_foot(layout: TitleLayout, card: Box, down: int) -> TitleLayout:
    """Return the layout with its card there, the picture above and a little under it, and a mark out of its way."""
    mark = layout.mark
    if mark and mark.box.inset(-FOOT, -FOOT).overlaps(card):
        mark = mark.moved(0, CANVAS.bottom - 2 * mark.middle)
    return replace(layout.moved(0, down), picture=CANVAS._replace(bottom=card.top + OVER), mark=mark)


def _best(picture: Image.Image, importance: Importance, shown: Box, covered: Box | None) -> Crop:
    return min(_crops(picture, importance, shown, covered), key=lambda each: each.cost)


def _crops(picture: Image.Image, importance: Importance, shown: Box, covered: Box | None) -> Iterator[Crop]:
    """Return crops that fill a part of the canvas, with the weight that each cuts off or has covered."""
    whole = importance.within(0, 0, picture.width, picture.height)
    scale = max(shown.width / picture.width, shown.height / picture.height)
    scale = 1.0 if SHARP <= scale < 1 else scale
    # Rounding must not put a crop outside the picture.
    width, height = min(picture.width, shown.width / scale), min(picture.height, shown.height / scale)
    for x, y in product(_offsets(picture.width - width), _offsets(picture.height - height)):
        left, top = x * (picture.width - width), y * (picture.height - height)
        crop = Crop(left, top, min(picture.width, left + width), min(picture.height, top + height))
        hidden = importance.within(*crop.under(covered, shown)) if covered else 0.0
        off_centre = OFF_CENTRE * (abs(x - 0.5) + abs(y - 0.5)) * whole
        yield crop._replace(cost=whole - importance.within(*crop[:4]) + UNDER * hidden + off_centre)


def _offsets(slack: float) -> list[float]:
    """Return places along a side from 0 to 1; the middle alone if there is hardly any choice."""
    if slack < 2:
        return [0.5]
    return [step / (CROPS - 1) for step in range(CROPS)]
