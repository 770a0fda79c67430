"""ICU's character properties, called from the ICU library that icu4py loads but does not fully wrap.

The Unicode version of Python's own ``unicodedata`` depends on the version of Python; ICU's is the one that breaks
lines. The functions are C, have ICU's version in their names, and have not changed for many versions.
"""

import ctypes
import functools
import sys
from collections.abc import Callable
from ctypes import c_char_p, c_int, c_int8, c_int32, c_void_p
from enum import IntEnum
from typing import Any

import icu4py
from icu4py import breakers

__all__ = ["Property", "bidi_class", "bracket", "category", "has_property", "script", "uppercase"]

# The general categories in the order of ICU's enum UCharCategory.
CATEGORIES = "Cn Lu Ll Lt Lm Lo Mn Me Mc Nd Nl No Zs Zl Zp Cc Cf Co Cs Pd Ps Pe Pc Po Sm Sc Sk So Pi Pf".split()  # noqa: SIM905
# The same for UCharDirection, and the number of the property Bidi_Paired_Bracket_Type.
BIDI_CLASSES = "L R EN ES ET AN CS B S WS ON LRE LRO AL RLE RLO PDF NSM BN FSI LRI RLI PDI".split()  # noqa: SIM905
BRACKET_TYPE = 0x1015


class Property(IntEnum):
    """Binary properties of characters, by ICU's enum UProperty."""

    DEFAULT_IGNORABLE = 5
    EMOJI_PRESENTATION = 58
    EXTENDED_PICTOGRAPHIC = 64


# The types of each function's result and arguments.
SIGNATURES: dict[str, tuple[Any, ...]] = {
    "u_charDirection": (c_int, c_int32),
    "u_charType": (c_int8, c_int32),
    "u_getBidiPairedBracket": (c_int32, c_int32),
    "u_getIntPropertyValue": (c_int32, c_int32, c_int),
    "u_hasBinaryProperty": (c_int8, c_int32, c_int),
    "u_strToUpper": (c_int32, c_void_p, c_int32, c_char_p, c_int32, c_char_p, c_void_p),
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


@functools.lru_cache(maxsize=4096)
def bidi_class(character: str) -> str:
    """Return a character's Bidi_Class, such as ``AL``."""
    return BIDI_CLASSES[int(_icu("u_charDirection")(ord(character)))]


@functools.lru_cache(maxsize=256)
def bracket(character: str) -> tuple[str, str] | None:
    """Return ``("o", its counterpart)`` for an opening bracket, ``("c", ...)`` for a closing one, else None."""
    kind = _icu("u_getIntPropertyValue")(ord(character), BRACKET_TYPE)
    return ("oc"[kind - 1], chr(_icu("u_getBidiPairedBracket")(ord(character)))) if kind else None


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
