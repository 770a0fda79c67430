"""Hyphenation by dictionary: Liang's algorithm, with the LibreOffice patterns that Pyphen ships.

Pyphen itself parses a whole dictionary first, which for German takes longer than a hundred thumbnails. This module
reads only the patterns that can occur in the given words.
"""

import re
from pathlib import Path

__all__ = ["hyphenate"]

# The fewest letters before and after a hyphen, and in a word that gets one.
BESIDE, LONG_WORD = 3, 8
# Python's names for encodings that dictionaries call by other names.
ENCODINGS = {"microsoft-cp1251": "cp1251"}
DIGITS = str.maketrans("", "", "0123456789")


def hyphenate(text: str, language: str) -> list[int]:
    """Return the places in a text, in order, where a word may be hyphenated; none without a dictionary.

    Args:
        text: words and anything between them.
        language: two or three letters, or empty.
    """
    from pyphen import LANGUAGES  # Most titles need no hyphens, and so no dictionary.

    words = [word for word in re.finditer(r"[^\W\d_]+", text) if len(word[0]) >= LONG_WORD]
    if not words or language not in LANGUAGES:
        return []
    patterns = _patterns(LANGUAGES[language], "".join(word[0] for word in words).lower())
    return [word.start() + place for word in words for place in _places(word[0].lower(), patterns)]


def _patterns(dictionary: Path, letters: str) -> dict[str, str]:
    """Return the patterns that consist only of these letters, by their letters."""
    encoding, _, raw = dictionary.read_bytes().partition(b"\n")
    name = encoding.decode().strip().lower()
    lines = raw.decode(ENCODINGS.get(name, name))
    found = re.findall(f"^[.0-9{''.join(sorted(set(letters)))}]+$", lines, re.MULTILINE)
    return {pattern.translate(DIGITS): pattern for pattern in found}


def _places(word: str, patterns: dict[str, str]) -> list[int]:
    edged = f".{word}."
    longest = max(map(len, patterns), default=0)
    values = [0] * (len(edged) + 1)
    for start in range(len(edged)):
        for end in range(start + 1, min(len(edged), start + longest) + 1):
            place = start
            for sign in patterns.get(edged[start:end], ""):
                if sign.isdigit():
                    values[place] = max(values[place], int(sign))
                else:
                    place += 1
    return [place for place in range(BESIDE, len(word) - BESIDE + 1) if values[place + 1] % 2]
