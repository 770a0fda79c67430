"""Starts the worker from a process with its imports already done: the same main.py in a tenth of the time.

Tests of what only a fresh ``python main.py`` shows (its imports, its cost, its start) do not use this.
"""

import multiprocessing.forkserver
import os
import runpy
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from contextlib import chdir
from functools import cache
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from tests.support.project import ROOT

__all__ = ["PROCESSES", "WarmProcess", "become", "fork"]

PROCESSES = multiprocessing.get_context("forkserver")
WARM = "tests.support.warm_leaf"
PROCESSES.set_forkserver_preload([WARM])
starting = threading.Lock()


def fork(target: Callable[..., object], *args: Any) -> ForkServerProcess:
    """Start a process with a worker's imports already done, and return it."""
    with starting:
        start_server()
    process = PROCESSES.Process(target=target, args=args)
    process.start()
    return process


@cache
def start_server() -> None:
    with chdir(ROOT):  # It imports from there. If it could not, it would say nothing, and all would only take longer.
        multiprocessing.forkserver.ensure_running()


class WarmProcess:
    """A worker with the part of ``subprocess.Popen``'s interface that the task server and its hooks need."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        """Start main.py with this environment, and its output in a file."""
        self._process = fork(_main, dict(environment), str(log))
        assert self._process.pid
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, or None while the process runs."""
        self._process.join(0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal if the process is running."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the process."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end, and return the exit code."""
        self._process.join(timeout)
        if self._process.is_alive():
            raise subprocess.TimeoutExpired("main.py", timeout or 0)
        return self._process.exitcode


def become(environment: Mapping[str, str]) -> None:
    """Replace this process's environment."""
    os.environ.clear()
    os.environ.update(environment)


def _main(environment: Mapping[str, str], log: str) -> None:
    assert WARM in sys.modules
    become(environment)
    with Path(log).open("w") as file:
        for number in (sys.stdout.fileno(), sys.stderr.fileno()):
            os.dup2(file.fileno(), number)
    warnings.simplefilter("error", ResourceWarning)
    sys.argv = ["main.py"]
    runpy.run_path(str(ROOT / "main.py"), run_name="__main__")
