"""What the project needs of ICU beyond icu4py's classes: properties of characters, capitals, quotes, text order.

The functions are those of the ICU library that icu4py loads. They are C, have ICU's version in their names, and have
not changed for many versions. The Unicode version of Python's own ``unicodedata`` depends on the version of Python;
ICU's is the one that breaks lines.
"""

import ctypes
import functools
import sys
from collections.abc import Callable, Sequence
from ctypes import POINTER, c_char_p, c_int, c_int8, c_int32, c_uint8, c_void_p
from enum import IntEnum
from itertools import accumulate
from typing import Any

import icu4py
from icu4py import breakers

__all__ = [
    "Property",
    "bidi_levels",
    "category",
    "delimiters",
    "first_strong",
    "has_property",
    "script",
    "uppercase",
    "visual_indexes",
]

# The general categories in the order of ICU's enum UCharCategory.
CATEGORIES = "Cn Lu Ll Lt Lm Lo Mn Me Mc Nd Nl No Zs Zl Zp Cc Cf Co Cs Pd Ps Pe Pc Po Sm Sc Sk So Pi Pf".split()  # noqa: SIM905


class Property(IntEnum):
    """Binary properties of characters, by ICU's enum UProperty."""

    DEFAULT_IGNORABLE = 5
    EMOJI_PRESENTATION = 58
    EXTENDED_PICTOGRAPHIC = 64


# The types of each function's result and arguments.
SIGNATURES: dict[str, tuple[Any, ...]] = {
    "ulocdata_close": (None, c_void_p),
    "ulocdata_getDelimiter": (c_int32, c_void_p, c_int, c_char_p, c_int32, c_void_p),
    "ulocdata_open": (c_void_p, c_char_p, c_void_p),
    "u_charType": (c_int8, c_int32),
    "u_hasBinaryProperty": (c_int8, c_int32, c_int),
    "u_strToUpper": (c_int32, c_void_p, c_int32, c_char_p, c_int32, c_char_p, c_void_p),
    "ubidi_close": (None, c_void_p),
    "ubidi_getBaseDirection": (c_int, c_char_p, c_int32),
    "ubidi_getLevels": (POINTER(c_uint8), c_void_p, c_void_p),
    "ubidi_open": (c_void_p,),
    "ubidi_reorderVisual": (None, c_char_p, c_int32, c_void_p),
    "ubidi_setPara": (None, c_void_p, c_char_p, c_int32, c_uint8, c_void_p, c_void_p),
    "uscript_getScript": (c_int, c_int32, c_void_p),
    "uscript_getShortName": (c_char_p, c_int),
}
UTF_16 = {"little": "utf-16-le", "big": "utf-16-be"}[sys.byteorder]


@functools.cache
def _icu(name: str) -> Callable[..., Any]:
    # The lookup covers the module's own dependencies, wherever its wheel puts them.
    function = ctypes.CDLL(breakers.__file__)[f"{name}_{icu4py.icu_version_info[0]}"]
    function.restype, *function.argtypes = SIGNATURES[name]
    return function


@functools.lru_cache(maxsize=4096)
def category(character: str) -> str:
    """Return a character's general category, such as ``Lu``."""
    return CATEGORIES[int(_icu("u_charType")(ord(character)))]


@functools.lru_cache(maxsize=4096)
def has_property(character: str, which: Property) -> bool:
    """Return whether a character has a binary property."""
    return bool(_icu("u_hasBinaryProperty")(ord(character), which))


@functools.lru_cache(maxsize=4096)
def script(character: str) -> str:
    """Return a character's script (ISO 15924): ``Zyyy`` is common to all, ``Zinh`` inherits the previous one's."""
    error = c_int(0)
    code = _icu("uscript_getScript")(ord(character), ctypes.addressof(error))
    _check(error)
    return str(_icu("uscript_getShortName")(code), "ascii")


def first_strong(text: str) -> int | None:
    """Return 1 for a text whose first letter or direction mark is right-to-left, 0 for left-to-right, None without."""
    source = text.encode(UTF_16)
    return {0: 0, 1: 1}.get(_icu("ubidi_getBaseDirection")(source, len(source) // 2))


def bidi_levels(text: str, base: int) -> list[int]:
    """Return the embedding level of each character of a paragraph with a base level of 0 or 1."""
    source, error = text.encode(UTF_16), c_int(0)
    bidi = _icu("ubidi_open")()
    try:
        # ICU goes on reading the text until the object is closed.
        _icu("ubidi_setPara")(bidi, source, len(source) // 2, base, None, ctypes.addressof(error))
        levels = _icu("ubidi_getLevels")(bidi, ctypes.addressof(error))
        _check(error)
        return [levels[unit] for unit in accumulate((len(part.encode(UTF_16)) // 2 for part in text[:-1]), initial=0)]
    finally:
        _icu("ubidi_close")(bidi)


def visual_indexes(levels: Sequence[int]) -> list[int]:
    """Return the indexes of runs with these levels in visual order, from left to right."""
    indexes = (c_int32 * len(levels))()
    _icu("ubidi_reorderVisual")(bytes(levels), len(levels), ctypes.addressof(indexes))
    return list(indexes)


def delimiters(language: str) -> tuple[str, ...]:
    """Return a language's quotation marks by Unicode's CLDR: opening and closing ones, then those inside of them."""
    error, room = c_int(0), 8
    data = _icu("ulocdata_open")(language.encode(), ctypes.addressof(error))
    try:
        _check(error)
        return tuple(_delimiter(data, which, room, error) for which in range(4))
    finally:
        _icu("ulocdata_close")(data)


def _delimiter(data: int, which: int, room: int, error: c_int) -> str:
    target = ctypes.create_string_buffer(2 * room)
    length = _icu("ulocdata_getDelimiter")(data, which, target, room, ctypes.addressof(error))
    _check(error)
    return target.raw[: 2 * length].decode(UTF_16)


def uppercase(text: str, language: str) -> str:
    """Return a text in capitals by the rules of its language (BCP 47, or empty): a Turkish i keeps its dot."""
    source, error = text.encode(UTF_16), c_int(0)
    units = len(source) // 2
    room = 3 * units  # No character becomes more than three.
    target = ctypes.create_string_buffer(2 * room)
    length = _icu("u_strToUpper")(target, room, source, units, language.encode(), ctypes.addressof(error))
    _check(error)
    return target.raw[: 2 * length].decode(UTF_16)


def _check(error: c_int) -> None:
    if error.value > 0:
        raise RuntimeError(f"ICU returned error {error.value}; this is a bug in compositing/icu.py.")
