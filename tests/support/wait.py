"""Waits for a condition, with a deadline that even a busy machine meets."""

import time
from collections.abc import Callable

__all__ = ["TIMEOUT_SECONDS", "wait_until"]

# Only something that hangs takes longer.
TIMEOUT_SECONDS = 600.0


def wait_until(condition: Callable[[], object], explain: Callable[[], object] = lambda: "") -> None:
    """Wait until the condition is true; after ``TIMEOUT_SECONDS`` fail with the explanation."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.01)
