"""Draws a batch, in this process or on Render, or plans it."""

import asyncio
import json
import sys
from dataclasses import replace

from rich.console import Console

from batch.checks import check_request
from batch.planning import PlanResult, plan_batch
from batch.record import BatchResult, id_of
from batch.requests import BatchRequest, bind
from cli.asking import check_wanted
from cli.covers import fetch_covers, folder_of, make_folder, read_covers, say_written
from cli.here.run import page_address, run_here
from cli.reading.environment import local_settings
from cli.reading.inputs import read_input
from cli.reading.options import SETTINGS, Options, given_settings
from cli.showing.board import Board, leaves_of
from cli.showing.live import LiveView
from cli.showing.plan import plan_text
from cli.showing.progress import PlainProgress
from cli.showing.report import report
from errors import InvalidRequestError
from providers.opening import log_models
from settings import Settings, read_settings
from storage.opening import open_store
from waiting import Attempt, Clock

__all__ = ["draw_here", "draw_there", "plan_here", "plan_there"]

ALL_THERE, SOME_MISSING = 0, 1


def draw_here(options: Options, screen: Console) -> int:
    """Run a batch in this process."""
    settings, request = _checked(options)
    folder = options.covers and folder_of(options.covers, simulated=settings.simulate_providers)
    if folder:
        make_folder(folder)
    if settings.simulate_providers:
        _say_simulated(settings)
    print(f"page: {page_address(request, settings)}", file=sys.stderr)
    if request.name:
        check_wanted(asyncio.run(plan_batch(request, settings, Attempt())), options, screen)
    board, view = _view(request, screen)
    with view:
        result = asyncio.run(run_here(request, settings, board, view.observe, view.say))
    if options.crash is not None and not board.retries:
        print("Nothing crashed: every picture was already there. Ask for new ones with --variation 1.", file=sys.stderr)
    code = _print_result(result, options, simulated=settings.simulate_providers, left_out=request.left_out)
    if folder:
        say_written(asyncio.run(read_covers(open_store(settings), id_of(request, settings))), folder)
    return code


def draw_there(options: Options, screen: Console) -> int:
    """Run a batch on Render. The worker checks its own keys, store and caps."""
    # Imported here because the SDK's client doubles the time to start.
    from cli.on_render.api import Workflow
    from cli.on_render.run import ask_for_plan, run_there

    workflow, request = Workflow(str(options.on)), _checked_there(options)
    if options.covers:
        make_folder(options.covers)
    log_models(request.models, Clock().today())
    if request.name and not options.all:
        check_wanted(asyncio.run(ask_for_plan(workflow, request, _say)), options, screen)
    _, view = _view(request, screen)
    with view:
        result = asyncio.run(run_there(workflow, request, view.observe, view.say))
    made = [each for row in result["rows"] for each in row["results"] if each["status"] == "ok"]
    simulated = any(each["served_by"].startswith("simulated/") for each in made)
    code = _print_result(result, options, simulated=simulated, left_out=request.left_out)
    if options.covers:
        covers, folder = fetch_covers(result["manifest_url"]), folder_of(options.covers, simulated=simulated)
        make_folder(folder)
        say_written(covers, folder)
    return code


def plan_here(options: Options, screen: Console) -> int:
    """Show what a run in this process would do."""
    settings, request = _checked(options)
    log_models(request.models, Clock().today())
    return _print_plan(asyncio.run(plan_batch(request, settings, Attempt())), options)


def plan_there(options: Options, screen: Console) -> int:
    """Show what a run on Render would do, as the worker there says."""
    from cli.on_render.api import Workflow
    from cli.on_render.run import ask_for_plan

    workflow, request = Workflow(str(options.on)), _checked_there(options)
    log_models(request.models, Clock().today())
    return _print_plan(asyncio.run(ask_for_plan(workflow, request, _say)), options)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _checked(options: Options) -> tuple[Settings, BatchRequest]:
    """Return the settings and the request of a run in this process."""
    settings = local_settings(given_settings(options))
    request = check_request(BatchRequest, read_input(options, settings), settings)
    if options.crash == "":
        settings = replace(settings, crash_model=request.models[0])
    return settings, request


def _checked_there(options: Options) -> BatchRequest:
    """Return the request of a run on Render, with its own cap. The worker checks the rest."""
    for variable, name in SETTINGS.items():
        if name in options.places and name != "max_cost":
            print(f"note: {options.places[name]} holds here only; on Render, set {variable}", file=sys.stderr)
    request = check_request(BatchRequest, bind(BatchRequest, [], read_input(options, None)), None)
    cap = read_settings({"MAX_COST_USD": str(options.max_cost or "")}).max_cost_usd
    return request if cap is None else replace(request, max_cost_usd=float(cap))


def _say_simulated(settings: Settings) -> None:
    has_keys = settings.openai_api_key or settings.google_api_key
    remedy = "Unset SIMULATE_PROVIDERS" if has_keys else "Set OPENAI_API_KEY and GOOGLE_API_KEY"
    print("SIMULATED PICTURES: no provider is asked and nothing is paid for.", file=sys.stderr)
    print(f"{remedy} for real ones.\n", file=sys.stderr)


def _view(request: BatchRequest, screen: Console) -> tuple[Board, LiveView | PlainProgress]:
    """Return a batch's board and its view: a tree in a terminal, lines elsewhere."""
    board = Board(leaves_of(request))
    return board, LiveView(board, screen) if screen.is_terminal else PlainProgress(board)


def _print_result(result: BatchResult, options: Options, *, simulated: bool, left_out: str) -> int:
    """Print the result, and return the exit code."""
    print(
        json.dumps(result)  # In ASCII, which is valid whatever stdout's encoding.
        if options.json
        else f"\n{report(result, simulated=simulated, verbose=options.verbose, left_out=left_out)}"
    )
    return ALL_THERE if result["summary"]["ok"] == result["summary"]["requested"] else SOME_MISSING


def _print_plan(plan: PlanResult, options: Options) -> int:
    """Print the plan, and return the exit code.

    Raises:
        InvalidRequestError: a run would be refused for what it would pay for.
    """
    print(json.dumps(plan, indent=1) if options.json else plan_text(plan, verbose=options.verbose))
    if plan["faults"]:
        raise InvalidRequestError(plan["faults"])
    return ALL_THERE
