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


@dataclass(frozen=True)
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
    if unicodedata.category(character) in ("Cf", "Zs"):  # Nothing is drawn for these.
        return True
    return ord(character) in characters and ord(character) not in COMPLEX_SCRIPTS
