"""What ICU knows of characters and icu4py does not wrap, called where icu4py has it loaded.

Python's own ``unicodedata`` is of another Unicode version for each version of Python; ICU's is the one that breaks lines.
The functions are C, with ICU's version in their names, and stable since ICU 4.
"""

import ctypes
import functools
from collections.abc import Callable
from enum import IntEnum

import icu4py
from icu4py import breakers

__all__ = ["Property", "bidi_class", "bracket", "category", "has_property", "script", "uppercase"]

# The general categories in the order of ICU's enumeration UCharCategory.
CATEGORIES = "Cn Lu Ll Lt Lm Lo Mn Me Mc Nd Nl No Zs Zl Zp Cc Cf Co Cs Pd Ps Pe Pc Po Sm Sc Sk So Pi Pf".split()
# The same for UCharDirection, and the number of the property Bidi_Paired_Bracket_Type.
BIDI_CLASSES = "L R EN ES ET AN CS B S WS ON LRE LRO AL RLE RLO PDF NSM BN FSI LRI RLI PDI".split()
BRACKET_TYPE = 0x1015


class Property(IntEnum):
    """Binary properties of characters, by ICU's enumeration UProperty."""

    DEFAULT_IGNORABLE = 5
    EMOJI_PRESENTATION = 58
    EXTENDED_PICTOGRAPHIC = 64


@functools.cache
def _library() -> ctypes.CDLL:
    # Symbols are looked up in the module's own dependencies too, wherever its wheel has put them.
    return ctypes.CDLL(breakers.__file__)


@functools.cache
def _function(name: str, returns: type | None, *takes: type) -> Callable[..., int]:
    function = _library()[f"{name}_{icu4py.icu_version_info[0]}"]
    function.restype, function.argtypes = returns, takes
    return function


@functools.lru_cache(maxsize=4096)
def category(character: str) -> str:
    """Return a character's general category, such as ``Lu``."""
    return CATEGORIES[_function("u_charType", ctypes.c_int8, ctypes.c_int32)(ord(character))]


@functools.lru_cache(maxsize=4096)
def has_property(character: str, which: Property) -> bool:
    """Say whether a character has a binary property."""
    return bool(_function("u_hasBinaryProperty", ctypes.c_int8, ctypes.c_int32, ctypes.c_int)(ord(character), which))


@functools.lru_cache(maxsize=4096)
def script(character: str) -> str:
    """Return a character's script (ISO 15924): ``Zyyy`` for what all share, ``Zinh`` for what takes that before it."""
    error = ctypes.c_int(0)
    code = _function("uscript_getScript", ctypes.c_int, ctypes.c_int32, ctypes.c_void_p)(
        ord(character), ctypes.addressof(error)
    )
    name = _function("uscript_getShortName", ctypes.c_char_p, ctypes.c_int)(code)
    return name.decode()


def uppercase(text: str, language: str) -> str:
    """Return a text in capitals, as its language (BCP 47, or empty) has them: a Turkish i keeps its dot."""
    source, error = text.encode("utf-16-le"), ctypes.c_int(0)
    room = len(source) * 2 + 2  # Units of 16 bits; no character becomes more than three.
    target = ctypes.create_string_buffer(room * 2)
    convert = _function(
        "u_strToUpper",
        ctypes.c_int32,
        ctypes.c_void_p,
        ctypes.c_int32,
        ctypes.c_char_p,
        ctypes.c_int32,
        ctypes.c_char_p,
        ctypes.c_void_p,
    )
    length = convert(target, room, source, len(source) // 2, language.encode(), ctypes.addressof(error))
    _check(error)
    return target.raw[: length * 2].decode("utf-16-le")


@functools.lru_cache(maxsize=4096)
def bidi_class(character: str) -> str:
    """Return a character's Bidi_Class, such as ``AL``."""
    return BIDI_CLASSES[_function("u_charDirection", ctypes.c_int, ctypes.c_int32)(ord(character))]


@functools.lru_cache(maxsize=256)
def bracket(character: str) -> tuple[str, str] | None:
    """Return ``("o", its other half)`` for an opening bracket, ``("c", ...)`` for a closing one, else None."""
    kind = _function("u_getIntPropertyValue", ctypes.c_int32, ctypes.c_int32, ctypes.c_int)(ord(character), BRACKET_TYPE)
    if not kind:
        return None
    return "oc"[kind - 1], chr(_function("u_getBidiPairedBracket", ctypes.c_int32, ctypes.c_int32)(ord(character)))


def _check(error: ctypes.c_int) -> None:
    if error.value > 0:
        raise RuntimeError(f"ICU returned its error {error.value}; this is a bug in compositing/icu.py.")
