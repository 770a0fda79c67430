"""Hyphenation by the LibreOffice dictionaries that Pyphen ships."""

import re

__all__ = ["hyphenate"]

# The fewest letters before and after a hyphen, and in a word that gets one.
BESIDE, LONG_WORD = 3, 8


def hyphenate(text: str, language: str) -> list[int]:
    """Return the places in a text, in order, where a word may be hyphenated; none without a dictionary.

    A process reads a dictionary once. German's takes 0.4 seconds and 20 MB, most others a twentieth of that, so ask
    only for a title that needs hyphens.

    Args:
        text: words and anything between them.
        language: two or three letters, or empty.
    """
    from pyphen import LANGUAGES, Pyphen  # Most titles need no hyphens, and so no dictionary.

    words = [word for word in re.finditer(r"[^\W\d_]+", text) if len(word[0]) >= LONG_WORD]
    if not words or language not in LANGUAGES:
        return []
    dictionary = Pyphen(lang=language, left=BESIDE, right=BESIDE)
    # A place with data would also change the letters beside it, as some do in Hungarian.
    return [word.start() + place for word in words for place in dictionary.positions(word[0]) if not place.data]
