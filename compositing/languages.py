"""Guesses a title's language, for line breaks, hyphens, and the regional form of Han characters."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Language", "han_form", "known_of", "language_of"]


@dataclass(frozen=True)
class Language:
    """What ``languages.toml``, which explains it, says of a language."""

    function_words: frozenset[str]
    telltales: str
    lonely_letters: frozenset[str]
    first_parts: str

    @classmethod
    def of(cls, written: Mapping[str, str]) -> "Language":
        """Return a language from its entry, in which each field may be missing."""
        return cls(
            frozenset(written.get("function_words", "").split()),
            written.get("telltales", ""),
            frozenset(written.get("lonely_letters", "")),
            written.get("first_parts", ""),
        )


LANGUAGES = {
    name: Language.of(written)
    for name, written in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}
UNKNOWN = Language.of({})
# What modern Japanese writes, by the first bytes in Japan's character set (EUC-JP, JIS X 0208's first level).
COMMON_IN_JAPAN = range(0xB0, 0xD0)


def known_of(language: str) -> Language:
    """Return what is known of a language by its two or three letters, which may be nothing."""
    return LANGUAGES.get(language, UNKNOWN)


def language_of(title: str) -> str:
    """Return the two or three letters of a title's language, guessed from its words, or "" if it is unclear."""
    lower = title.lower()
    words = re.findall(r"(?<!['\N{RIGHT SINGLE QUOTATION MARK}])\b[^\W\d_]+", lower)
    found = {name: sum(word in known.function_words for word in words) for name, known in LANGUAGES.items()}
    for name, known in LANGUAGES.items():
        found[name] += len(re.findall(known.telltales, lower)) if known.telltales else 0
    most = max(found.values())
    best = [name for name, count in found.items() if count == most]
    return best[0] if most and len(best) == 1 else ""


def han_form(title: str) -> str:
    """Return the regional form for a title's Han characters: ``jp``, ``kr``, ``sc`` or ``tc``.

    Kana and hangul decide; without them the characters themselves do, by the character sets of mainland China, Japan,
    and Hong Kong and Taiwan.
    """
    if title.isascii():
        return "sc"
    if any("\u3040" <= character <= "\u30ff" for character in title):
        return "jp"
    if any("\uac00" <= character <= "\ud7a3" for character in title):
        return "kr"
    han = "".join(character for character in title if "\u3400" <= character <= "\u9fff" or character >= "\U00020000")
    if _has(han, "gb2312"):
        return "sc"
    if _has(han, "euc_jp") and all(character.encode("euc_jp")[0] in COMMON_IN_JAPAN for character in han):
        return "jp"
    return "tc" if _has(han, "big5hkscs") else "sc"


def _has(characters: str, standard: str) -> bool:
    try:
        characters.encode(standard)
    except UnicodeEncodeError:
        return False
    return True
