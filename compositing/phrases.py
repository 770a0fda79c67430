"""Where the phrases of Chinese, Japanese and Korean end: at spaces, and where two independent segmenters agree.

Each alone parts words: ICU's dictionary those that it lacks (``確定 | 申告``, ``外 | 卖``), BudouX's small model some
Chinese and Latin ones (``数 | 据``).
"""

import functools
from collections.abc import Callable, Iterable
from itertools import accumulate

from icu4py.breakers import LineBreaker, WordBreaker

__all__ = ["is_east_asian", "phrase_ends", "word_ends"]

# Locales that make ICU (Unicode Technical Standard 35, key lw) break lines between phrases instead of syllables. The
# Japanese rules know Chinese words, too.
JAPANESE, KOREAN = "ja-u-lb-strict-lw-phrase", "ko-u-lw-phrase"

CLOSING = "）」』】〕］｝〉》"  # noqa: RUF001


def is_east_asian(text: str) -> bool:
    """Return whether a text has Chinese, Japanese or Korean characters."""
    return any(character >= "\u2e80" for character in text)


def phrase_ends(text: str, han: str) -> tuple[set[int], set[int]]:
    """Return the places where a phrase ends, and joints of long words: only one segmenter ends a phrase there.

    A joint beside a single character is none: that is a particle, or a word that one of them does not have. So is one
    before the last character in brackets.

    Args:
        text: the title.
        han: its regional form of Han characters, as ``han_form`` returns it.
    """
    if han == "kr":
        return _ends(LineBreaker(text, KOREAN)), set()
    dictionary, model = _ends(LineBreaker(text, JAPANESE)), _ends(_model(han)(text))
    spaces = {place for place in range(1, len(text)) if text[place - 1] == " "}
    ends, every = dictionary & (model | spaces), dictionary | model | {0}
    closing = {place for place in range(1, len(text)) if text[place] in CLOSING}
    return ends, {place for place in every - ends if not {place - 1, place + 1} & (every | closing)}


def word_ends(text: str) -> set[int]:
    """Return the places where a word ends."""
    return _ends(WordBreaker(text, "en"))


@functools.cache
def _model(han: str) -> Callable[[str], list[str]]:
    import budoux  # Only these titles need a model.

    load = {"jp": budoux.load_default_japanese_parser, "tc": budoux.load_default_traditional_chinese_parser}
    return load.get(han, budoux.load_default_simplified_chinese_parser)().parse


def _ends(pieces: Iterable[str]) -> set[int]:
    return set(accumulate(map(len, pieces)))
