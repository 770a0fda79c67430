"""The one wait inside a leaf: what a provider's 429 asks for."""

import asyncio
import email.utils
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from errors import ProviderThrottledError, ProviderUnavailableError

__all__ = ["patiently", "retry_after"]

T = TypeVar("T")

# Seconds: what is waited where the provider does not say how long, doubling, and the bounds of any wait.
FIRST_WAIT, LONGEST_UNASKED_WAIT, SHORTEST_WAIT = 5.0, 60.0, 0.2
JITTER = 0.1


async def patiently(
    ask: Callable[[], Awaitable[T]],
    budget_seconds: float,
    waiting: Callable[[float, ProviderThrottledError], None] = lambda seconds, error: None,
) -> T:
    """Ask, and ask again whenever a throttled provider's wait is over, as long as the budget holds.

    ``waiting`` is told of each wait when it begins: its seconds, and why.

    Leaves that wait for the same quota are told the same time. Jitter spreads them, and the longer one has waited,
    the less of it: who came first is served first.

    Raises:
        ProviderUnavailableError: the wait asked for does not fit into what is left of the budget.
    """
    deadline = time.monotonic() + budget_seconds
    waits = 0
    while True:
        try:
            return await ask()
        except ProviderThrottledError as error:
            asked = error.wait_seconds
            if asked is None:
                asked = min(FIRST_WAIT * 2**waits, LONGEST_UNASKED_WAIT)
            wait = max(asked, SHORTEST_WAIT * 2 ** min(waits, 5))
            wait += random.uniform(0, JITTER * wait) / (1 + waits)  # noqa: S311
            if time.monotonic() + wait > deadline:
                raise ProviderUnavailableError(
                    f"{error} It asks for {asked:.0f} s, which this attempt has no time for; a later run may."
                ) from error
            waits += 1
            waiting(wait, error)
            await asyncio.sleep(wait)


def retry_after(header: str | None) -> float | None:
    """Return the seconds a ``Retry-After`` header asks for, which it gives as a number or as a date, or None."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(header).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds) if seconds < float("inf") else None
