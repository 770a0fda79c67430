"""The vendored fonts: the catalogue that names them, and which of them sets what."""

import functools
import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import uharfbuzz

__all__ = ["FONTS_DIR", "UNITS_PER_EM", "Font", "font_for", "font_names", "load_font", "preferred_han"]

FONTS_DIR = Path(__file__).resolve().parent.parent / "fonts"

# Every font is scaled to the same units, so that fonts mix within a line.
UNITS_PER_EM = 2048
EMOJI = "noto-color-emoji"
# One code point, three looks: Han characters look as the rest of the title says they should.
HAN = {"jp": "noto-sans-jp", "kr": "noto-sans-kr", "sc": "noto-sans-sc"}
# Default_Ignorable_Code_Point (Unicode 17, DerivedCoreProperties.txt): joiners, direction marks, variation selectors
# and the like, which a shaper leaves out.
IGNORABLE = (
    *(range(code, code + 1) for code in (0x00AD, 0x034F, 0x061C, 0x3164, 0xFEFF, 0xFFA0)),
    range(0x200B, 0x2010),
    range(0x202A, 0x202F),
    range(0x2060, 0x2070),
    range(0xFE00, 0xFE10),
    range(0xFFF0, 0xFFF9),
    range(0xE0000, 0xE1000),
)
# Emoji_Presentation (Unicode 17, emoji-data.txt) below U+1F000: pictures unless a text selector follows.
EMOJI_PRESENTATION = frozenset(
    "\u231a\u231b\u23e9\u23ea\u23eb\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be"
    "\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753\u2754\u2755"
    "\u2757\u2795\u2796\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u2648\u2649\u264a\u264b\u264c\u264d\u264e\u264f\u2650"
    "\u2651\u2652\u2653"
)
TEXT_SELECTOR, EMOJI_SELECTOR = "\ufe0e", "\ufe0f"


@dataclass(frozen=True, eq=False)
class Font:
    """One font, opened: the shaper's object, and the metric that layout needs, in 2048ths of an em."""

    name: str
    shaper: uharfbuzz.Font
    cap_height: int

    @property
    def is_colour(self) -> bool:
        """Whether its glyphs are pictures with colours of their own."""
        return self.name == EMOJI

    def has(self, text: str) -> bool:
        """Say whether there is a glyph for every character that is drawn at all."""
        return all(self.shaper.get_nominal_glyph(ord(c)) or _is_ignorable(c) for c in text)


@functools.cache
def _catalogue() -> dict[str, dict[str, dict[str, str]]]:
    catalogue: dict[str, dict[str, dict[str, str]]] = json.loads((FONTS_DIR / "catalogue.json").read_text())
    return catalogue


def font_names() -> tuple[str, ...]:
    """Return the names of the fonts that a request may ask for, in the catalogue's order."""
    return tuple(_catalogue()["fonts"])


@functools.cache
def load_font(name: str) -> Font:
    """Open a font of the catalogue; it stays open for the life of the process."""
    entry = _catalogue()["fonts"].get(name) or _catalogue()["fallback"][name]
    shaper = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(FONTS_DIR / entry["file"])))
    shaper.scale = (UNITS_PER_EM, UNITS_PER_EM)
    capital = shaper.get_glyph_extents(shaper.get_nominal_glyph(ord("H")) or 0)
    return Font(name, shaper, -capital.height if capital else 0)


def preferred_han(title: str) -> str:
    """Return in whose look a title's Han characters are set: ``jp`` beside kana, ``kr`` beside hangul, else ``sc``."""
    if any("\u3040" <= character <= "\u30ff" for character in title):
        return "jp"
    return "kr" if any("\uac00" <= character <= "\ud7a3" for character in title) else "sc"


@functools.lru_cache(maxsize=4096)
def font_for(grapheme: str, font: str, han: str) -> Font | None:
    """Return the font that sets a grapheme: the one asked for if it can, else the first fallback that can, or None."""
    if any(unicodedata.category(character) == "Co" for character in grapheme):
        return None  # Private use: whatever a font has there, it is not what the title means.
    first = [EMOJI] if _is_emoji(grapheme) else []
    for name in (*first, font, *_fallbacks(han)):
        candidate = load_font(name)
        if candidate.has(grapheme):
            return candidate
    return None


@functools.cache
def _fallbacks(han: str) -> tuple[str, ...]:
    others = [name for name in _catalogue()["fallback"] if name != HAN[han]]
    return (*others[:1], HAN[han], *others[1:]) if han != "sc" else tuple(_catalogue()["fallback"])


def _is_emoji(grapheme: str) -> bool:
    if TEXT_SELECTOR in grapheme:
        return False
    return EMOJI_SELECTOR in grapheme or ord(grapheme[0]) >= 0x1F000 or grapheme[0] in EMOJI_PRESENTATION


def _is_ignorable(character: str) -> bool:
    code = ord(character)
    return unicodedata.category(character) == "Zs" or any(code in ignorable for ignorable in IGNORABLE)
