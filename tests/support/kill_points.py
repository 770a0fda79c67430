"""Writes to a directory store that are killed, or fail, at each of their system calls in turn.

Each try is made by a forked process, so that the kill is a real one. A profiling function sees every call of Python's C
functions, and strikes at the one whose turn it is. This is a program of its own, since only a process without threads
may fork: its arguments are a folder, the fault, and the old and the new object as JSON, ``[text, metadata]`` or
``null``. It prints a line of JSON for each try: the call, and the text and metadata that were left, or ``null``.
"""

import asyncio
import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from errors import StoreFullError
from settings import Settings
from storage import files
from storage.directory_store import DirectoryStore
from storage.store import Area, StoredObject, Versioned

__all__ = ["FAULTS"]

# A kill before a call is one after the call before it.
FAULTS = ("killed after", "full before", "full after")
KEY = "covers/a.jpg"
# Modules whose functions ask the kernel.
SYSTEM = ("posix", "_io", "io", "fcntl")
# Functions of theirs that do not.
NOT_ASKING = ("fspath", "_path_normpath", "fileno", "getpid")
# A try's exit codes.
FAILED, HIDDEN, FINISHED = 3, 4, 5


def _faults_at_each_call(
    folder: Path, fault: str, old: StoredObject | None, new: StoredObject
) -> Iterator[tuple[str, Versioned | None]]:
    """Write ``new`` over ``old`` again and again, with the fault at the first system call, the second, and so on."""
    number, finished = 0, False
    while not finished:
        number += 1
        settings = Settings(thumbnails_dir=folder / str(number))
        path = folder / str(number) / settings.minio_bucket / KEY
        if old:
            assert files.write(path, old, lambda found: True)
        call, finished = _try(settings, new, fault, number)
        if not finished:
            yield call, files.read(path)


def _try(settings: Settings, new: StoredObject, fault: str, number: int) -> tuple[str, bool]:
    """Return the name of the call at which the fault happened, and whether the write needed fewer calls."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            threading.setprofile(_Saboteur(fault, number, writing))
            asyncio.run(DirectoryStore(settings).write(Area.THUMBNAILS, KEY, new))
            os._exit(FINISHED)
        except StoreFullError:
            os._exit(FAILED)
        finally:
            os._exit(HIDDEN)
    os.close(writing)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    call = os.read(reading, 100).decode()
    os.close(reading)
    assert (status == FINISHED) == (not call), f"{call}: the process ended with {status}"
    assert status in (FINISHED, -signal.SIGKILL if fault.startswith("killed") else FAILED), f"{call}: {status}"
    return call, not call


class _Saboteur:
    """Strikes at one of the calls of a thread that asks the kernel."""

    def __init__(self, fault: str, number: int, report: int) -> None:
        """Take the call's number, and the file that its name is written to."""
        self._event = "c_call" if fault.endswith("before") else "c_return"
        self._kills = fault.startswith("killed")
        self._left = number
        self._report = report

    def __call__(self, frame: FrameType, event: str, function: Any) -> None:
        if event != self._event or not _asks_the_kernel(function):
            return
        self._left -= 1
        if not self._left:
            os.write(self._report, function.__qualname__.encode())
            if self._kills:
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.ENOSPC, "No space left on device")


def _asks_the_kernel(function: Any) -> bool:
    owner = getattr(function, "__self__", None)
    is_systems = getattr(function, "__module__", None) in SYSTEM or type(owner).__module__ == "_io"
    return is_systems and function.__name__ not in NOT_ASKING


def _object(text: str) -> StoredObject | None:
    found = json.loads(text)
    return StoredObject(found[0].encode(), "image/jpeg", found[1], immutable=False) if found else None


def _main(folder: str, fault: str, old: str, new: str) -> None:
    written = _object(new)
    assert written
    for call, found in _faults_at_each_call(Path(folder), fault, _object(old), written):
        sys.stdout.write(json.dumps([call, found and [found.data.decode(), found.metadata]]) + "\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
