"""Where a title may break, by ICU, and how it falls into lines of a given width."""

import functools
import unicodedata
from collections.abc import Callable, Iterable

from icu4py.breakers import CharacterBreaker, LineBreaker

from compositing.fonts import preferred_han

__all__ = ["ELLIPSIS", "Fits", "fill_lines", "shorten"]

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
Fits = Callable[[str], bool]
# What makes ICU (Unicode Technical Standard 35, key lw) end lines between phrases instead of syllables: the Japanese
# rules know the words of Chinese, too, and leave other languages as they are.
JAPANESE, KOREAN = "ja-u-lb-strict-lw-phrase", "ko-u-lw-phrase"


def fill_lines(
    title: str,
    fits: Fits,
    max_lines: int,
    *,
    inside_words: bool = True,
    may_break: Callable[[str], bool] = lambda word: False,
) -> list[str] | None:
    """Fill lines from the first on, each with as much as fits.

    Args:
        title: the text, without line breaks of its own.
        fits: says whether a line holds a text.
        max_lines: how many lines there may be.
        inside_words: whether a line may end wherever the script allows it (behind a hyphen or a slash, between two
            Han characters), and not only between words, or in Japanese and Korean between phrases.
        may_break: says whether a word that is wider than a line may be broken, between graphemes; a hyphen shows it.

    Returns:
        The lines, or None where the title needs more of them or a word fits on none.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(title) if inside_words else _words(title):
        if fits((line + piece).rstrip()):
            line += piece
            continue
        if line:
            lines.append(line.rstrip())
            line = ""
        if not fits(piece.rstrip()):
            if not may_break(piece.rstrip()):
                return None
            head, piece = _break_word(piece, fits, max_lines - len(lines))
            lines += head
        line = piece
        if len(lines) >= max_lines:
            return None
    return [*lines, line.rstrip()]


def shorten(title: str, fits: Fits, max_lines: int) -> list[str]:
    """Return full lines of the title's beginning, the last one ending in an ellipsis.

    The cut lies between words where one fits on the last line, and between graphemes otherwise.
    """
    lines: list[str] = []
    rest = title
    while rest and len(lines) < max_lines - 1:
        line = (
            _longest(_words(rest), fits)
            or _longest(_pieces(rest), fits)
            or _longest(_graphemes(rest), fits, at_least=1)
        )
        lines.append(line.rstrip())
        rest = rest[len(line) :].lstrip()

    def cut(text: str) -> str:
        return text.rstrip(" ,;:.-\N{EN DASH}\N{EM DASH}") + ELLIPSIS

    def fits_cut(text: str) -> bool:
        return fits(cut(text))

    return [*lines, cut(_longest(_pieces(rest), fits_cut) or _longest(_graphemes(rest), fits_cut))]


def _break_word(word: str, fits: Fits, max_lines: int) -> tuple[list[str], str]:
    """Return full lines of a word's beginning, with hyphens where letters are parted, and its rest."""
    lines: list[str] = []
    while word and not fits(word.rstrip()) and len(lines) < max_lines:
        head = _longest(_graphemes(word), functools.partial(_fits_hyphenated, fits, word), at_least=1)
        lines.append(head + _hyphen(head, word))
        word = word[len(head) :]
    return lines, word


def _fits_hyphenated(fits: Fits, word: str, head: str) -> bool:
    return fits(head + _hyphen(head, word))


def _hyphen(head: str, word: str) -> str:
    """Return what ends a line that breaks a word behind its head: a hyphen between letters of scripts that have one."""
    return "-" if all(letter.lower() != letter.upper() for letter in (head[-1:], word[len(head) :][:1])) else ""


def _longest(pieces: tuple[str, ...], fits: Fits, at_least: int = 0) -> str:
    text = ""
    for count, piece in enumerate(pieces):
        if count >= at_least and not fits((text + piece).rstrip()):
            break
        text += piece
    return text


@functools.lru_cache(maxsize=64)
def _pieces(text: str) -> tuple[str, ...]:
    return tuple(LineBreaker(text, "en"))


@functools.lru_cache(maxsize=64)
def _words(text: str) -> tuple[str, ...]:
    """Return the pieces with those put together that are one word, as in fan-out and and/or, or one phrase."""
    words: list[str] = []
    for piece in _phrases(text):
        if words and unicodedata.category(words[-1][-1])[0] in "PS" and words[-1][-1].isascii():
            words[-1] += piece
        else:
            words.append(piece)
    return tuple(words)


def _phrases(text: str) -> Iterable[str]:
    if not any(character >= "\u2e80" for character in text):
        return _pieces(text)  # Nothing East Asian: the phrases' dictionary need not be loaded.
    return LineBreaker(text, KOREAN if preferred_han(text) == "kr" else JAPANESE)


@functools.lru_cache(maxsize=64)
def _graphemes(text: str) -> tuple[str, ...]:
    return tuple(CharacterBreaker(text, "en"))
