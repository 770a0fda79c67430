"""The styles that a request may name, from ``styles.toml``: their words for models and readers, and their looks."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from text import clean_text

__all__ = ["STYLES", "Style", "alt_text"]


@dataclass(frozen=True)
class Style:
    """A style's words for the model and for alternative texts, and the look of its simulated pictures."""

    prompt: str
    words: str
    sky: Sequence[str]
    sun: str
    hills: Sequence[str]
    outline: str | None = None
    finish: str | None = None


TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
STYLES = {name: Style(**fields) for name, fields in TABLE.items()}


def alt_text(title: str, style: str, name: str = "") -> str:
    """Return a thumbnail's alternative text.

    Args:
        title: the title on the thumbnail, not yet cleaned.
        style: one of ``STYLES``.
        name: the brand's name beside the title, such as the blog's.
    """
    byline = f", with the name {clean_text(name)}" if name else ""
    return f'The title "{clean_text(title)}" on {STYLES[style].words}{byline}.'
