"""Starts the worker from a process with its imports already done: the same main.py in a tenth of the time.

Tests of what only a fresh ``python main.py`` shows (its imports, its cost, its start) do not use this.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

from testing.project import ROOT

__all__ = ["PROCESSES", "WarmProcess", "become"]

PROCESSES = multiprocessing.get_context("forkserver")
# A worker's imports, before and during its work.
LOADED = [
    "tasks.app",
    "tasks.checks",
    "tasks.fan_out",
    "tasks.leaf",
    "tasks.record",
    "compositing.thumbnail",
    "storage.minio_store",
    "storage.directory_store",
    "providers.gemini",
    "providers.openai_images",
    "providers.simulated",
]
PROCESSES.set_forkserver_preload(LOADED)


class WarmProcess:
    """A worker with the part of ``subprocess.Popen``'s interface that the task server and its hooks need."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        """Start main.py with this environment, and its output in a file."""
        self._process = PROCESSES.Process(target=_main, args=(dict(environment), str(log)))
        self._process.start()
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
    become(environment)
    with Path(log).open("w") as file:
        for number in (sys.stdout.fileno(), sys.stderr.fileno()):
            os.dup2(file.fileno(), number)
    warnings.simplefilter("error", ResourceWarning)
    sys.argv = ["main.py"]
    runpy.run_path(str(ROOT / "main.py"), run_name="__main__")
