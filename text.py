"""Cleans, shortens and describes user text for prompts, keys, logs and messages."""

import difflib
import re
import unicodedata
from collections.abc import Sequence

__all__ = [
    "KEPT",
    "STYLE_WORDS",
    "alt_text",
    "brief",
    "canonical",
    "clean_text",
    "has_lone_surrogate",
    "one_line",
    "unknown",
]

# Soft hyphens, and the marks that change the direction of surrounding text, in a title or a log line.
HIDDEN = "[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
# After a quote, a dash or a dot: it is drawn as typed. Only layout sees this character.
KEPT = "\ufeff"
# White space and control characters, except those that keep two words together: no-break spaces and figure spaces.
GAP = r"[^\S\u00a0\u2007\u202f]|[\x00-\x1f\x7f-\x9f]"

# How alternative texts describe a picture in each style.
STYLE_WORDS = {
    "photorealistic": "a photorealistic picture",
    "cinematic": "a cinematic picture",
    "cartoon": "a cartoon",
    "anime": "an anime scene",
    "3d": "a 3D render",
    "pixel-art": "pixel art",
    "watercolor": "a watercolor painting",
    "oil-painting": "an oil painting",
    "sketch": "a pencil sketch",
    "minimalist": "a minimalist picture",
    "neon": "a picture in neon colours",
    "vintage": "a vintage illustration",
}


def alt_text(title: str, style: str, name: str = "") -> str:
    """Return a thumbnail's alternative text.

    Args:
        title: the title on the thumbnail, not yet cleaned.
        style: one of ``STYLE_WORDS``.
        name: the brand's name beside the title, such as the blog's.
    """
    byline = f", with the name {clean_text(name)}" if name else ""
    return f'The title "{clean_text(title)}" on {STYLE_WORDS[style]}{byline}.'


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
    """Return the text, cut to 60 characters for a message."""
    return text if len(text) <= 60 else f"{text[:59]}\N{HORIZONTAL ELLIPSIS}"


def unknown(kind: str, name: str, valid: Sequence[str]) -> str:
    """Return the message for an unknown name of a kind, with the nearest valid one and all of them."""
    near = difflib.get_close_matches(name.lower(), valid, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return f'unknown {kind} "{brief(clean_text(name))}".{hint} Valid: {", ".join(valid)}'
