"""The vendored fonts and their catalogue."""

import functools
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import uharfbuzz

from compositing.icu import Property, category, has_property

__all__ = [
    "BRAND_FONT",
    "FONTS_DIR",
    "UNITS_PER_EM",
    "Font",
    "beside_brand",
    "fallbacks",
    "font_names",
    "load_font",
    "open_font",
]

FONTS_DIR = Path(__file__).resolve().parent.parent / "fonts"

# Every font is scaled to the same units, so that fonts can mix within a line.
UNITS_PER_EM = 2048
EMOJI = "noto-color-emoji"
# The name of the brand's own font in a request.
BRAND_FONT = "brand"
# The least that a brand's font must have.
LATIN_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# The first bytes of WOFF2 and WOFF.
WEB_FONTS = (b"wOF2", b"wOFF")
# A variable font's axis, and where it is drawn unless the brand says otherwise.
WEIGHT, BOLD = "wght", 700
# Shares of a font's size: the thinnest stems that can be read, most that a fallback's are changed by; and the pixels at
# which they are measured.
THINNEST, MOST_CHANGED, STEM_SIZE = 0.05, 0.06, 400
# The fonts for the regional forms of Han characters, which share their code points.
HAN = {"jp": "noto-sans-jp", "kr": "noto-sans-kr", "sc": "noto-sans-sc", "tc": "noto-sans-tc"}


@dataclass(frozen=True, eq=False)
class Font:
    """An open font: the shaper's object, and its metrics in 2048ths of an em.

    ``descent`` is how far its plain letters reach below the baseline; ``tracking`` is added to each letter's width; a
    font that ``is_capitals`` draws every letter as a capital; ``beside`` names the best fallbacks for it.
    """

    name: str
    shaper: uharfbuzz.Font
    cap_height: int
    descent: int
    tracking: int = 0
    is_capitals: bool = False
    beside: tuple[str, ...] = ()

    @functools.cached_property
    def stem(self) -> float:
        """The width of a letter's stem as a share of the size, or 0 if it has no letter l."""
        return _stem(self.shaper)

    @property
    def is_colour(self) -> bool:
        """Whether its glyphs have colours of their own."""
        return self.name == EMOJI

    def has(self, text: str) -> bool:
        """Return whether it has a glyph for every visible character, precomposed or as letter and marks."""
        return self._has(text) or (not text.isascii() and self._has(unicodedata.normalize("NFD", text)))

    def _has(self, text: str) -> bool:
        return all(self.shaper.get_nominal_glyph(ord(character)) or _needs_no_glyph(character) for character in text)


@functools.cache
def _catalogue() -> dict[str, dict[str, dict[str, Any]]]:
    catalogue: dict[str, dict[str, dict[str, Any]]] = json.loads((FONTS_DIR / "catalogue.json").read_text())
    return catalogue


def font_names() -> tuple[str, ...]:
    """Return the names of the fonts that a request may name, in the catalogue's order."""
    return tuple(_catalogue()["fonts"])


@functools.cache
def load_font(name: str) -> Font:
    """Open a font of the catalogue; it stays open for the life of the process."""
    entry = _catalogue()["fonts"].get(name) or _catalogue()["fallback"][name]
    return _opened(
        name,
        uharfbuzz.Blob.from_file_path(FONTS_DIR / entry["file"]),
        tracking=round(entry.get("tracking", 0) * UNITS_PER_EM),
        is_capitals=entry.get("capitals", False),
        beside=tuple(entry.get("beside", ())),
    )


