"""Guesses a title's language, for line breaks, hyphens, and the regional form of Han characters."""

import re

__all__ = ["FUNCTION_WORDS", "LONELY_LETTERS", "han_form", "language_of"]

# Articles, prepositions and conjunctions: they reveal a title's language, and should not end a line.
FUNCTION_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "a an the of in on at to for from by with and or as into your is are how why what when than without "
        "after before about per this that its not",
        "de": "der die das den dem des ein eine einen einem einer eines und oder in im am an auf aus bei mit nach von "
        "vom zu zum zur für über unter vor durch ohne wie warum ist",
        "fr": "le la les un une des du de et ou à au aux en dans sur sous avec pour par sans est comment pourquoi",
        "es": "el la los las un una de del y o a al en con por para sin es cómo qué",
        "it": "il lo la i gli le un uno una di del della dei delle e o a al alla da dal in nel nella con per su come",
        "pt": "o a os as um uma de do da dos das e ou em no na nos nas com por para sem como",
        "nl": "de het een en of in op aan van voor met bij naar uit te hoe waarom is",
        "sv": "en ett och eller i på av för från med till om hur är",
        "pl": "i w we z ze na do od za po o u dla przez oraz jak",
        "cs": "a i v ve s se z ze k ke na do od po pro za o u jak",
        "fi": "ja tai mutta sekä että kun jos eli vai kuin on ei",
        "el": "ο η το οι τα του της των τον την τη τους τις ένα μια ένας και ή με για από σε στο στη στην "  # noqa: RUF001
        "στον στα στις στους πώς γιατί να θα",  # noqa: RUF001
        "tr": "bir ve ile için da de",
        "ru": "и в во с со к ко на по о об от до за из у для как",  # noqa: RUF001
        "uk": "і й в у з із до на по про від за для як",  # noqa: RUF001
    }.items()
}
# What modern Japanese writes, by the first bytes in Japan's character set (EUC-JP, JIS X 0208's first level).
COMMON_IN_JAPAN = range(0xB0, 0xD0)
# Words of one letter that the rules of a language forbid at the end of a line.
LONELY_LETTERS = {
    "pl": tuple("aiouwz"),
    "cs": tuple("aikosuvz"),
    "ru": tuple("авикосуя"),
    "uk": tuple("авзійоую"),
}
# Letters, and parts of long words, that reveal it too.
TELLTALES = {
    "de": "ß|schaft|ungs|keit|heit|schutz",
    "fr": "œ|ê|û|eaux",
    "es": "ñ|¿|¡|ción",
    "pt": "ã|õ|ção",
    "pl": "ł|ą|ę|ś|ź|cz|rz|sz",
    "cs": "ř|ě|ů",
    "tr": "ğ|ı|ş",  # noqa: RUF001
    "sv": "å",
    "fi": r"ää|öö|yy|yö|äi|ssä|llä|stä|ssa\b|iin\b",
    "ru": "ы|э|ъ",
    "uk": "ї|є|ґ|і",  # noqa: RUF001
}


def language_of(title: str) -> str:
    """Return the two or three letters of a title's language, guessed from its words, or "" if it is unclear."""
    lower = title.lower()
    words = re.findall(r"(?<!['\N{RIGHT SINGLE QUOTATION MARK}])\b[^\W\d_]+", lower)
    found = {name: sum(word in known for word in words) for name, known in FUNCTION_WORDS.items()}
    for name, parts in TELLTALES.items():
        found[name] += len(re.findall(parts, lower))
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
