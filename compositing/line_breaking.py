"""Where a title may break, by ICU, and how it falls into lines of a given width."""

import functools
import unicodedata
from collections.abc import Callable

from icu4py.breakers import CharacterBreaker, LineBreaker

__all__ = ["ELLIPSIS", "fill_lines", "shorten"]

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
Fits = Callable[[str], bool]


def fill_lines(
    title: str,
    fits: Fits,
    max_lines: int,
    *,
    at_hyphens: bool = True,
    may_break: Callable[[str], bool] = lambda word: False,
) -> list[str] | None:
    """Fill lines from the first on, each with as much as fits.

    Args:
        title: the text, without line breaks of its own.
        fits: says whether a line holds a text.
        max_lines: how many lines there may be.
        at_hyphens: whether a line may end behind a hyphen or a slash, and not between words alone.
        may_break: says whether a word that is wider than a line may be broken, between graphemes.

    Returns:
        The lines, or None where the title needs more of them or a word fits on none.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(title) if at_hyphens else _words(title):
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
        line = _longest(_pieces(rest), fits) or _longest(_graphemes(rest), fits, at_least=1)
        lines.append(line.rstrip())
        rest = rest[len(line) :].lstrip()

    def cut(text: str) -> str:
        return text.rstrip(" ,;:.-\N{EN DASH}\N{EM DASH}") + ELLIPSIS

    def fits_cut(text: str) -> bool:
        return fits(cut(text))

    return [*lines, cut(_longest(_pieces(rest), fits_cut) or _longest(_graphemes(rest), fits_cut))]


def _break_word(word: str, fits: Fits, max_lines: int) -> tuple[list[str], str]:
    lines: list[str] = []
    while word and not fits(word.rstrip()) and len(lines) < max_lines:
        head = _longest(_graphemes(word), fits, at_least=1)
        lines.append(head)
        word = word[len(head) :]
    return lines, word


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
    """Return the pieces with those put together that only punctuation parts, as in fan-out or and/or."""
    words: list[str] = []
    for piece in _pieces(text):
        if words and unicodedata.category(words[-1][-1])[0] in "PS" and words[-1][-1].isascii():
            words[-1] += piece
        else:
            words.append(piece)
    return tuple(words)


@functools.lru_cache(maxsize=64)
def _graphemes(text: str) -> tuple[str, ...]:
    return tuple(CharacterBreaker(text, "en"))
