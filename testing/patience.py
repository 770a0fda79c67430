"""Waits for a condition, with a deadline that even a busy machine meets."""

import time
from collections.abc import Callable

__all__ = ["PATIENCE_SECONDS", "wait_until"]

# Only what hangs takes longer.
PATIENCE_SECONDS = 600.0


def wait_until(condition: Callable[[], object], explain: Callable[[], object] = lambda: "") -> None:
    """Wait until the condition is true; after ``PATIENCE_SECONDS`` fail with the explanation."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.01)
