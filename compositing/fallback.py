"""Chooses a font for each word of a title: the requested one, or a fallback for a word that it lacks glyphs for."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from icu4py.breakers import CharacterBreaker

from compositing.fonts import EMOJI, Font, beside_brand, fallbacks, load_font
from compositing.icu import Property, category, has_property, script
from compositing.languages import han_form

__all__ = ["Part", "missing_characters", "set_in_fonts"]

TEXT_SELECTOR, EMOJI_SELECTOR, KEYCAP = "\ufe0e", "\ufe0f", "\u20e3"
# Scripts that mix within a word.
TOGETHER = {"Hira": "Hani", "Kana": "Hani", "Bopo": "Hani"}
# Scripts that have capitals.
BICAMERAL = ("Latn", "Grek", "Cyrl", "Armn")
# Apostrophes do not end a word.
APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
# If the requested font lacks more than this share of a script's words, it sets none of them.
PATCHWORK = 1 / 3


@dataclass(frozen=True)
class Part:
    """A stretch of a title in one font and script (ISO 15924, or empty)."""

    start: int
    end: int
    font: Font | None
    script: str


@dataclass
class _Word:
    """Graphemes that one font sets: neighbouring letters and digits of one script, or a single other grapheme."""

    start: int
    graphemes: list[str]
    script: str
    font: Font | None = None

    @property
    def text(self) -> str:
        return "".join(self.graphemes)


def set_in_fonts(text: str, font: Font, han: str) -> list[Part]:
    """Return the parts of a title, each with its font, or None if no font here can set it."""
    if text.isascii() and font.has(text):
        return [Part(0, len(text), font, "")]
    words = list(_words(text))
    _choose_for_words([word for word in words if word.script], font, han)
    parts: list[Part] = []
    for number, word in enumerate(words):
        if word.font:
            parts.append(Part(word.start, word.start + len(word.text), word.font, word.script))
        elif word.text.isspace():
            before = parts[-1].font if parts else None
            parts.append(Part(word.start, word.start + 1, before if before and not before.is_colour else font, ""))
        else:
            parts += _by_graphemes(word, _neighbours(words, number), font, han)
    return parts


def missing_characters(text: str, font: Font) -> str:
    """Return the distinct characters of a title that no font here can set, in order of appearance."""
    missing = [text[part.start : part.end] for part in set_in_fonts(text, font, han_form(text)) if part.font is None]
    return "".join(dict.fromkeys("".join(missing)))


def is_emoji(grapheme: str) -> bool:
    """Return whether a grapheme is an emoji: by its selector, else by Unicode's recommendation."""
    if TEXT_SELECTOR in grapheme:
        return False
    first = grapheme[0]
    return (
        EMOJI_SELECTOR in grapheme
        or KEYCAP in grapheme
        or has_property(first, Property.EMOJI_PRESENTATION)
        or (first >= "\U0001f000" and has_property(first, Property.EXTENDED_PICTOGRAPHIC))
    )


def _words(text: str) -> Iterator[_Word]:
    word: _Word | None = None
    start = 0
    for grapheme in CharacterBreaker(text, "en"):
        written = "" if is_emoji(grapheme) else _script(grapheme)
        digit = grapheme.isdigit()
        inside = grapheme in APOSTROPHES or grapheme[0] in APOSTROPHES
        if word and ((written and written == word.script) or ((digit or inside) and word.script)):
            word.graphemes.append(grapheme)
        elif word and written and word.script == "Zyyy":  # Digits followed by letters.
            word.script = written
            word.graphemes.append(grapheme)
        else:
            if word:
                yield word
            word = _Word(start, [grapheme], written or ("Zyyy" if digit and not is_emoji(grapheme) else ""))
        start += len(grapheme)
    if word:
        yield word


@functools.lru_cache(maxsize=4096)
def _script(grapheme: str) -> str:
    """Return the script of a letter, or an empty string for any other grapheme."""
    if category(grapheme[0])[0] not in "LM":
        return ""
    found = next((name for name in map(script, grapheme) if name not in ("Zyyy", "Zinh", "Zzzz")), "")
    return TOGETHER.get(found, found)


def _choose_for_words(words: Sequence[_Word], font: Font, han: str) -> None:
    """Choose one font for each word, or for all words of a script if the requested one would leave a patchwork."""
    for written in dict.fromkeys(word.script for word in words):
        together = [word for word in words if word.script == written]
        lacking = [word for word in together if not font.has(word.text)]
        everywhere = written in BICAMERAL and len(lacking) > PATCHWORK * len(together)
        for word in together:
            if everywhere:
                word.font = _first_fallback([each.text for each in together], font, han)
            elif word in lacking:
                word.font = _first_fallback([word.text], font, han)
            else:
                word.font = font


def _first_fallback(texts: Sequence[str], font: Font, han: str) -> Font | None:
    """Return the most suitable fallback that has all glyphs for these texts."""
    found = next((each for each in map(load_font, fallbacks(font, han)) if all(map(each.has, texts))), None)
    return found and beside_brand(found, font)


def _neighbours(words: Sequence[_Word], number: int) -> list[Font]:
    """Return the fonts of the words on both sides of a sign, if these are in scripts with capitals."""
    sides = (*words[max(0, number - 1) : number], *words[number + 1 : number + 2])
    return [word.font for word in sides if word.font and word.script in BICAMERAL]


def _by_graphemes(word: _Word, beside: Sequence[Font], font: Font, han: str) -> Iterator[Part]:
    start = word.start
    for grapheme in word.graphemes:
        yield Part(start, start + len(grapheme), _font_for(grapheme, beside, font, han), word.script)
        start += len(grapheme)


def _font_for(grapheme: str, beside: Sequence[Font], font: Font, han: str) -> Font | None:
    """Return the font for a grapheme: a neighbour's, the requested one, or else the first fallback that has it."""
    if any(category(character) == "Co" for character in grapheme):
        return None  # Private use: no font has the glyph that the title means.
    if is_emoji(grapheme) and load_font(EMOJI).has(grapheme):
        return load_font(EMOJI)
    for candidate in (*beside, font):
        if candidate.has(grapheme):
            return candidate
    return _first_fallback([grapheme], font, han)