def open_font(data: bytes, weight: int | None = None) -> Font:
    """Open a brand's own font, a variable one at a weight, by default bold.

    Raises:
        ValueError: the bytes are not a font, or one without capital letters, or too thin to be read as a title.
    """
    if data[:4] in WEB_FONTS:
        raise ValueError(
            "is a web font, which is compressed; give the TTF or OTF that it was made from, or unpack a WOFF2 with "
            "'pip install fonttools brotli' and 'fonttools ttLib.woff2 decompress <file>'"
        )
    font = _opened(BRAND_FONT, uharfbuzz.Blob(data), weight=weight or BOLD)
    if not font.cap_height or not font.has(LATIN_CAPITALS):
        raise ValueError("is not a TTF or OTF with the letters A to Z; give one that is")
    if weight and not _has_weights(font.shaper.face):
        raise ValueError("has a single weight, so font_weight has no effect; remove it, or give a variable font")
    if font.stem and font.stem < THINNEST:
        raise ValueError(
            f"is too thin to read in a feed: its stems are {font.stem:.1%} of its size, and need {THINNEST:.0%}. Give "
            "a heavier cut, such as its SemiBold, or a variable font with a font_weight"
        )
    return font


@functools.lru_cache(maxsize=64)
def beside_brand(fallback: Font, font: Font) -> Font:
    """Return a fallback as heavy as a brand's font, so that its letters do not stand out beside it.

    The fonts of the catalogue are all bold, and so are their fallbacks: these stay as they are.
    """
    if font.name != BRAND_FONT or fallback.is_colour or not (font.stem and fallback.stem):
        return fallback
    more = max(-MOST_CHANGED, min(MOST_CHANGED, font.stem - fallback.stem))
    shaper = uharfbuzz.Font(fallback.shaper.face)
    shaper.scale = (UNITS_PER_EM, UNITS_PER_EM)
    shaper.synthetic_bold = (more, more, True)
    return replace(fallback, shaper=shaper)


def _opened(name: str, blob: uharfbuzz.Blob, weight: int | None = None, **details: Any) -> Font:
    face = uharfbuzz.Face(blob)
    shaper = uharfbuzz.Font(face)
    shaper.scale = (UNITS_PER_EM, UNITS_PER_EM)
    if weight and _has_weights(face):
        shaper.set_variations({WEIGHT: weight})  # HarfBuzz keeps it within the font's range.
    return Font(
        name,
        shaper,
        cap_height=max(top for top, _ in _reach(shaper, "H")),
        descent=max(bottom for _, bottom in _reach(shaper, "gjpqy")),
        **details,
    )


def fallbacks(font: Font, han: str) -> Sequence[str]:
    """Return the names of a font's fallbacks, the most suitable first."""
    return (*font.beside, *_common_fallbacks(han))


@functools.cache
def _common_fallbacks(han: str) -> tuple[str, ...]:
    names = tuple(_catalogue()["fallback"])
    others = tuple(name for name in names if name != HAN[han])
    return names if han == "sc" else (*others[:1], HAN[han], *others[1:])


def _reach(shaper: uharfbuzz.Font, letters: str) -> list[tuple[int, int]]:
    """Return how far letters reach above and below the baseline, without letters that the font lacks."""
    glyphs = [shaper.get_nominal_glyph(ord(letter)) for letter in letters]
    inks = [shaper.get_glyph_extents(glyph) for glyph in glyphs if glyph]
    return [(ink.y_bearing, max(0, -ink.y_bearing - ink.height)) for ink in inks if ink] or [(0, 0)]


def _has_weights(face: uharfbuzz.Face) -> bool:
    return any(axis.tag == WEIGHT for axis in face.axis_infos)


def _stem(shaper: uharfbuzz.Font) -> float:
    """Return the width of the letter l, half way up, as a share of the font's size; 0 if it has none."""
    glyph = shaper.get_nominal_glyph(ord("l"))
    if not glyph:
        return 0.0
    raster, scale = uharfbuzz.RasterDraw(), STEM_SIZE / UNITS_PER_EM
    raster.extents = uharfbuzz.RasterExtents(x_origin=0, y_origin=0, width=STEM_SIZE, height=1, stride=0)
    middle = shaper.get_glyph_extents(glyph).y_bearing * scale / 2
    raster.transform = (scale, 0, 0, scale, STEM_SIZE / 4, -middle)
    raster.draw_glyph(shaper, glyph)
    return sum(bytes(raster.render().buffer)[:STEM_SIZE]) / 255 / STEM_SIZE


def _needs_no_glyph(character: str) -> bool:
    return category(character) == "Zs" or has_property(character, Property.DEFAULT_IGNORABLE)
