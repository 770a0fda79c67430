"""Reads vendors' answers as raw JSON, so that an odd field never loses a picture that is paid for."""

import base64
import json
import string
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

__all__ = ["billing", "decode_picture", "is_count", "mapping", "mappings", "read_json", "text", "token_counts"]

# The most tokens that any part of a picture's bill has. The dearest picture in prices.json takes 13,342 (gpt-image-2,
# high, 3840x2160); 65,536 is what Gemini accepts as a prompt, and more than it draws, writes and thinks, or than
# OpenAI's prompts of 32,000 characters take.
MAX_TOKENS = 2**16
# A number with more digits than a count has. int() refuses thousands of them, and so would the whole answer be.
MAX_DIGITS = 20
# From the URL-safe alphabet of base64, and without white space.
TO_STANDARD = str.maketrans("-_", "+/", string.whitespace)
# What has no part in the cost.
NOT_PRICED = "total_tokens"


def read_json(answer: str) -> Any:
    """Return the JSON value of an answer, also if control characters or endless numbers are in it.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return json.loads(answer.removeprefix("\N{BYTE ORDER MARK}"), strict=False, parse_int=_number)
    except RecursionError as error:
        raise ValueError("too deeply nested") from error


def _number(digits: str) -> float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object, or an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else {}


def mappings(values: Any) -> list[Mapping[str, Any]]:
    """Return a list's objects, or an empty list in place of anything else."""
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def text(value: Any) -> str:
    """Return a text, or an empty one in place of anything else."""
    return value if isinstance(value, str) else ""


def token_counts(reported: Mapping[str, Any]) -> dict[str, float | str]:
    """Return the counts that a vendor reports, under the names of ``Picture.usage``; None means not reported.

    If one of those that are priced is impossible, none of them is returned: a sum of the others would be a guess.
    """
    counts: dict[str, float | str] = {name: int(count) for name, count in reported.items() if is_count(count)}
    given = {name for name, count in reported.items() if count is not None}
    return counts if given <= counts.keys() | {NOT_PRICED} else {}


def is_count(value: Any) -> bool:
    """Return whether a value is a whole number that a bill can have. JSON has 7.0, NaN and Infinity too."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value <= MAX_TOKENS and value == int(value)


def billing(usage: Mapping[str, float | str]) -> dict[str, float | str]:
    """Return the usage if its cost can be told, and otherwise nothing."""
    return dict(usage) if {"input_tokens", "output_tokens"} <= usage.keys() else {}


def decode_picture(encoded: str) -> bytes:
    """Return the bytes of base64 in any form that gateways send.

    It may have line breaks, a ``data:`` prefix, the URL-safe alphabet, and no padding.

    Raises:
        ValueError: it is not base64.
    """
    with suppress(ValueError):  # The usual form needs no copies of what may be 60 MB.
        return base64.b64decode(encoded, validate=True)
    if encoded.lstrip().startswith("data:"):
        encoded = encoded.partition(",")[2]
    standard = encoded.translate(TO_STANDARD).rstrip("=")
    return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
