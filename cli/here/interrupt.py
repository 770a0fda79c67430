"""Ctrl-C: once to start nothing more, twice to stop at once."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.here.engine import Engine
from cli.showing.board import Board

__all__ = ["interruptible"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible(engine: Engine, board: Board, say: Callable[[str], None]) -> Iterator[None]:
    """Let the first signal stop the engine gently, the second cancel it, and a third end the process.

    Needs a running event loop, in whose thread the handlers run.
    """
    loop = asyncio.get_running_loop()
    times = 0

    def interrupt() -> None:
        nonlocal times
        times += 1
        if times == 1:
            if kept := board.snapshot.kept:
                images = "1 image is" if kept == 1 else f"{kept} images are"
                again = "Ctrl-C again stops at once and loses those still being drawn."
                say(f"Stopping: {images} in progress and will be kept. {again}")
            engine.stop()
        else:
            say("Stopping at once.")
            engine.cancel()
            for number in SIGNALS:
                loop.remove_signal_handler(number)
                signal.signal(number, signal.SIG_DFL)

    for number in SIGNALS:
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
