"""Cleans and shortens user text for prompts, keys, logs and messages."""

import difflib
import re
import unicodedata
from collections.abc import Sequence

__all__ = ["KEPT", "brief", "canonical", "clean_text", "has_lone_surrogate", "one_line", "unknown"]

# Soft hyphens, and the marks that change the direction of surrounding text, in a title or a log line.
HIDDEN = "[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
# After a quote, a dash or a dot: it is drawn as typed. Only layout sees this character.
KEPT = "\ufeff"
# White space and control characters, except those that keep two words together: no-break spaces and figure spaces.
GAP = r"[^\S\u00a0\u2007\u202f]|[\x00-\x1f\x7f-\x9f]"


def clean_text(text: str) -> str:
    """Return the text in Unicode NFC, on one line, without control characters."""
    composed = re.sub(HIDDEN, "", unicodedata.normalize("NFC", text))
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", composed).strip()


def one_line(text: str) -> str:
    """Return the text in Unicode NFC, on one line, with the author's layout characters, such as no-break spaces."""
    return re.sub(f"(?:{GAP})+", " ", unicodedata.normalize("NFC", text)).strip(" ")


def canonical(name: str) -> str:
    """Return a name or a slug in one spelling of its accents (Unicode NFC), without spaces around it."""
    return unicodedata.normalize("NFC", name).strip()


def has_lone_surrogate(text: str) -> bool:
    """Return whether the text contains half of a surrogate pair, which JSON can hold but UTF-8 cannot."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def brief(text: str) -> str:
    """Return the text for a message: cleaned, and cut to 60 characters."""
    shown = clean_text(text)
    return shown if len(shown) <= 60 else f"{shown[:59]}\N{HORIZONTAL ELLIPSIS}"


def unknown(kind: str, name: str, valid: Sequence[str]) -> str:
    """Return the message for an unknown name of a kind, with the nearest valid one and all of them."""
    near = difflib.get_close_matches(name.lower(), valid, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return f'unknown {kind} "{brief(name)}".{hint} Valid: {", ".join(valid)}'
