"""Bytes of a feed, an export or a file, as text: by what is declared, then by evidence."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

from charset_normalizer import from_bytes

__all__ = ["BYTE_ORDER_MARKS", "Decoded", "decode", "with_plain_breaks"]

BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# Encodings that others contain, by the names under which files in the larger one are declared (WHATWG's Encoding).
LARGER = {
    **dict.fromkeys(("ascii", "iso8859-1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc_kr", "ks_c_5601-1987"), "cp949"),
}
ASCII = bytes(range(32, 127))
BEYOND_ASCII = bytes(range(160, 256))
# What a text without any declaration may be in. In Latin scripts, letters beyond ASCII mostly stand alone.
LATIN = "cp1252"
OTHERS = ["cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "euc_jp", "cp932", "gb18030", "big5", "euc_kr"]
TOGETHER = re.compile(rb"[\x80-\xff]{2,}")
ALONE = re.compile(rb"[\x80-\xff]")
MAX_EVIDENCE = 100_000
# An encoding in which more than this share of the characters beyond ASCII cannot be read is another one.
MOST_UNREADABLE = 1 / 4
UNREADABLE = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Decoded:
    """A text, the encoding that it was in, and how many of its characters could not be read and were replaced."""

    text: str
    encoding: str
    unreadable: int = 0

    @property
    def remarks(self) -> tuple[str, ...]:
        """What to say of it, such as ``characters that are not utf-8 were replaced (1)``."""
        said = f"characters that are not {self.encoding} were replaced ({self.unreadable})"
        return (said,) if self.unreadable else ()


def decode(data: bytes, declared: Sequence[str] = ()) -> Decoded:
    """Return data as text. ``declared`` are encodings by name, the most reliable first."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return _replacing(data.removeprefix(mark), encoding)
    if wide := _utf_16_of(data):
        return _replacing(data, wide)
    candidates = _usable(declared)
    for encoding in candidates:
        try:
            return Decoded(data.decode(encoding), encoding)
        except UnicodeDecodeError:
            continue
    for encoding in candidates:
        if _fits(decoded := _replacing(data, encoding), data):
            return decoded
    sample = _sample(data)
    together = sum(map(len, TOGETHER.findall(sample)))
    best = from_bytes(sample, cp_isolation=OTHERS).best() if 2 * together > _beyond_ascii(sample) else None
    return _replacing(data, best.encoding if best else LATIN)


def with_plain_breaks(text: str) -> str:
    """Return a text whose lines end in line feeds, without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _utf_16_of(data: bytes) -> str:
    """Return the form of UTF-16 that data without a byte order mark is in, or an empty string."""
    start = data[:100]
    if len(start) < 4 or any(start[::2]) == any(start[1::2]):
        return ""
    return "utf-16-le" if any(start[::2]) else "utf-16-be"


def _usable(declared: Sequence[str]) -> list[str]:
    """Return the declared encodings that extend ASCII, and UTF-8, in the order in which to try them.

    Any bytes are valid in an encoding with one byte for each character. So one that can fail comes first.
    """
    names = []
    for name in declared:
        try:
            names.append(codecs.lookup(LARGER.get(codecs.lookup(name).name, name)).name)
        except (LookupError, ValueError):
            names.append(LARGER.get(name.lower(), ""))
    usable = [name for name in names if _extends_ascii(name)]
    return list(dict.fromkeys([*(name for name in usable if not _is_single_byte(name)), "utf-8", *usable]))


def _extends_ascii(encoding: str) -> bool:
    try:
        BEYOND_ASCII.decode(encoding, errors="replace")
        return ASCII.decode(encoding) == ASCII.decode("ascii")
    except (LookupError, ValueError):
        return False


def _is_single_byte(encoding: str) -> bool:
    text = BEYOND_ASCII.decode(encoding, errors="replace")
    return len(text) == len(BEYOND_ASCII) and text.count(UNREADABLE) < len(text) / 2


def _replacing(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, errors="replace")
    return Decoded(text, encoding, text.count(UNREADABLE) - data.count(UNREADABLE.encode()))


def _fits(decoded: Decoded, data: bytes) -> bool:
    """Return whether most characters beyond ASCII can be read, or the others are such that end too early.

    In another encoding, bytes beyond ASCII are seldom valid as UTF-8, or the beginning of what would be.
    """
    read = decoded.text.replace(UNREADABLE, "").encode()
    beyond = sum(not character.isascii() for character in decoded.text)
    if decoded.encoding != "utf-8":
        return decoded.unreadable <= MOST_UNREADABLE * beyond
    return 2 * decoded.unreadable <= beyond or _beyond_ascii(data) - _beyond_ascii(read) >= 2 * decoded.unreadable


def _beyond_ascii(data: bytes) -> int:
    return len(data) - len(data.translate(None, bytes(range(128, 256))))


def _sample(data: bytes) -> bytes:
    """Return the part around the first byte beyond ASCII."""
    first = TOGETHER.search(data) or ALONE.search(data)
    start = first.start() if first else 0
    return data[max(0, start - 100) : start + MAX_EVIDENCE]
