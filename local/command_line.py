"""The command line: runs a batch here or on Render, plans one, or applies choices."""

import argparse
import asyncio
import io
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.logging import RichHandler

from errors import InvalidRequestError, StoppedError, ThumbnailError
from local.board import Board, leaves_of
from local.choices import applied_text, read_choices
from local.covers import CoverFile, fetch_covers, make_folder, read_covers, write_covers
from local.engine import Engine
from local.environment import local_environment, read_env_files
from local.inputs import first_model, read_input
from local.interrupt import interruptible
from local.live import LiveView
from local.options import parse, refuse_beside_choose, with_option_names
from local.plan import make_plan
from local.progress import PlainProgress
from local.report import report
from providers.choice import log_models
from settings import Settings, log_level, read_settings
from storage.choice import open_store
from storage.keys import page_key
from tasks import app, generate_batch
from tasks.budget import check_budget
from tasks.checks import check_request
from tasks.choices import apply_choices
from tasks.record import id_of
from tasks.requests import BatchRequest, bind
from waiting import Clock

__all__ = ["main"]

ALL_THERE, SOME_MISSING, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str]) -> int:
    """Run a batch and return the exit code: 0 all there, 1 some image is missing, 2 invalid input, 130 interrupted."""
    options = parse(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # A title in letters that the terminal lacks must not end the run.
            stream.reconfigure(errors="backslashreplace")
    screen = Console(stderr=True, highlight=False)
    try:
        variables = read_env_files(options.env_file or ())
        # The vendors' SDKs read there too. In UTF-8, as the dev server sets them, whatever the locale.
        os.environb.update({name.encode(): value.encode() for name, value in variables.items()})
        _log_to(screen, verbose=options.verbose)
        code = _do(options, screen)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # The reader of the output, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SOME_MISSING
    except StoppedError as error:
        print(error, file=sys.stderr)
        return INTERRUPTED
    except (ThumbnailError, OSError) as error:
        if options.verbose:
            screen.print_exception()
        if isinstance(error, InvalidRequestError):
            print(with_option_names(error, options), file=sys.stderr)
            return BAD_INPUT
        print(error, file=sys.stderr)
        return SOME_MISSING
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("Interrupted. Run it again to continue; what is finished stays.", file=sys.stderr)
        return INTERRUPTED


def _do(options: argparse.Namespace, screen: Console) -> int:
    refuse_beside_choose(options)
    if options.on:
        return _on_render(options, screen)
    cap = {} if options.max_cost is None else {"MAX_COST_USD": options.max_cost}
    settings = read_settings({**local_environment(os.environ), **cap})
    if options.choose:
        print(applied_text(asyncio.run(apply_choices(open_store(settings), read_choices(options.choose)))))
        return ALL_THERE
    batch = read_input(options, settings)
    if options.crash is not None:
        settings = replace(settings, crash_model=options.crash or first_model(batch))
    request = check_request(BatchRequest, batch, settings, any_size=options.plan)
    if options.plan:
        return _plan(request, settings, options)
    if options.covers:
        make_folder(options.covers)
    code = _run(batch, request, settings, options, screen)
    if options.covers:
        _write_covers(asyncio.run(read_covers(open_store(settings), id_of(request, settings))), options.covers)
    return code


def _on_render(options: argparse.Namespace, screen: Console) -> int:
    """Run on Render, and return the exit code. The worker checks its own keys, store and caps."""
    # Imported here because the SDK's client doubles the time to start.
    from local.on_render import apply_there, refuse_options, run_there
    from local.render_api import Workflow

    refuse_options(options)
    workflow = Workflow(options.on)
    if options.choose:
        choices = read_choices(options.choose)
        print(applied_text(asyncio.run(apply_there(workflow, choices, lambda text: print(text, file=sys.stderr)))))
        return ALL_THERE
    request = check_request(BatchRequest, bind(BatchRequest, [], read_input(options, None)), None)
    if options.covers:
        make_folder(options.covers)
    log_models(request.models, Clock().today())
    board, view = _view(request, screen)
    with view:
        result = asyncio.run(run_there(workflow, request, view.observe, view.say))
    served = [each.get("served_by", "") for row in result["rows"] for each in row["results"]]
    simulated = any(each.startswith("simulated/") for each in served)
    code = _print_result(result, board, options, simulated=simulated, left_out=request.left_out)
    if options.covers:
        _write_covers(fetch_covers(result["manifest_url"]), options.covers)
    return code


def _write_covers(covers: list[tuple[CoverFile, bytes]], folder: Path) -> None:
    """Write the covers, and print how many changed."""
    changed = write_covers(covers, folder)
    print(f"covers:   {folder}, {len(changed)} changed", file=sys.stderr)


def _log_to(screen: Console, *, verbose: bool) -> None:
    """Log to the screen without breaking what is drawn there."""
    level = log_level() if os.environ.get("LOG_LEVEL") else (logging.INFO if verbose else logging.WARNING)
    handler: logging.Handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    if screen.is_terminal:
        handler = RichHandler(console=screen, show_time=False, show_path=False, highlighter=None)
    if not verbose:
        handler.addFilter(lambda record: record.name != "tasks.progress")  # The view says the same.
    logging.basicConfig(level=level, format="%(message)s", handlers=[handler])


def _plan(request: BatchRequest, settings: Settings, options: argparse.Namespace) -> int:
    log_models(request.models, Clock().today())
    plan = asyncio.run(make_plan(request, settings))
    print(json.dumps(plan.as_dict(), indent=1) if options.json else plan)
    check_budget(plan.estimate, settings)
    return ALL_THERE


def _run(
    batch: dict[str, Any], request: BatchRequest, settings: Settings, options: argparse.Namespace, screen: Console
) -> int:
    simulated = settings.simulate_providers
    if simulated:
        print("SIMULATED PICTURES: no provider is asked and nothing is paid for.", file=sys.stderr)
        has_keys = settings.openai_api_key or settings.google_api_key
        remedy = "Unset SIMULATE_PROVIDERS" if has_keys else "Set OPENAI_API_KEY and GOOGLE_API_KEY"
        print(f"{remedy} for real ones.\n", file=sys.stderr)
    page = open_store(settings).link(page_key(id_of(request, settings))).url
    print(f"page: {page}", file=sys.stderr)
    board, view = _view(request, screen)

    async def run() -> Any:
        engine = Engine(app, view.observe, settings)
        with interruptible(engine, board, view.say):
            return await engine.run(generate_batch.name, batch)

    try:
        with view:
            result = asyncio.run(run())
    except (asyncio.CancelledError, StoppedError):
        print(board.interrupted(), file=sys.stderr)
        print(f"Run it again to continue; existing images cost nothing. The page: {page}", file=sys.stderr)
        return INTERRUPTED
    if options.crash is not None and not board.retries:
        print("Nothing crashed: every picture was already there. Ask for new ones with --variation 1.", file=sys.stderr)
    return _print_result(result, board, options, simulated=simulated, left_out=request.left_out)


def _view(request: BatchRequest, screen: Console) -> tuple[Board, LiveView | PlainProgress]:
    """Return a batch's board and its view: a tree in a terminal, lines elsewhere."""
    board = Board(leaves_of(request))
    return board, LiveView(board, screen) if screen.is_terminal else PlainProgress(board)


def _print_result(
    result: dict[str, Any], board: Board, options: argparse.Namespace, *, simulated: bool, left_out: str
) -> int:
    """Print the result, and return the exit code."""
    shown = {"simulated": simulated, "verbose": options.verbose, "left_out": left_out}
    print(
        json.dumps(result)  # In ASCII, which is valid whatever stdout's encoding.
        if options.json
        else f"\n{report(result, **shown)}"
    )
    return ALL_THERE if result["summary"]["ok"] == result["summary"]["requested"] else SOME_MISSING
