"""Typographic quotes, dashes and ellipses in place of straight ones, as blog engines set them on the page.

Only what is certainly prose changes. Code between backticks stays; so does what looks like code, and every mark that is
followed by ``text.KEPT``, which the reader of Markdown leaves behind the marks of what was code.
"""

import functools
import re

from compositing.icu import delimiters
from compositing.languages import language_of
from text import KEPT

__all__ = ["typographic"]

# Quotes of these scripts are not Latin's.
NOT_LATIN = re.compile("[\u0590-\u08ff\u2e80-\ud7ff\U00020000-\U0003ffff]")
CODE = re.compile(r"(`+[^`]*`+)")
# Signs that prose in quotes does not have.
SIGNS = re.compile(r"[_{}=<>;$\\]|\w\(|::|->|^[\w-]+(?:\.\w+)+$")
OPENS, CLOSES = r"(?<![^\s(\[«„“\u2014\u2013-])(?<!\w[(\[])(?<![=+] )", r"(?![\w(=\ufeff])"
DOUBLE = re.compile(rf'{OPENS}"(?=[^\s\ufeff])([^"]*)(?<=\S)"{CLOSES}')
SINGLE = re.compile(rf"{OPENS}'(?=[^\s\ufeff])((?:[^']|(?<=\w)'(?=\w))*)(?<=\S)'{CLOSES}")
# Before a letter inside a word, after a plural's s, and before the digits of a decade.
APOSTROPHE = re.compile(r"(?<=[^\W_])'(?=[^\W\d_])|(?<=s)'(?=\s)|(?<!\S)'(?=\d0s)")
ELLIPSIS = re.compile(r"(?<=[\w\"')\]])(?<!\.)\.\.\.(?=$|[\s\"')\]!?,:;])")
DASH = re.compile(r"(?<=\S) --?-? (?=\S)")
# Languages that set off a clause with a long dash; others use a short one.
LONG_DASH = ("", "en", "es", "fr", "pt", "ru", "uk")
# Narrow no-break spaces belong inside French quotes.
INSIDE = {"fr": "\u202f"}


def typographic(title: str) -> str:
    """Return a title with the quotes, dashes and ellipses of its language."""
    language = language_of(title)
    parts = CODE.split(title)
    parts[::2] = [_set(part, language) for part in parts[::2]]
    return "".join(parts).replace(KEPT, "")


def _set(prose: str, language: str) -> str:
    dash = "\N{EM DASH}" if language in LONG_DASH else "\N{EN DASH}"
    prose = DASH.sub(lambda found: f" {dash} " if len(found[0]) > 3 else found[0], prose)
    prose = ELLIPSIS.sub("\N{HORIZONTAL ELLIPSIS}", prose)
    if NOT_LATIN.search(prose):
        return prose
    double, single = _quotes(language or "en")
    for pattern, (opening, closing) in ((DOUBLE, double), (SINGLE, single)):
        prose = pattern.sub(
            lambda found, opening=opening, closing=closing: (
                found[0]  # type: ignore[misc]
                if SIGNS.search(found[1])
                else f"{opening}{found[1]}{closing}"
            ),
            prose,
        )
    return APOSTROPHE.sub("\N{RIGHT SINGLE QUOTATION MARK}", prose)


@functools.cache
def _quotes(language: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return a language's opening and closing quotes, outer and inner (CLDR)."""
    space = INSIDE.get(language, "")
    outer_open, outer_close, inner_open, inner_close = delimiters(language)
    return (outer_open + space, space + outer_close), (inner_open, inner_close)
