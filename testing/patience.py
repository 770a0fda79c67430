"""Waiting for processes and threads: until something is so, however slow the machine is."""

import time
from collections.abc import Callable

__all__ = ["PATIENCE_SECONDS", "wait_until"]

# After so many seconds something has gone wrong: longer than a machine takes that has much else to do.
PATIENCE_SECONDS = 600.0


def wait_until(there: Callable[[], object], explain: Callable[[], object] = lambda: "") -> None:
    """Wait until something is there; where it does not come, fail and ``explain``."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not there():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.01)
