"""What a break between two words costs: words that belong together, and places where a reader pauses."""

import re
from collections.abc import Sequence

from compositing.languages import known_of

__all__ = ["cost_between"]

# A line that ends with an abbreviation, with a name without its number or year, or with a letter that may not be there.
ABBREVIATION_LAST, NUMBER_FIRST, YEAR_FIRST, LONELY_LETTER_LAST = 2.0, 0.8, 0.3, 0.6
# A line that starts with a sign:
SIGN_FIRST = 1.0
SIGNS = "-\N{EN DASH}\N{EM DASH}|&+/\N{MIDDLE DOT}\N{BULLET}=\N{RIGHTWARDS ARROW}\N{MULTIPLICATION SIGN}~<>*"
# A line that ends with an article or a preposition, or starts with the unit of a number or the noun it counts:
FUNCTION_WORD_LAST, UNIT_FIRST, COUNTED_FIRST, SHORT_UNIT = 0.45, 0.5, 0.35, 3
# A name of two words before its number, as in Claude Opus 4.5.
NAME_PARTED = 0.25
# Places where a reader pauses anyway.
BEHIND = {":": -0.6, "?": -0.6, "!": -0.6, ".": -0.4, ";": -0.6, "\N{EM DASH}": -0.5, "\N{EN DASH}": -0.5, ",": -0.2}
BEHIND |= {
    "-": -0.3,
    "|": -0.6,
    "\N{FULLWIDTH COLON}": -0.6,
    "\N{IDEOGRAPHIC COMMA}": -0.2,
    "\N{IDEOGRAPHIC FULL STOP}": -0.4,
}
BEHIND |= {"\N{FULLWIDTH QUESTION MARK}": -0.6, "\N{FULLWIDTH EXCLAMATION MARK}": -0.6}
BEFORE = {"(": -0.25, "[": -0.2, "\N{FULLWIDTH LEFT PARENTHESIS}": -0.25, "\N{LEFT CORNER BRACKET}": -0.2}
# A Chinese particle belongs to the word before it, and a Japanese one to a Latin name, even after a space.
PARTICLES, PARTICLE_FIRST = "的了着们吗呢吧", 0.8
HIRAGANA = re.compile("[\u3041-\u3096]")

# Abbreviations that need the word after them, and those that need a number; one letter with a dot always does. Words
# such as "etc." and "Inc." belong to what is before them.
ABBREVIATION = re.compile(
    r"\W*(?:\w|dr|prof|st|mrs?|ms|mme|mlle|mt|ft|sra?|dott|ing|vs|cf|ca|approx|incl|inkl|bzw|vgl|resp|e\.g|i\.e|z\.b|d\.h"
    r"|ul|ks|im|np|tzn|tj|św|sv|např|tzv|esim|mm|bl\.a|t\.ex|bijv|dhr|mevr|ул|им|св|т\.е|δηλ|π\.χ)\.",  # noqa: RUF001
    re.IGNORECASE,
)
NUMBERED = re.compile(
    r"\W*(?:no|nr|nos|nrs|vol|fig|pp?|ch|art|abs|bd|str|pág|pag|núm|núms|č|г|стр|рис)\.|[#№§]",  # noqa: RUF001
    re.IGNORECASE,
)
NUMBER = re.compile(r"[\"'(\[#]*v?\d[\w.,]*?(?P<after>[.,:;!?)\]\"'\N{HORIZONTAL ELLIPSIS}\N{FULLWIDTH COLON}]*)")
YEAR = re.compile(r"(?:19|20)\d\d\b(?!\.\d)")
VERSION = re.compile(r"v?\d+(?:\.\w+)+|v\d+", re.IGNORECASE)


def cost_between(words: Sequence[str], number: int, language: str) -> float:
    """Return the cost of a break before a word, of which 1 is one that a reader stumbles over; negative for a good one.

    Args:
        words: all words of the title.
        number: the index of the word after the break, 1 or more.
        language: two or three letters, or empty.
    """
    before, after = words[number - 1], words[number]
    if bond := _bond(words, number, language):
        return bond
    function_words = known_of(language or "en").function_words
    # A question mark alone is a sign in a title about it, and a number at the end completes what is before it.
    pauses = (len(before) > 1 or before in SIGNS) and not (number + 1 == len(words) and NUMBER.fullmatch(after))
    cost = (BEHIND.get(before[-1], 0.0) if pauses else 0.0) + BEFORE.get(after[0], 0.0)
    if after[0] in SIGNS and (len(after) == 1 or after[0] != "-"):
        cost += SIGN_FIRST
    if before.lower() in function_words:
        cost += FUNCTION_WORD_LAST
    if before[0].isdigit() and before[-1].isalnum() and after.lower() not in function_words:
        cost += UNIT_FIRST if len(after) <= SHORT_UNIT else COUNTED_FIRST
    if after[0] in PARTICLES or (before[-1].isascii() and HIRAGANA.match(after)):
        cost += PARTICLE_FIRST
    if _is_name(before) and _is_name(after) and number + 1 < len(words) and _bond(words, number + 1, language):
        cost += NAME_PARTED
    return cost


def _bond(words: Sequence[str], number: int, language: str) -> float:
    """Return what it costs to part a word from the one before it, if one of them needs the other, else 0."""
    before, after = words[number - 1], words[number]
    if ABBREVIATION.fullmatch(before):
        return ABBREVIATION_LAST
    if before.lower() in known_of(language).lonely_letters:
        return LONELY_LETTER_LAST
    figure = NUMBER.fullmatch(after)
    if figure and NUMBERED.fullmatch(before):
        return ABBREVIATION_LAST
    numbers = figure and before[-1].isalnum() and _numbers_what_is_before(words, number, figure["after"], language)
    return (YEAR_FIRST if YEAR.match(after) else NUMBER_FIRST) if numbers else 0.0


def _numbers_what_is_before(words: Sequence[str], number: int, punctuation: str, language: str) -> bool:
    """Return whether a number belongs to the word before it, as in Windows 11, and does not count what follows."""
    before, after, following = words[number - 1], words[number], words[number + 1 : number + 2]
    function_words = known_of(language or "en").function_words
    if before.lower() in function_words or before[-1].isdigit():
        return False
    if VERSION.match(after) or not following or punctuation:
        return True
    return _is_name(before) and (following[0].lower() in function_words or following[0][0] in SIGNS)


def _is_name(word: str) -> bool:
    return word[0].isalpha() and word != word.lower()
