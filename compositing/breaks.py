"""Where a title may be broken into lines, and what each break costs."""

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate

from icu4py.breakers import CharacterBreaker, LineBreaker, WordBreaker

from compositing.hyphenation import hyphenate
from compositing.languages import FUNCTION_WORDS

__all__ = ["Break", "Kind", "breaks", "breaks_anywhere", "breaks_at_no_break_spaces", "syllable_breaks"]

# Locales that make ICU (Unicode Technical Standard 35, key lw) break lines between phrases instead of syllables. The
# Japanese rules know Chinese words, too.
JAPANESE, KOREAN = "ja-u-lb-strict-lw-phrase", "ko-u-lw-phrase"
SOFT_HYPHEN, ZERO_WIDTH_SPACE = "\u00ad", "\u200b"
# Those that may be broken if they join more than a line holds: not after a number, nor at French punctuation.
NO_BREAK_SPACES = re.compile(r"(?<![«\d])[\u00a0\u2007\u202f]++(?![:;!?»]|$)")
# Names in code and paths, which break before dots, after _ and \, and at humps; shorter ones are better whole.
IDENTIFIER = re.compile(r"[A-Za-z0-9_.:()\[\]#$\\-]{14,}")
INSIDE_IDENTIFIER = re.compile(
    r"(?<=[A-Za-z0-9_)\]]{2})(?=\.[A-Za-z]{2})|(?<=[A-Za-z0-9]_)(?=[A-Za-z0-9]{2})|(?<=[a-z]{3})(?=[A-Z][a-z]{2})"
    r"|(?<=\\)(?=\w)"
)

# Costs, of which 1 is a break that a reader stumbles over. A line that starts with a sign:
SIGN_FIRST = 1.0
SIGNS = "-\N{EN DASH}\N{EM DASH}|&+/\N{MIDDLE DOT}\N{BULLET}=\N{RIGHTWARDS ARROW}\N{MULTIPLICATION SIGN}~<>*"
# A line that ends with an article or a preposition, or starts with the unit of a number or the noun it counts:
FUNCTION_WORD_LAST, UNIT_FIRST, COUNTED_FIRST, SHORT_UNIT = 0.2, 0.3, 0.15, 3
# Places where a reader pauses anyway.
BEHIND = {":": -0.3, "?": -0.3, "!": -0.3, ".": -0.2, ";": -0.3, "\N{EM DASH}": -0.2, "\N{EN DASH}": -0.2, ",": -0.12}
BEHIND |= {"-": -0.1, "|": -0.3, "\N{FULLWIDTH COLON}": -0.3, "\N{IDEOGRAPHIC COMMA}": -0.15}
BEFORE = {"(": -0.2, "[": -0.15, "\N{FULLWIDTH LEFT PARENTHESIS}": -0.2, "\N{LEFT CORNER BRACKET}": -0.1}
# A Chinese particle belongs to the word before it.
PARTICLES, PARTICLE_FIRST = "的了着们吗呢吧", 0.5
# Breaks inside a word.
SOFT_HYPHENATED, COMPOUND, SHORT_COMPOUND, INSIDE_PHRASE, INSIDE_WORD = 0.3, 0.5, 1.5, 0.4, 1.2
HYPHENATED, NO_BREAK, ANYWHERE = 0.8, 0.5, 1.5


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
    """Return the places where a dictionary of the title's language, if there is one, hyphenates its words."""
    return tuple(Break(place, place, Kind.SYLLABLES, HYPHENATED, "-") for place in hyphenate(text, language))


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
    phrases = _ends(LineBreaker(text, KOREAN if han == "kr" else JAPANESE)) if _is_east_asian(text) else None
    words = _ends(WordBreaker(text, "en")) if phrases else ()
    for start in sorted(_ends(LineBreaker(text, "en")) - {len(text)}):
        end = len(text[:start].rstrip(" " + ZERO_WIDTH_SPACE))
        if not end:
            continue
        if text[end - 1] == SOFT_HYPHEN:
            yield Break(end - 1, start, Kind.PARTS, SOFT_HYPHENATED, _soft_hyphen(text, end - 1))
        elif end < start:
            yield Break(end, start, Kind.WORDS, _cost(text, end, start, language))
        elif text[end - 1].isascii() and unicodedata.category(text[end - 1])[0] in "PS":
            yield Break(end, start, Kind.PARTS, _compound_cost(text, end))
        elif phrases and start not in phrases:
            parted = (Kind.PARTS, INSIDE_PHRASE) if start in words else (Kind.SYLLABLES, INSIDE_WORD)
            yield Break(end, start, *parted)
        else:
            yield Break(end, start, Kind.WORDS, _cost(text, end, start, language))


def _soft_hyphen(text: str, place: int) -> str:
    return _hyphen(text.replace(SOFT_HYPHEN, ""), place - text[:place].count(SOFT_HYPHEN))


def _ends(breaker: LineBreaker | WordBreaker) -> set[int]:
    return set(accumulate(map(len, breaker)))


def _is_east_asian(text: str) -> bool:
    return any(character >= "\u2e80" for character in text)


def _cost(text: str, end: int, start: int, language: str) -> float:
    """Return the cost of a break between two words, which is negative for a good one."""
    before, after = text[:end].rsplit(" ", 1)[-1], text[start:].split(" ", 1)[0]
    cost = BEHIND.get(before[-1], 0.0) + BEFORE.get(after[0], 0.0)
    if after[0] in SIGNS and (len(after) == 1 or after[0] != "-"):
        cost += SIGN_FIRST
    function_words = FUNCTION_WORDS.get(language or "en", ())
    if before.lower() in function_words:
        cost += FUNCTION_WORD_LAST
    if before[0].isdigit() and before[-1].isalnum() and after.lower() not in function_words:
        cost += UNIT_FIRST if len(after) <= SHORT_UNIT else COUNTED_FIRST
    if after[0] in PARTICLES:
        cost += PARTICLE_FIRST
    return cost


def _compound_cost(text: str, place: int) -> float:
    """Return the cost of a break inside a compound, which is higher if one of its parts is short, as in I/O."""
    before = re.split(r"[\s\W_]", text[: place - 1])[-1]
    after = re.split(r"[\s\W_]", text[place:])[0]
    return COMPOUND if min(len(before), len(after)) >= 3 else SHORT_COMPOUND


def _inside_identifiers(text: str) -> Iterator[Break]:
    for name in IDENTIFIER.finditer(text):
        for part in INSIDE_IDENTIFIER.finditer(text, name.start(), name.end()):
            if name.start() + 2 <= part.start() <= name.end() - 2:
                yield Break(part.start(), part.start(), Kind.PARTS, COMPOUND)
