"""Hyphenation by the LibreOffice dictionaries that Pyphen ships, best at the joints of compounds."""

import re
from collections.abc import Iterator
from enum import Enum

from compositing.languages import known_of

__all__ = ["Hyphen", "hyphenate"]

# The fewest letters before and after a hyphen, and in a word that gets one.
BESIDE, LONG_WORD = 3, 8
# The fewest letters of a compound's parts.
LONG_PART = 4
# A Finnish syllable begins before each consonant with a vowel; Pyphen has no dictionary for it.
FINNISH = re.compile("(?=[bcdfghjklmnpqrstvwxz][aeiouyäöå])")
VOWELS = "aeiouyàáâäåæèéêëìíîïòóôöøùúûü"


class Hyphen(Enum):
    """How well a hyphen shows what a word is made of."""

    JOINT = "between the parts of a compound"
    SYLLABLE = "between syllables"
    MISLEADING = "before a vowel that belongs to the consonant before it"


def hyphenate(text: str, language: str) -> list[tuple[int, Hyphen]]:
    """Return the places in a text, in order, where a word may be hyphenated; none without rules for the language.

    A process reads a dictionary once. German's takes 0.4 seconds and 20 MB, most others a twentieth of that, so ask
    only for a title that needs hyphens.

    Args:
        text: words and anything between them.
        language: two or three letters, or empty.
    """
    words = [word for word in re.finditer(r"[^\W\d_]+", text) if len(word[0]) >= LONG_WORD]
    return [
        (word.start() + place, _hyphen(word[0].lower(), place, language))
        for word in words
        for place in _syllables(word[0].lower(), language)
    ]


def _syllables(word: str, language: str) -> Iterator[int]:
    if language == "fi":
        yield from (found.start() for found in FINNISH.finditer(word, BESIDE, len(word) - BESIDE + 1))
        return
    from pyphen import LANGUAGES, Pyphen  # Most titles need no hyphens, and so no dictionary.

    if language in LANGUAGES:
        dictionary = Pyphen(lang=language, left=BESIDE, right=BESIDE)
        # A place with data would also change the letters beside it, as some do in Hungarian.
        yield from (place for place in dictionary.positions(word) if not place.data)


def _hyphen(word: str, place: int, language: str) -> Hyphen:
    first, second = word[:place], word[place:]
    endings = known_of(language).first_parts
    if endings and min(len(first), len(second)) >= LONG_PART and re.search(f"(?:{endings})$", first):
        return Hyphen.JOINT
    misleads = second[0] in VOWELS and first[-1] not in VOWELS
    return Hyphen.MISLEADING if misleads else Hyphen.SYLLABLE
