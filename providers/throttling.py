"""The one wait inside a leaf: what a provider's quota asks for."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from errors import ProviderThrottledError, QuotaWaitTooLongError

__all__ = ["retry_when_throttled"]

T = TypeVar("T")

# Seconds: what is waited where the provider does not say how long, doubling, and the bounds of any wait.
FIRST_WAIT, LONGEST_UNASKED_WAIT, SHORTEST_WAIT = 5.0, 60.0, 0.2
JITTER = 0.1


async def retry_when_throttled(
    ask: Callable[[], Awaitable[T]],
    budget_seconds: float,
    on_wait: Callable[[float, ProviderThrottledError], None] = lambda seconds, error: None,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> T:
    """Ask, and ask again after every wait that a throttled provider asks for, as long as the budget lasts.

    ``on_wait`` is called when a wait begins, once for each throttled answer, with the seconds to wait and the reason.
    Cancelling the call ends a wait at once. ``clock`` and ``sleep`` are the time that is measured and waited in.

    Leaves that wait for the same quota are given the same time. Jitter spreads them, and the longer one has waited,
    the less of it: first come, first served.

    Raises:
        QuotaWaitTooLongError: the next wait is longer than what is left of the budget.
    """
    deadline = clock() + budget_seconds
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
            if clock() + wait > deadline:
                raise QuotaWaitTooLongError(
                    f"{error} A wait of {asked:.0f} s is longer than this attempt has left. Run again later, or ask "
                    "the provider for a higher rate limit.",
                    wait_seconds=wait,
                ) from error
            waits += 1
            on_wait(wait, error)
            await sleep(wait)
