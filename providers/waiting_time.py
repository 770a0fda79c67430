"""How long a vendor asks to wait, by a response's headers and message."""

import email.utils
import re
import time
from collections.abc import Callable, Mapping

__all__ = ["duration", "expected_reset", "requested_wait"]

# Seconds of each unit, as in "6m0s", "1h30m" or "120ms".
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
PART = r"(\d+(?:\.\d+)?)(ms|[smhd])"
# Both vendors' wording in messages about rate limits, such as "Please try again in 1m12s."
TRY_AGAIN = re.compile(rf"\b(?:try again|retry) in ((?:{PART})+)", re.IGNORECASE)
RESET, REMAINING = "x-ratelimit-reset-", "x-ratelimit-remaining-"


def requested_wait(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that ``retry-after-ms`` or ``Retry-After`` (a number or a date) asks for, or None.

    The keys of ``headers`` are in lower case.
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
    """Return the seconds until a rate limit has room again, for a response that does not ask for a wait, or None.

    The message takes precedence over OpenAI's ``x-ratelimit-reset-*``, which give the time until a limit is fully
    restored, and so are never too short. Of those, only exhausted limits count, or all of them if none is known to be.
    """
    if match := TRY_AGAIN.search(message):
        return duration(match[1])
    resets = {
        name.removeprefix(RESET): seconds
        for name, value in headers.items()
        if name.startswith(RESET) and (seconds := duration(value)) is not None
    }
    exhausted = [seconds for limit, seconds in resets.items() if headers.get(REMAINING + limit, "0").strip() == "0"]
    return max(exhausted or resets.values(), default=None)


def duration(text: str) -> float | None:
    """Return the seconds of a duration such as ``"6m0s"`` or ``"7.5s"``, or None if it is not one."""
    if not re.fullmatch(rf"(?:{PART})+", text.strip()):
        return None
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(PART, text))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return max(0.0, number) if number < float("inf") else None
