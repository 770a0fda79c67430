"""Where dictionaries hyphenate words: Liang's algorithm, with the patterns of LibreOffice's that Pyphen brings along.

Pyphen itself parses a whole dictionary first, which for German takes longer than a hundred thumbnails. Here only those
patterns are read that can occur in the words asked for.
"""

import re
from pathlib import Path

__all__ = ["hyphenate"]

# The fewest letters before a hyphen and behind it, and in a word that gets one.
BESIDE, LONG_WORD = 3, 8
# How Python calls the encodings that dictionaries name by other names.
ENCODINGS = {"microsoft-cp1251": "cp1251"}
DIGITS = str.maketrans("", "", "0123456789")


def hyphenate(text: str, language: str) -> list[int]:
    """Return the places in a text, in order, where a hyphen may part a word; none where there is no dictionary for it.

    Args:
        text: words with whatever lies between them.
        language: two or three letters, or nothing.
    """
    from pyphen import LANGUAGES  # Most titles need no hyphen, and so no dictionary.

    words = [word for word in re.finditer(r"[^\W\d_]+", text) if len(word[0]) >= LONG_WORD]
    if not words or language not in LANGUAGES:
        return []
    patterns = _patterns(LANGUAGES[language], "".join(word[0] for word in words).lower())
    return [word.start() + place for word in words for place in _places(word[0].lower(), patterns)]


def _patterns(dictionary: Path, letters: str) -> dict[str, str]:
    """Return the patterns of nothing but these letters, each under its letters alone."""
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
