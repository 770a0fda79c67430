"""The vendored fonts: the catalogue that names them, and what each can set."""

import functools
import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import uharfbuzz

__all__ = ["Font", "font_names", "load_font", "missing_characters"]

FONTS_DIR = Path(__file__).resolve().parent.parent / "fonts"

# Hebrew to the last of the Indic blocks: right to left, joined or reordered. One font by itself does not set those.
COMPLEX_SCRIPTS = range(0x0590, 0x1D00)
# Default_Ignorable_Code_Point (Unicode 17, DerivedCoreProperties.txt), as far as it lies outside those scripts:
# joiners, direction marks, variation selectors and the like, which a shaper leaves out.
IGNORABLE = (
    *(range(code, code + 1) for code in (0x00AD, 0x034F, 0x061C, 0x3164, 0xFEFF, 0xFFA0)),
    range(0x200B, 0x2010),
    range(0x202A, 0x202F),
    range(0x2060, 0x2070),
    range(0xFE00, 0xFE10),
    range(0xFFF0, 0xFFF9),
    range(0xE0000, 0xE1000),
)


@dataclass(frozen=True, eq=False)
class Font:
    """One font, opened: the shaper's object, and the metrics that layout needs, all in font units."""

    name: str
    shaper: uharfbuzz.Font
    units_per_em: int
    cap_height: int
    characters: frozenset[int]


@functools.cache
def _catalogue() -> dict[str, dict[str, str]]:
    entries: dict[str, dict[str, str]] = json.loads((FONTS_DIR / "catalogue.json").read_text())
    return entries


def font_names() -> tuple[str, ...]:
    """Return the names of all fonts, in the catalogue's order."""
    return tuple(_catalogue())


@functools.cache
def load_font(name: str) -> Font:
    """Open a font of the catalogue; it stays open for the life of the process."""
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(FONTS_DIR / _catalogue()[name]["file"]))
    shaper = uharfbuzz.Font(face)
    capital = shaper.get_glyph_extents(shaper.get_nominal_glyph(ord("H")))
    return Font(name, shaper, face.upem, -capital.height, frozenset(face.unicodes))


def missing_characters(title: str, font: str) -> str:
    """Return the characters of a title that the font cannot set, each once, in order of appearance."""
    characters = load_font(font).characters
    return "".join(dict.fromkeys(c for c in title if not _can_set(c, characters)))


def _can_set(character: str, characters: frozenset[int]) -> bool:
    code = ord(character)
    if unicodedata.category(character) == "Zs" or any(code in ignorable for ignorable in IGNORABLE):
        return True  # Nothing is drawn for these.
    return code in characters and code not in COMPLEX_SCRIPTS
