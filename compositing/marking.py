"""Draws a brand's mark, its logo and name, on a plate if it could not be seen without one."""

from collections.abc import Iterable

from PIL import Image

from compositing.colours import BLACK, MIN_CONTRAST, WHITE, Colour, contrast_of
from compositing.emoji import paint_emoji
from compositing.legibility import luminances
from compositing.logo import fitted
from compositing.mark import Logo, Mark
from compositing.palette import Scheme
from compositing.rasterizing import fill, rasterize
from compositing.shading import lay_box

__all__ = ["draw_mark"]

# Pixels: how far a plate extends beyond its mark, and the radius of its corners.
PLATE, CORNER = 14, 12
# The contrast that a third of a logo's outline must have at least, and all of it. WCAG 2.2 (1.4.11) requires 3 for
# graphics, and JPEG costs some; it exempts logos, of which many have a bright icon beside a dark word.
CONTRAST, FAINTEST = 3.7, 1.5
# On this grey, white, black and what is far from grey can be seen: for logos that are partly light and partly dark.
BETWEEN = Colour(106, 106, 106)


def draw_mark(canvas: Image.Image, mark: Mark, scheme: Scheme) -> None:
    """Draw a mark on the canvas, in place."""
    plate = mark.box.inset(-PLATE, -PLATE)
    around = _extremes(canvas.crop(plate))
    colour = _name_colour(scheme, around)
    if not _is_visible(mark.logo, around) or (mark.name and not colour):
        ground = _plate_colour(mark.logo, scheme)
        lay_box(canvas, plate, CORNER, ground)
        colour = _name_colour(scheme, (ground.luminance, ground.luminance))
    if mark.logo:
        logo = fitted(mark.logo)
        canvas.paste(logo, mark.logo_box, logo)
    if mark.name:
        fill(canvas, colour or WHITE, mark.box, rasterize(mark.name, mark.box))
        if emoji := paint_emoji(mark.name, mark.box):
            canvas.paste(emoji, mark.box, emoji)


def _extremes(part: Image.Image) -> tuple[float, float]:
    """Return the lowest and the highest relative luminance."""
    low, high = luminances(part).getextrema()
    return low / 255, high / 255  # type: ignore[operator]


def _name_colour(scheme: Scheme, around: tuple[float, float]) -> Colour | None:
    """Return the first of the colours that can be read on these luminances, if any."""
    colours = (scheme.accent, scheme.letters, WHITE, BLACK)
    return next((each for each in colours if _contrast([each.luminance], around) >= MIN_CONTRAST), None)


def _is_visible(logo: Logo | None, around: tuple[float, float]) -> bool:
    if logo is None:
        return True
    contrasts = sorted(_contrast([value], around) for value in logo.outline)
    return contrasts[0] >= FAINTEST and contrasts[2 * len(contrasts) // 3] >= CONTRAST


def _plate_colour(logo: Logo | None, scheme: Scheme) -> Colour:
    """Return the first colour on which the logo can be seen."""
    colours = (scheme.ground, WHITE, scheme.letters, BLACK, BETWEEN)
    return next((each for each in colours if _is_visible(logo, (each.luminance, each.luminance))), BETWEEN)


def _contrast(values: Iterable[float], around: tuple[float, float]) -> float:
    """Return the lowest contrast of some luminances with others between a lowest and a highest."""
    low, high = around
    return min(
        1.0 if low < value < high else min(contrast_of(value, low), contrast_of(value, high)) for value in values
    )
