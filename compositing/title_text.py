"""Cleans a title for layout: one line, without harmful control characters."""

import re

from compositing.icu import Property, category, has_property
from text import one_line

__all__ = ["draws_nothing", "layout_text"]

WORD_JOINER = "\u2060"
EMBEDDINGS = {"\u202a": "\u2066", "\u202b": "\u2067", "\u202d": "\u2066", "\u202e": "\u2067"}
ISOLATES = ("\u2066", "\u2067", "\u2068")
END_OF_EMBEDDING, END_OF_ISOLATE = "\u202c", "\u2069"
BLANK_BRAILLE = "\u2800"
# Marks that stack on any letter. No language needs more than two on one; Zalgo text has dozens.
MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
TOO_MANY_MARKS = re.compile(f"({MARK}{{2}}){MARK}+")


def layout_text(title: str) -> str:
    """Return a title for layout: composed (NFC), with single spaces and without control characters.

    No-break spaces, soft hyphens, word joiners, direction marks and isolates keep their meaning. Embeddings and
    overrides become isolates, which affect only the direction of their content, and reverse no letters. A letter keeps
    at most two stacked marks.
    """
    return _isolated(TOO_MANY_MARKS.sub(r"\1", one_line(title)).replace("\ufeff", WORD_JOINER))


def draws_nothing(text: str) -> bool:
    """Return whether a text is invisible: nothing but spaces, controls, fillers and marks that are not drawn."""
    return all(
        category(character)[0] in "ZC" or has_property(character, Property.DEFAULT_IGNORABLE)
        or character == BLANK_BRAILLE
        for character in text
    )  # fmt: skip


def _isolated(text: str) -> str:
    if not any(character in EMBEDDINGS or character == END_OF_EMBEDDING for character in text):
        return text
    opened: list[str] = []
    out: list[str] = []
    for character in text:
        if character in EMBEDDINGS:
            opened.append(END_OF_EMBEDDING)
            out.append(EMBEDDINGS[character])
        elif character in ISOLATES:
            opened.append(END_OF_ISOLATE)
            out.append(character)
        elif character == END_OF_EMBEDDING:
            if opened and opened[-1] == END_OF_EMBEDDING:
                opened.pop()
                out.append(END_OF_ISOLATE)
        elif character == END_OF_ISOLATE:
            if END_OF_ISOLATE in opened:
                while opened.pop() == END_OF_EMBEDDING:
                    out.append(END_OF_ISOLATE)
                out.append(END_OF_ISOLATE)
        else:
            out.append(character)
    return "".join(out)
