"""Titles and other words of a person, as prompts, keys, logs and messages hold them."""

import re
import unicodedata

__all__ = ["brief", "clean_text"]

# Soft hyphens, and the marks that turn the direction of the text around them, of a title as of a log.
HIDDEN = "[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"


def clean_text(text: str) -> str:
    """Return a text as it is prompted, keyed and logged: composed, on one line, without control characters."""
    composed = re.sub(HIDDEN, "", unicodedata.normalize("NFC", text))
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", composed).strip()


def brief(text: str) -> str:
    """Return a text's first 60 characters, for a message that names it."""
    return text if len(text) <= 60 else f"{text[:59]}\N{HORIZONTAL ELLIPSIS}"
