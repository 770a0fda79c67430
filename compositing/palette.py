"""The colours of a cover, from its picture or from the blog's brand."""

import math
from typing import NamedTuple

from PIL import Image

from compositing.brand import Brand
from compositing.colours import MIN_CONTRAST, WHITE, Colour, contrast_of, darkened
from compositing.oklch import Oklch
from compositing.templates import Tone

__all__ = ["Scheme", "ink_on", "leading_hue", "scheme_of"]

# OKLCH. The lightness of each role, and how much chroma it may have.
INK, INK_CHROMA = 0.24, 0.075
PAPER, PAPER_CHROMA = 0.965, 0.018
ACCENT, ACCENT_CHROMA = 0.80, (0.09, 0.15)
SHADE, SHADE_CHROMA = 0.20, 0.10
# The hue of near-grey pictures, a quiet blue, and the chroma below which a picture is one.
QUIET = Oklch(0.5, 0.03, 255)
NEAR_GREY = 0.02
# Pixels to a side of the small picture whose hues are counted, and how many hues are told apart.
SAMPLE, BINS = (24, 13), 24


class Scheme(NamedTuple):
    """Colours that go together: what letters are set on, the letters, a thin line, and the name beside a logo."""

    ground: Colour
    letters: Colour
    accent: Colour

    @property
    def name(self) -> Colour:
        """The accent, or the letters' colour if the accent cannot be read on the ground."""
        readable = contrast_of(self.accent.luminance, self.ground.luminance) >= MIN_CONTRAST
        return self.accent if readable else self.letters


def scheme_of(tone: Tone, picture: Image.Image, brand: Brand) -> Scheme:
    """Return a cover's colours: the brand's, and in the picture's most chromatic hue those that it leaves open."""
    hue = Oklch.of(brand.colour) if brand.colour else leading_hue(picture)
    if tone == "paper":
        return _on_paper(hue, brand)
    accent = brand.accent or _accent(hue)
    if tone == "shade":
        ground = hue._replace(lightness=SHADE, chroma=min(SHADE_CHROMA, hue.chroma)).colour()
        return Scheme(ground, WHITE, accent)
    if brand.colour is None:
        return Scheme(_ink(hue), WHITE, accent)
    ground, letters = ink_on(brand.colour)
    return Scheme(ground, letters, brand.accent or (accent if letters == WHITE else letters))


def _on_paper(hue: Oklch, brand: Brand) -> Scheme:
    ground = hue._replace(lightness=PAPER, chroma=min(PAPER_CHROMA, hue.chroma / 3)).colour()
    accent = brand.accent or brand.colour or _accent(hue._replace(lightness=0))
    return Scheme(ground, _ink(hue), accent)


def _ink(hue: Oklch) -> Colour:
    return hue._replace(lightness=INK, chroma=min(INK_CHROMA, 0.6 * hue.chroma)).colour()


def _accent(hue: Oklch) -> Colour:
    least, most = ACCENT_CHROMA
    return hue._replace(lightness=ACCENT, chroma=max(least, min(most, hue.chroma))).colour()


def ink_on(colour: Colour) -> tuple[Colour, Colour]:
    """Return a brand's colour as a ground, and the letters on it: white, else dark ink, whichever can be read.

    On a few middle tones, such as pure red, neither can. They are darkened, by a tenth of their lightness at most.
    """
    if contrast_of(1.0, colour.luminance) >= MIN_CONTRAST:
        return colour, WHITE
    for lightness in (INK, 0.2, 0.15, 0.1, 0.0):
        ink = Oklch.of(colour)._replace(lightness=lightness, chroma=min(INK_CHROMA, lightness / 4)).colour()
        if contrast_of(colour.luminance, ink.luminance) >= MIN_CONTRAST:
            return colour, ink
    return darkened(colour, MIN_CONTRAST), WHITE


def leading_hue(picture: Image.Image) -> Oklch:
    """Return the hue with the most chroma in a picture, with the mean chroma of its pixels, or a quiet blue."""
    pixels = picture.resize(SAMPLE, Image.Resampling.BOX, reducing_gap=2.0).getcolors(SAMPLE[0] * SAMPLE[1]) or []
    found = [(count, Oklch.of(Colour(*pixel))) for count, pixel in pixels]  # type: ignore[misc]
    if sum(count * colour.chroma for count, colour in found) < NEAR_GREY * SAMPLE[0] * SAMPLE[1]:
        return QUIET
    weights = [0.0] * BINS
    for count, colour in found:
        weights[int(colour.hue * BINS / 360) % BINS] += count * colour.chroma**2
    leader = max(range(BINS), key=lambda place: sum(weights[(place + step) % BINS] for step in (-1, 0, 1)))
    near = [each for each in found if (int(each[1].hue * BINS / 360) - leader + 1) % BINS <= 2]
    a, b = (sum(n * each.chroma * turn(math.radians(each.hue)) for n, each in near) for turn in (math.cos, math.sin))
    return Oklch(0.5, math.hypot(a, b) / sum(count for count, _ in near), math.degrees(math.atan2(b, a)) % 360)
