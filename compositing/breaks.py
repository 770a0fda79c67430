"""Where a title may be broken into lines, and what each break costs."""

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate

from icu4py.breakers import CharacterBreaker, LineBreaker

from compositing.hyphenation import Hyphen, hyphenate
from compositing.phrases import is_east_asian, phrase_ends, word_ends
from compositing.word_bonds import cost_between

__all__ = ["Break", "Kind", "breaks", "breaks_anywhere", "breaks_at_no_break_spaces", "syllable_breaks"]

SOFT_HYPHEN, ZERO_WIDTH_SPACE = "\u00ad", "\u200b"
# Those that may be broken if they join more than a line holds: not after a number, nor at French punctuation.
NO_BREAK_SPACES = re.compile(r"(?<![«\d])[\u00a0\u2007\u202f]++(?![:;!?»]|$)")
# Names in code and paths, which break before dots and after _ and \, and if need be at humps; short ones are whole.
IDENTIFIER = re.compile(r"[A-Za-z0-9_.:()\[\]#$\\-]{14,}")
JOINT = re.compile(r"(?<=[A-Za-z0-9_)\]]{2})(?=\.[A-Za-z]{2})|(?<=[A-Za-z0-9]_)(?=[A-Za-z0-9]{2})|(?<=\\)(?=\w)")
HUMP = re.compile(r"(?<=[a-z]{3})(?=[A-Z][a-z]{2})")
# Inside a foreign word, only between three letters or more on each side: dictionaries part words that they lack.
KATAKANA = "[\u30a1-\u30ff]"
PIECES = re.compile(f"(?<={KATAKANA})(?={KATAKANA})(?:(?<!{KATAKANA}{{3}})|(?!{KATAKANA}{{3}}))")

# Costs of breaks inside a word, as in ``word_bonds``.
SOFT_HYPHENATED, COMPOUND, SHORT_COMPOUND = 0.8, 1.0, 3.0
INSIDE_PHRASE, BETWEEN_WORDS_OF_A_PHRASE, INSIDE_WORD = 0.9, 2.4, 3.6
HYPHENATED = {Hyphen.JOINT: 1.2, Hyphen.SYLLABLE: 3.2, Hyphen.MISLEADING: 4.4}
NO_BREAK, HUMPED, ANYWHERE = 1.0, 3.4, 6.0


class Kind(IntEnum):
    """What a break separates. Higher kinds are used only if they make the title much larger."""

    WORDS = 0
    PARTS = 1
    SYLLABLES = 2
    ANYTHING = 3


@dataclass(frozen=True)
class Break:
    """Where a line may end and the next one start. The space in between is not drawn."""

    end: int
    start: int
    kind: Kind
    cost: float
    suffix: str = ""


@functools.lru_cache(maxsize=16)
def breaks(text: str, language: str, han: str) -> tuple[Break, ...]:
    """Return the places where a title may be broken by the rules of its script, in order."""
    found = {place.end: place for place in _inside_identifiers(text)}
    found |= {place.end: place for place in _between_pieces(text, language, han)}
    return tuple(found[end] for end in sorted(found))


def syllable_breaks(text: str, language: str) -> tuple[Break, ...]:
    """Return the places where the rules of the title's language, if they are known, hyphenate its words.

    A title of plain letters in an unknown language is most often a name or a term, for which English rules will do.
    """
    known = language or ("en" if text.isascii() else "")
    return tuple(Break(place, place, Kind.SYLLABLES, HYPHENATED[kind], "-") for place, kind in hyphenate(text, known))


def breaks_anywhere(text: str, start: int, end: int) -> Iterator[Break]:
    """Yield the places between the graphemes of a stretch."""
    place = start
    for grapheme in list(CharacterBreaker(text[start:end], "en"))[:-1]:
        place += len(grapheme)
        yield Break(place, place, Kind.ANYTHING, ANYWHERE, _hyphen(text, place))


def breaks_at_no_break_spaces(text: str, start: int, end: int) -> Iterator[Break]:
    """Yield the places of the no-break spaces of a stretch."""
    for space in NO_BREAK_SPACES.finditer(text, start + 1, end):
        yield Break(space.start(), space.end(), Kind.WORDS, NO_BREAK)


def _hyphen(text: str, place: int) -> str:
    """Return the suffix for a break inside a word: a hyphen between letters of scripts with upper and lower case."""
    letters = (text[place - 1], text[place : place + 1])
    return "-" if all(letter.lower() != letter.upper() for letter in letters) else ""


def _between_pieces(text: str, language: str, han: str) -> Iterator[Break]:
    inside = _inside_phrases(text, han) if is_east_asian(text) else {}
    for start in sorted(set(accumulate(map(len, LineBreaker(text, "en")))) - {len(text)}):
        end = len(text[:start].rstrip(" " + ZERO_WIDTH_SPACE))
        if not end:
            continue
        if text[end - 1] == SOFT_HYPHEN:
            yield Break(end - 1, start, Kind.PARTS, SOFT_HYPHENATED, _soft_hyphen(text, end - 1))
        elif end < start:
            yield _between_words(text, end, start, language)
        elif text[end - 1].isascii() and unicodedata.category(text[end - 1])[0] in "PS":
            yield Break(end, start, Kind.PARTS, _compound_cost(text, end))
        elif start in inside:
            yield Break(end, start, *inside[start])
        else:
            yield _between_words(text, end, start, language)


def _inside_phrases(text: str, han: str) -> dict[int, tuple[Kind, float]]:
    """Return the kind and cost of each break inside a phrase of a Chinese, Japanese or Korean title."""
    ends, joints = phrase_ends(text, han)
    words = word_ends(text)
    return {
        place: (Kind.WORDS, INSIDE_PHRASE) if place in joints & words and not PIECES.match(text, place)
        else (Kind.PARTS, BETWEEN_WORDS_OF_A_PHRASE) if place in words and not PIECES.match(text, place)
        else (Kind.SYLLABLES, INSIDE_WORD)
        for place in range(1, len(text)) if place not in ends
    }  # fmt: skip


def _between_words(text: str, end: int, start: int, language: str) -> Break:
    before, after = text[:end].split(), text[start:].split()
    cost = cost_between([*before, *after], len(before), language)
    return Break(end, start, Kind.WORDS, cost)


def _soft_hyphen(text: str, place: int) -> str:
    return _hyphen(text.replace(SOFT_HYPHEN, ""), place - text[:place].count(SOFT_HYPHEN))


def _compound_cost(text: str, place: int) -> float:
    """Return the cost of a break inside a compound, which is higher if one of its parts is short, as in I/O."""
    before = re.split(r"[\s\W_]", text[: place - 1])[-1]
    after = re.split(r"[\s\W_]", text[place:])[0]
    return COMPOUND if min(len(before), len(after)) >= 3 else SHORT_COMPOUND


def _inside_identifiers(text: str) -> Iterator[Break]:
    for name in IDENTIFIER.finditer(text):
        for pattern, cost in ((HUMP, HUMPED), (JOINT, COMPOUND)):
            for part in pattern.finditer(text, name.start(), name.end()):
                if name.start() + 2 <= part.start() <= name.end() - 2:
                    yield Break(part.start(), part.start(), Kind.PARTS, cost)
