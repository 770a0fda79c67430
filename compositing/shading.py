"""Darkens pictures under titles, just strongly enough for each picture, and lays cards and plates on them."""

import functools
import hashlib
from collections.abc import Iterator

from PIL import Image, ImageChops, ImageFilter

from compositing.colours import BLACK, Colour
from compositing.geometry import Box
from compositing.legibility import TILE, near_letters, shade_needed
from compositing.templates import CANVAS, Dimming

__all__ = ["lay_box", "lay_card", "lay_shade", "round_off"]

# Pixels above the letters: the height of the gradient, and of the part below it that has the full shade.
GRADIENT, CLEAR = 250, 24
# How much of the brightness that a gradient leaves at the letters it takes away at the foot.
DEEPER = 0.4
# If at least this share of the tiles near letters needs a shade, the whole picture gets it. If fewer do, the picture
# gets less, and these tiles get their own shadow. A gradient looks better than spots of shadow, but one bright spot
# should not dim the whole picture.
# If no tile lacks more than CLOSE, of 255, the whole picture gets the rest too.
COMMON: dict[Dimming, float] = {"rising": 0.02, "even": 0.1}
CLOSE = 32
# Shade, of 255, that a tile may lack without a shadow: the target is above what WCAG requires.
TOLERATED = 10
LACKING = [black if black > TOLERATED else 0 for black in range(256)]
# Rows that are dimmed at once, so that they stay in the processor's cache.
STRIP = 90
# Tiles: how far a shadow extends beyond the tiles that need it, and the steps that widen it before the blur.
SPREAD, WIDENING = 9, (1, 2, 2)
RIM = 181
# A card's shadow: how far it is below the card and how soft it is, in pixels, and its opacity.
BELOW, SOFT, SHADOW = 12, 32, 96
# Levels of noise in a gradient, of 255: enough to break its steps up, too little to be seen.
NOISE = 3
# Dimming a picture: the share of its pixels left out at either end of its range of lightness; the lightness, of 255,
# that its dark parts may come down to; and the contrast that may be left of it, against the picture's own.
ENDS, DEEPEST, STRONGEST = 0.02, 14, 0.65


def lay_box(canvas: Image.Image, box: Box, radius: int, colour: Colour) -> None:
    """Paint a box with rounded corners, in place."""
    mask = Image.new("L", (box.width, box.height), 255)
    for x, y, turn in _corners(box.moved(-box.left, -box.top), radius):
        mask.paste(_rounding(radius) if turn is None else _rounding(radius).transpose(turn), (x, y))
    canvas.paste(Image.new("RGB", mask.size, colour), box, mask)


