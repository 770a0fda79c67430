"""Runs a command in a pseudo-terminal and returns its output."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence

from tests.support.wait import TIMEOUT_SECONDS

__all__ = ["lines_shown", "resize", "run_in_terminal"]

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def run_in_terminal(
    command: Sequence[str],
    environment: Mapping[str, str],
    cwd: str,
    columns: int = 80,
    rows: int = 40,
    on_output: Callable[[int, str], None] = lambda terminal, shown: None,
) -> tuple[str, int]:
    """Run a command in a terminal of that size, and return its output with escapes, and its exit code.

    ``on_output`` is called with the terminal and all output so far, whenever there is more.
    """
    process, terminal = pty.fork()
    if process == 0:
        resize(0, columns, rows)
        os.chdir(cwd)
        os.execvpe(command[0], list(command), {**environment, "TERM": "xterm-256color"})
    shown = b""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    try:
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    piece = os.read(terminal, 65_536)
                except OSError:  # Linux reports a closed terminal so.
                    break
                if not piece:
                    break
                shown += piece
                on_output(terminal, shown.decode(errors="replace"))
    finally:
        os.close(terminal)
        _, status = os.waitpid(process, 0)
    return shown.decode(errors="replace"), os.waitstatus_to_exitcode(status)


def resize(terminal: int, columns: int, rows: int) -> None:
    """Change a terminal's size, as a person does who drags its window's edge."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def lines_shown(output: str) -> list[str]:
    """Return the lines without colours and cursor movements."""
    return ESCAPE.sub("", output).replace("\r", "\n").split("\n")
