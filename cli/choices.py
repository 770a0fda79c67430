"""Applies the choices that a batch's page saved, to the store or on Render, and says what that did."""

import asyncio
import json
import sys
from pathlib import Path

from rich.console import Console

from batch.checks import check_request
from batch.choices import Applied, apply_choices
from batch.requests import ChoicesRequest, bind
from cli.covers import folder_of, make_folder
from cli.made import find_made
from cli.reading.environment import local_settings
from cli.reading.options import Options
from errors import InvalidRequestError
from storage.opening import open_store

__all__ = ["choose_here", "choose_live", "choose_there"]


def choose_here(options: Options, screen: Console) -> int:
    """Apply a file of choices to the store."""
    store = open_store(local_settings({}))
    print(_text(asyncio.run(apply_choices(store, _read(options.choose or Path())))))
    return 0


def choose_there(options: Options, screen: Console) -> int:
    """Apply a file of choices on Render, where the store is."""
    from cli.on_render.api import Workflow
    from cli.on_render.run import apply_there

    workflow, choices = Workflow(str(options.on)), _read(options.choose or Path())
    print(_text(asyncio.run(apply_there(workflow, choices, lambda text: print(text, file=sys.stderr)))))
    return 0


def choose_live(options: Options, screen: Console) -> int:
    """Open the page of a batch in the browser, and apply each choice there when it is made."""
    # Imported here because aiohttp's server takes long to import.
    from cli.choosing.run import serve

    made = find_made(options)
    folder = options.covers and folder_of(options.covers, simulated=made.manifest["simulated"])
    if folder:
        make_folder(folder)
    asyncio.run(serve(made, made.store or open_store(made.settings), folder))
    return 0


def _read(path: Path) -> ChoicesRequest:
    """Return the choices of a file.

    Raises:
        InvalidRequestError: the file cannot be read, or is not what the page saves.
    """
    try:
        values = json.loads(path.read_bytes())
        if not isinstance(values, dict):
            raise ValueError("it is not an object")
        return check_request(ChoicesRequest, bind(ChoicesRequest, [], values), settings=None)
    except OSError as error:
        raise InvalidRequestError(
            [f"{path} cannot be read: {error.strerror}. Name the file that the page saved"]
        ) from None
    except (InvalidRequestError, ValueError, RecursionError) as error:
        why = error.faults[0] if isinstance(error, InvalidRequestError) else error
        raise InvalidRequestError([f"{path} is not a file of choices ({why}). Save it again on the page"]) from None


def _text(applied: Applied) -> str:
    """Return what applying choices did, as lines of text."""
    number = len(applied["changed"])
    covers = "1 cover" if number == 1 else f"{number} covers"
    counted = f"{covers} changed, {applied['unchanged']} chosen already"
    return "\n".join([*applied["changed"], counted, f"page: {applied['page_url']}"])
