"""Darkens pictures under titles: with panels and plates, or with dimming just strong enough for each picture."""

from PIL import Image, ImageChops, ImageFilter

from compositing.colours import BLACK, WHITE, Colour
from compositing.geometry import Box
from compositing.legibility import TILE, near_letters, shade_needed
from compositing.templates import CANVAS, Dimming, Template

__all__ = ["lay_panel", "lay_plate", "lay_shade", "lay_white_plate"]

# Pixels above the letters: the height of the gradient, and of the fully dark part below it.
GRADIENT, CLEAR = 240, 24
# If at least this share of the tiles near letters needs a shade, the whole picture gets it. If fewer do, the picture
# gets less, and these tiles get their own shadow. A gradient looks better than spots of shadow, but one bright spot
# should not dim the whole picture.
# If no tile lacks more than CLOSE, of 255, the whole picture gets the rest too.
COMMON: dict[Dimming, float] = {"rising": 0.02, "even": 0.1}
CLOSE = 32
# Black, of 255, that a tile may lack without a shadow: the target is above what WCAG requires.
TOLERATED = 10
# Rows that are darkened at once, so that they stay in the processor's cache.
STRIP = 128
# Tiles: how far a shadow extends beyond the tiles that need it, and the steps that widen it before the blur.
SPREAD, WIDENING = 9, (1, 2, 2)
RIM = 181
# The least opacity of a plate, of 255, the same as panels'; and the radius of its corners in pixels.
PLATE_OPACITY, PLATE_CORNER = 200, 12


def lay_panel(canvas: Image.Image, template: Template, panel: Box, colour: Colour = BLACK) -> None:
    """Lay a template's panel in a dark colour, in place, opaque enough for letters on any picture."""
    white = Image.new("RGB", (TILE, TILE), "white")
    opacity = max(template.panel_alpha, _highest(shade_needed(white, colour)))
    _lay_rounded(canvas, panel, template.corner, opacity, colour)


def lay_plate(canvas: Image.Image, plate: Box, colour: Colour, luminance: float) -> None:
    """Lay a plate under a light mark, in place, if the picture there is brighter than ``luminance``.

    The colour must be darker than that.
    """
    needed = _highest(shade_needed(canvas.crop(plate), colour, luminance))
    if needed > TOLERATED:
        _lay_rounded(canvas, plate, PLATE_CORNER, max(PLATE_OPACITY, needed), colour)


def lay_white_plate(canvas: Image.Image, plate: Box) -> None:
    """Lay a white plate under a dark mark, in place."""
    _lay_rounded(canvas, plate, PLATE_CORNER, 255, WHITE)


def _lay_rounded(canvas: Image.Image, panel: Box, radius: int, opacity: int, colour: Colour) -> None:
    """Lay a box of a colour with rounded corners, in place."""
    corners = {
        (panel.left, panel.top): None,
        (panel.right - radius, panel.top): Image.Transpose.FLIP_LEFT_RIGHT,
        (panel.left, panel.bottom - radius): Image.Transpose.FLIP_TOP_BOTTOM,
        (panel.right - radius, panel.bottom - radius): Image.Transpose.ROTATE_180,
    }
    kept = {(x, y): canvas.crop((x, y, x + radius, y + radius)) for x, y in corners} if radius else {}
    _lay(canvas, panel, opacity, colour)
    outside = _rounding(radius) if kept else None
    for corner, part in kept.items():
        turned = corners[corner]
        canvas.paste(part, corner, outside.transpose(turned) if outside and turned is not None else outside)


def lay_shade(canvas: Image.Image, dimming: Dimming, box: Box, letters: Image.Image, colour: Colour = BLACK) -> None:
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
    near, needed = near_letters(mask), shade_needed(canvas.crop(around), colour)
    if strength := _strength(needed, near, COMMON[dimming]):
        if dimming == "rising":
            _lay_rising(canvas, lines, strength, colour)
        else:
            _lay(canvas, CANVAS, strength, colour)
    lacking = Image.composite(needed.point(_lacking(strength)), Image.new("L", needed.size), near)
    if bounds := lacking.getbbox():
        _lay_shadow(canvas, around, lacking, bounds, colour)


def _strength(needed: Image.Image, near: Image.Image, common: float) -> int:
    """Return how much black, from 0 to 255, to lay over the whole picture."""
    counts = needed.histogram(near)
    tiles = sum(counts)
    strength, reached = 0.0, 0
    for black in range(255, 0, -1):
        reached += counts[black]
        strength = max(strength, black * min(1.0, (reached / (common * tiles)) ** 0.5))
    highest = max((black for black, count in enumerate(counts) if count), default=0)
    return highest if highest - strength <= CLOSE else round(strength)


def _lacking(laid: int) -> list[int]:
    """Return how much black each needed value lacks after ``laid``: 1 - (1 - needed) / (1 - laid)."""
    lacking = [-(-255 * max(0, needed - laid) // max(1, 255 - laid)) for needed in range(256)]
    return [black if black > TOLERATED else 0 for black in lacking]


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


def _lay(canvas: Image.Image, box: Box, opacity: int, colour: Colour) -> None:
    """Lay a colour with an opacity, from 0 to 255, over a box."""
    table = [(value * (255 - opacity) + part * opacity) // 255 for part in colour for value in range(256)]
    for top in range(box.top, box.bottom, STRIP):
        strip = Box(box.left, top, box.right, min(box.bottom, top + STRIP))
        canvas.paste(canvas.crop(strip).point(table), strip)


def _lay_rising(canvas: Image.Image, lines: Box, opacity: int, colour: Colour) -> None:
    """Lay a colour over everything from just above the lines to the lower edge, fading out upwards."""
    full = max(CANVAS.top, lines.top - CLEAR)
    fading = Box(CANVAS.left, max(CANVAS.top, full - GRADIENT), CANVAS.right, full)
    rows = range(fading.top, fading.bottom)
    column = Image.frombytes(
        "L", (1, len(rows)), bytes(round(opacity * _smooth(1 - (full - y) / GRADIENT)) for y in rows)
    )
    mask = column.resize((fading.width, fading.height), Image.Resampling.NEAREST)
    canvas.paste(Image.new("RGB", mask.size, colour), fading, mask)
    _lay(canvas, Box(CANVAS.left, full, CANVAS.right, CANVAS.bottom), opacity, colour)


def _highest(mask: Image.Image) -> int:
    return max((value for value, count in enumerate(mask.histogram()) if count), default=0)


def _smooth(share: float) -> float:
    """Return 0 below 0, 1 above 1, and a smooth curve in between."""
    within = max(0.0, min(1.0, share))
    return within * within * (3 - 2 * within)


def _rounding(radius: int) -> Image.Image:
    """Return a mask of the outside of a rounded corner at the top left."""
    # Pillow's gradient grows with the distance from the centre, and is RIM where a circle touches the edges.
    circle = Image.radial_gradient("L").point([0 if value < RIM else 255 for value in range(256)])
    return circle.crop((0, 0, circle.width // 2, circle.height // 2)).resize((radius, radius), Image.Resampling.BOX)
