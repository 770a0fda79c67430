"""How long a vendor's answer says to wait: its headers, and the words of its message."""

import email.utils
import re
import time
from collections.abc import Callable, Mapping

__all__ = ["duration", "expected_reset", "requested_wait"]

# Seconds of each unit, as in "6m0s", "1h30m" or "120ms".
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
PART = r"(\d+(?:\.\d+)?)(ms|[smhd])"
# What both vendors' messages say of a rate limit, such as "Please try again in 1m12s."
TRY_AGAIN = re.compile(rf"\b(?:try again|retry) in ((?:{PART})+)", re.IGNORECASE)
RESET, REMAINING = "x-ratelimit-reset-", "x-ratelimit-remaining-"


def requested_wait(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that ``retry-after-ms`` or ``Retry-After`` (a number or a date) asks for, or None.

    The names in ``headers`` are in lower case.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    after = headers.get("retry-after")
    seconds = _number(after)
    if seconds is not None or not after:
        return seconds
    try:
        return max(0.0, email.utils.parsedate_to_datetime(after).timestamp() - now())
    except (ValueError, OverflowError):
        return None


def expected_reset(headers: Mapping[str, str], message: str) -> float | None:
    """Return the seconds after which a rate limit has room again, for an answer that asks for no wait, or None.

    The message goes before OpenAI's ``x-ratelimit-reset-*``, which say when a limit is whole again, and so never too
    little. Of those, the limits with nothing remaining count, and all where none is known to have nothing remaining.
    """
    if said := TRY_AGAIN.search(message):
        return duration(said[1])
    resets = {
        name.removeprefix(RESET): seconds
        for name, value in headers.items()
        if name.startswith(RESET) and (seconds := duration(value)) is not None
    }
    used_up = [seconds for limit, seconds in resets.items() if headers.get(REMAINING + limit, "0").strip() == "0"]
    return max(used_up or resets.values(), default=None)


def duration(text: str) -> float | None:
    """Return the seconds of a duration such as ``"6m0s"`` or ``"7.5s"``, or None where it is not one."""
    if not re.fullmatch(rf"(?:{PART})+", text.strip()):
        return None
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(PART, text))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return max(0.0, number) if number < float("inf") else None
