"""Opens the page in the browser, and serves it until Ctrl-C."""

import asyncio
import signal
import sys
import webbrowser
from collections.abc import Collection
from pathlib import Path

from cli.choosing.desk import Desk
from cli.choosing.server import ChoosingServer
from cli.choosing.takes import Takes
from cli.covers import follow_covers
from cli.made import Made
from gallery.manifest import Manifest
from storage.store import Store

__all__ = ["serve", "server_of"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def serve(made: Made, store: Store, folder: Path | None) -> None:
    """Open a batch's page, and apply each choice there at once, until Ctrl-C; its files go to ``folder``."""
    server = server_of(made, store, folder)
    address = await server.start()
    print(f"The page is open at {address}", file=sys.stderr)
    print("Each choice there is applied at once. Press Ctrl-C when you are done.", file=sys.stderr)
    await asyncio.to_thread(webbrowser.open, address)
    await _interrupted()
    print("Done. Pictures that are still being drawn arrive first.", file=sys.stderr)
    await server.stop()


def server_of(made: Made, store: Store, folder: Path | None) -> ChoosingServer:
    """Return the server of a batch's page; the covers' files in ``folder`` follow each choice."""

    async def follow(manifest: Manifest, slugs: Collection[str]) -> None:
        if folder:
            await follow_covers(store, manifest, slugs, folder)

    takes = Takes(store, made.settings, made.manifest["request"])
    desk = Desk(store, made.manifest["batch_id"], takes.draw, follow)
    return ChoosingServer(store, desk, takes.prices)


async def _interrupted() -> None:
    """Wait for Ctrl-C. The next one ends the process at once."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    for number in SIGNALS:
        loop.remove_signal_handler(number)