def lay_card(canvas: Image.Image, card: Box, radius: int, colour: Colour, shadow: Colour) -> None:
    """Lay a card with a soft shadow on a picture, in place."""
    around = card.inset(-2 * SOFT, -2 * SOFT).moved(0, BELOW)
    mask, edge = Image.new("L", (around.width // TILE, around.height // TILE)), 2 * SOFT // TILE
    mask.paste(SHADOW, (edge, edge, mask.width - edge, mask.height - edge))
    for _ in range(2):
        mask = mask.filter(ImageFilter.BoxBlur(SOFT / TILE / 2))
    mask = mask.resize((around.width, around.height), Image.Resampling.BILINEAR)
    canvas.paste(Image.new("RGB", mask.size, shadow), (around.left, around.top), mask)
    lay_box(canvas, card, radius, colour)


def round_off(canvas: Image.Image, box: Box, radius: int, colour: Colour) -> None:
    """Round the corners of what is in a box off, in place, with the colour around it."""
    for x, y, turn in _corners(box, radius):
        outside = ImageChops.invert(_rounding(radius) if turn is None else _rounding(radius).transpose(turn))
        canvas.paste(Image.new("RGB", outside.size, colour), (x, y), outside)


def _corners(box: Box, radius: int) -> Iterator[tuple[int, int, Image.Transpose | None]]:
    """Return the corners' places, and what turns the top left one into each."""
    right, bottom = box.right - radius, box.bottom - radius
    yield box.left, box.top, None
    yield right, box.top, Image.Transpose.FLIP_LEFT_RIGHT
    yield box.left, bottom, Image.Transpose.FLIP_TOP_BOTTOM
    yield right, bottom, Image.Transpose.ROTATE_180


def lay_shade(canvas: Image.Image, dimming: Dimming, box: Box, letters: Image.Image, colour: Colour) -> None:
    """Darken a picture, in place, just enough for each letter to be legible.

    Args:
        canvas: the picture, RGB.
        dimming: the shape of the shade.
        box: the position of the letters' mask on the canvas.
        letters: the letters, as a mask of the box's size.
        colour: the colour of the shade.
    """
    ink = letters.getbbox()
    if not ink:
        return
    lines = Box(box.left + ink[0], box.top + ink[1], box.left + ink[2], box.top + ink[3])
    around = Box(
        max(CANVAS.left, lines.left - TILE),
        max(CANVAS.top, lines.top - TILE),
        min(CANVAS.right, lines.right + TILE),
        min(CANVAS.bottom, lines.bottom + TILE),
    )
    mask = Image.new("L", (around.width, around.height))
    mask.paste(letters.crop(ink), (lines.left - around.left, lines.top - around.top))
    near = near_letters(mask)
    needed = shade_needed(canvas.crop(around), BLACK if dimming == "even" else colour)
    strength = _strength(needed, near, COMMON[dimming])
    if strength and dimming == "rising":
        _lay_rising(canvas, lines, strength, colour)
    elif strength:
        _dim(canvas, strength)
    needed = shade_needed(canvas.crop(around), colour).point(LACKING)
    lacking = Image.composite(needed, Image.new("L", needed.size), near)
    if bounds := lacking.getbbox():
        _lay_shadow(canvas, around, lacking, bounds, colour)


def _strength(needed: Image.Image, near: Image.Image, common: float) -> int:
    """Return how much shade, from 0 to 255, to lay over the whole picture."""
    counts = needed.histogram(near)
    tiles = sum(counts)
    strength, reached = 0.0, 0
    for black in range(255, 0, -1):
        reached += counts[black]
        strength = max(strength, black * min(1.0, (reached / (common * tiles)) ** 0.5))
    highest = max((black for black, count in enumerate(counts) if count), default=0)
    return highest if highest - strength <= CLOSE else round(strength)


def _lay_shadow(
    canvas: Image.Image, box: Box, lacking: Image.Image, bounds: tuple[int, int, int, int], colour: Colour
) -> None:
    """Lay a soft shadow that covers at least what each tile of a box lacks; tiles outside ``bounds`` lack nothing."""
    left, top, right, bottom = bounds
    soft = Image.new("L", (right - left + 2 * SPREAD, bottom - top + 2 * SPREAD))
    soft.paste(lacking.crop(bounds), (SPREAD, SPREAD))
    # Widened enough to outlast two blurs of two tiles each, and the interpolation over one.
    for step in WIDENING:
        for x, y in ((step, 0), (0, step)):
            soft = ImageChops.lighter(
                soft, ImageChops.lighter(ImageChops.offset(soft, x, y), ImageChops.offset(soft, -x, -y))
            )
    for _ in range(2):
        soft = soft.filter(ImageFilter.BoxBlur(2))
    soft = soft.resize((soft.width * TILE, soft.height * TILE), Image.Resampling.BILINEAR)
    corner = (box.left + (left - SPREAD) * TILE, box.top + (top - SPREAD) * TILE)
    canvas.paste(Image.new("RGB", soft.size, colour), corner, soft)


def _dim(canvas: Image.Image, strength: int) -> None:
    """Compress a picture's lightness, in place, until white has what ``strength`` of black would leave of it.

    Black laid over a picture takes the same share of everything. Here the dark parts come down further, as far as the
    picture has room, so that detail stays; and each colour keeps its hue and its saturation.
    """
    dark, bright = _ends(canvas.reduce(TILE // 2).convert("L"))
    kept = 1 - strength / 255
    lowest = min(dark * kept, max(DEEPEST, bright * kept - STRONGEST * (bright - dark)))
    slope = (bright * kept - lowest) / max(1, bright - dark)
    curve = [
        lowest * value / max(1, dark) if value <= dark else min(255 * kept, lowest + (value - dark) * slope)
        for value in range(256)
    ]
    shares = [round(255 * min(1.0, after / max(1, before))) for before, after in enumerate(curve)]
    for top in range(0, canvas.height, STRIP):
        part = canvas.crop((0, top, canvas.width, min(canvas.height, top + STRIP)))
        share = part.convert("L").point(shares)
        canvas.paste(ImageChops.multiply(part, Image.merge("RGB", (share, share, share))), (0, top))


def _ends(luma: Image.Image) -> tuple[int, int]:
    """Return the lightness of a picture's dark and of its bright end."""
    counts = luma.histogram()
    allowed, ends = ENDS * sum(counts), []
    for values in (range(256), range(255, -1, -1)):
        reached = 0
        for value in values:
            reached += counts[value]
            if reached > allowed:
                ends.append(value)
                break
    return ends[0], ends[1]


def _lay_rising(canvas: Image.Image, lines: Box, opacity: int, colour: Colour) -> None:
    """Lay a colour over everything from just above the lines to the lower edge, deepest there, fading out upwards."""
    full = max(CANVAS.top, lines.top - CLEAR)
    top = max(CANVAS.top, full - GRADIENT)
    deepest = opacity + DEEPER * (255 - opacity)
    column = bytes(
        round(opacity * _smooth(1 - (full - y) / GRADIENT))
        if y < full
        else round(opacity + (deepest - opacity) * (y - full) / (CANVAS.bottom - full))
        for y in range(top, CANVAS.bottom)
    )
    mask = Image.frombytes("L", (1, len(column)), column).resize((CANVAS.width, len(column)), Image.Resampling.NEAREST)
    mask = ImageChops.add(mask, _noise().crop((0, 0, *mask.size)), offset=-(NOISE // 2))
    canvas.paste(Image.new("RGB", mask.size, colour), (0, top), mask)


@functools.cache
def _noise() -> Image.Image:
    """Return the same noise of few levels every time, of the canvas's size."""
    levels = [value * NOISE >> 8 for value in range(256)]
    tile = Image.frombytes("L", (256, 256), hashlib.shake_128(b"noise").digest(65536)).point(levels)
    noise = Image.new("L", (CANVAS.width, CANVAS.height))
    for x in range(0, CANVAS.width, tile.width):
        for y in range(0, CANVAS.height, tile.height):
            noise.paste(tile, (x, y))
    return noise


def _smooth(share: float) -> float:
    """Return 0 below 0, 1 above 1, and in between a curve that starts and ends flat (Perlin's)."""
    within = max(0.0, min(1.0, share))
    return within**3 * (within * (6 * within - 15) + 10)


@functools.cache
def _rounding(radius: int) -> Image.Image:
    """Return a mask of the inside of a rounded corner at the top left."""
    # Pillow's gradient grows with the distance from the centre, and is RIM where a circle touches the edges.
    circle = Image.radial_gradient("L").point([255 if value < RIM else 0 for value in range(256)])
    return circle.crop((0, 0, circle.width // 2, circle.height // 2)).resize((radius, radius), Image.Resampling.BOX)
