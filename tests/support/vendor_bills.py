"""The vendors' bills in the emulator: a picture's tokens, and their price in dollars.

They are independent of ``providers/prices.json`` and share no code with it, so that each can prove the other wrong.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

__all__ = ["Tokens", "dollars", "tokens_used"]

# US dollars for a million tokens: prompt, picture, words.
RATES = {
    "gpt-image-2": ("5", "30", "0"),
    "gpt-image-2.5-flare": ("5", "30", "0"),
    "gpt-image-2.5-sunburst": ("5", "30", "0"),
    "gpt-image-2.6-flare": ("5", "30", "0"),
    "gpt-image-2.6-sunburst": ("5", "30", "0"),
    "gpt-image-1.5": ("5", "32", "10"),
    "gpt-image-1-mini": ("2", "8", "0"),
    "gemini-3-pro-image": ("2", "120", "12"),
    "gemini-nano-banana-2.1": ("1.5", "30", "7.5"),
    "gemini-3.1-flash-image": ("0.5", "60", "3"),
    "gemini-3.1-flash-lite-image": ("0.25", "30", "1.5"),
}
# Tokens of a picture of a fixed size, by quality: square, landscape and portrait.
FIXED = {"low": (272, 400, 408), "medium": (1056, 1568, 1584), "high": (4160, 6208, 6240)}
FIXED_SIZES = ("1024x1024", "1536x1024", "1024x1536")
# Tiles along the longer side. The vendor does not publish those of 2.6 at low and medium.
TILES = {
    "gpt-image-2": {"low": 16, "medium": 48, "high": 96},
    "gpt-image-2.5": {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96},
    "gpt-image-2.6": {"low": 31, "medium": 43, "high": 48, "xhigh": 64, "max": 96},
}
GEMINI = {
    "gemini-3-pro-image": {"1K": 1120, "2K": 1120, "4K": 2000},
    "gemini-nano-banana-2.1": {"1K": 1120, "2K": 1680, "4K": 3780},
    "gemini-3.1-flash-image": {"1K": 1120, "2K": 1680, "4K": 2520},
    "gemini-3.1-flash-lite-image": {"1K": 1120},
}
# gpt-image-1.5 also bills words.
WORDS = {"gpt-image-1.5": 143}


@dataclass(frozen=True)
class Tokens:
    """The tokens of one request: the prompt, and in the answer the picture, words and thoughts."""

    prompt: int
    picture: int
    words: int = 0
    thoughts: int = 0


def tokens_used(model: str, prompt: str, body: dict[str, Any]) -> Tokens:
    """Return a request's tokens, as its vendor counts them."""
    asked = 3 + len(prompt) // 5
    if model in GEMINI:
        size = body["generationConfig"].get("imageConfig", {}).get("imageSize", "1K")
        return Tokens(asked, GEMINI[model][size], thoughts=90 + len(prompt) % 200)
    quality, size = body.get("quality", "auto"), body.get("size", "auto")
    quality = "medium" if quality == "auto" else quality
    size = "1024x1024" if size == "auto" else size
    return Tokens(asked, _openai_picture(model, quality, size), words=WORDS.get(model, 0))


def dollars(model: str, tokens: Tokens) -> Fraction:
    """Return the vendor's exact price."""
    prompt, picture, words = map(Fraction, RATES[model])
    sum_of_millions = prompt * tokens.prompt + picture * tokens.picture + words * (tokens.words + tokens.thoughts)
    return sum_of_millions / 1_000_000


def _openai_picture(model: str, quality: str, size: str) -> int:
    if model.startswith("gpt-image-1"):
        return FIXED[quality][FIXED_SIZES.index(size)]
    tiles = next(by_quality for start, by_quality in reversed(TILES.items()) if model.startswith(start))[quality]
    width, height = map(int, size.split("x"))
    shape = Fraction(min(width, height), max(width, height))
    return math.ceil(
        tiles * math.floor(tiles * shape + Fraction(1, 2)) * Fraction(2_000_000 + width * height, 4_000_000)
    )
