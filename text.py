"""Titles and other words of a person, as prompts, keys, logs and messages hold them."""

import re
import unicodedata

__all__ = ["STYLE_WORDS", "alt_text", "brief", "clean_text"]

# Soft hyphens, and the marks that turn the direction of the text around them, of a title as of a log.
HIDDEN = "[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"

# What a picture in each style is called by someone who describes it.
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
    """Return an alternative text for a thumbnail: what is written on it, and what on.

    Args:
        title: the title, which is cleaned.
        style: one of ``STYLE_WORDS``.
        name: what the brand writes beside the title, such as the blog's name.
    """
    byline = f", with the name {clean_text(name)}" if name else ""
    return f'The title "{clean_text(title)}" on {STYLE_WORDS[style]}{byline}.'


def clean_text(text: str) -> str:
    """Return a text as it is prompted, keyed and logged: composed, on one line, without control characters."""
    composed = re.sub(HIDDEN, "", unicodedata.normalize("NFC", text))
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", composed).strip()


def brief(text: str) -> str:
    """Return a text's first 60 characters, for a message that names it."""
    return text if len(text) <= 60 else f"{text[:59]}\N{HORIZONTAL ELLIPSIS}"
