"""Runs a batch in this process."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict

from batch.record import BatchResult, id_of
from batch.requests import BatchRequest
from cli.events import RunEvent
from cli.here.engine import Engine
from cli.here.interrupt import interruptible
from cli.showing.board import Board
from errors import StoppedError
from settings import Settings
from storage.keys import page_key
from storage.opening import open_store
from tasks import app, generate_batch

__all__ = ["page_address", "run_here"]


def page_address(request: BatchRequest, settings: Settings) -> str:
    """Return the address that a batch's page has, or will have."""
    return open_store(settings).link(page_key(id_of(request, settings))).url


async def run_here(
    request: BatchRequest,
    settings: Settings,
    board: Board,
    observe: Callable[[RunEvent], None],
    say: Callable[[str], None],
) -> BatchResult:
    """Run ``generateBatch``, report every step to ``observe``, which keeps the board, and return its result.

    Raises:
        StoppedError: Ctrl-C ended it; the message says what is there, and what is left.
        ThumbnailError: the batch failed.
    """
    engine = Engine(app, observe, settings)
    try:
        with interruptible(engine, board, say):
            result: BatchResult = await engine.run(generate_batch.name, asdict(request))
            return result
    except (asyncio.CancelledError, StoppedError):
        remedy = f"Run it again to continue; existing images cost nothing. The page: {page_address(request, settings)}"
        raise StoppedError(f"{board.interrupted(simulated=settings.simulate_providers)}\n{remedy}") from None
