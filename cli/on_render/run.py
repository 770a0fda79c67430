"""Runs a batch on Render, or applies choices there, and waits for the result."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from render_sdk.client.types import TaskRunDetails, TaskRunStatus

from batch.choices import Applied
from batch.planning import PlanResult
from batch.record import BatchResult, id_of
from batch.requests import BatchRequest, ChoicesRequest
from cli.events import RunEvent
from cli.on_render.api import Workflow
from cli.on_render.following import FAILED, Following
from cli.showing.board import leaves_of
from errors import InvalidRequestError, RenderError, SettingsError, StoppedError
from outcomes import Outcome
from settings import Settings
from storage.keys import page_key
from tasks import apply_choices, generate_batch, plan_batch
from waiting import Stop, race

__all__ = ["RefusedThereError", "apply_there", "ask_for_plan", "run_there"]


class RefusedThereError(InvalidRequestError):
    """The worker refused the request."""

    code = "refused_on_render"
    summary = "The worker on Render refused this. Its variables are under the workflow's Environment"


async def run_there(
    workflow: Workflow, request: BatchRequest, observe: Callable[[RunEvent], None], say: Callable[[str], None]
) -> BatchResult:
    """Run ``generateBatch`` on Render, report its leaves' events to ``observe``, and return its result.

    ``say`` gets the run's id, and the page's address once a thumbnail's address shows where the store is.

    Raises:
        InvalidRequestError: Render or the worker refused the request.
        RenderError: the API failed, or the run failed or was cancelled.
        StoppedError: this process was told to stop; the run continues.
    """
    page = ""

    def watch(event: RunEvent) -> None:
        nonlocal page
        if not page and event.outcome and (page := _page(request, event.outcome)):
            say(f"page: {page}")
        observe(event)

    following = Following(workflow, watch, [pair for row in leaves_of(request) for pair in row])
    result: BatchResult = await _result(workflow, generate_batch.name, asdict(request), following, say)
    return result


async def ask_for_plan(workflow: Workflow, request: BatchRequest, say: Callable[[str], None]) -> PlanResult:
    """Return what ``generateBatch`` would do on Render, where the store and the caps are.

    Raises:
        InvalidRequestError, RenderError, StoppedError: as ``run_there``.
    """
    following = Following(workflow, lambda event: None)
    plan: PlanResult = await _result(workflow, plan_batch.name, asdict(request), following, say)
    return plan


async def apply_there(workflow: Workflow, choices: ChoicesRequest, say: Callable[[str], None]) -> Applied:
    """Apply choices on Render, where the store is, and return what changed.

    Raises:
        InvalidRequestError, RenderError, StoppedError: as ``run_there``.
    """
    following = Following(workflow, lambda event: None)
    applied: Applied = await _result(workflow, apply_choices.name, asdict(choices), following, say)
    return applied


async def _result(
    workflow: Workflow, task: str, values: dict[str, Any], following: Following, say: Callable[[str], None]
) -> Any:
    # Signals are caught here, as a cancellation can get lost in the HTTP client.
    stop, loop, run_id = Stop(), asyncio.get_running_loop(), ""
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.request)

    async def follow() -> TaskRunDetails:
        nonlocal run_id
        async with workflow.connected():
            run_id = await workflow.start(task, values)
            say(f"run: {run_id}")
            return await following.to_the_end(run_id)

    try:
        ended = await race(follow(), stop.wait())
        if not ended.done():
            ended.cancel()
            raise StoppedError(
                f"Stopped following. The run continues on Render: {run_id}\n{workflow.commands(run_id)}\n"
                "Run the same command again to see its report; no picture is paid for twice."
                if run_id
                else "Stopped before Render answered. A run may have started: render workflows tasks runs list"
            )
        run = ended.result()
    except (RenderError, InvalidRequestError) as error:
        if not run_id:
            raise
        why = error.faults[0] if isinstance(error, InvalidRequestError) else error
        raise RenderError(f"{why}\nThe run continues on Render: {run_id}\n{workflow.commands(run_id)}") from None
    if run.status in FAILED:
        raise _failure(f"{workflow.slug}/{task}", run)
    return run.results[0]


def _page(request: BatchRequest, outcome: Outcome) -> str:
    """Return the page's address, derived from a thumbnail's, or nothing if links are presigned."""
    if outcome["status"] != "ok" or not (end := quote(outcome.get("key", ""))):
        return ""
    if not outcome["image_url"].endswith(end):
        return ""
    settings = Settings(simulate_providers=outcome["served_by"].startswith("simulated/"))
    return outcome["image_url"].removesuffix(end) + page_key(id_of(request, settings))


def _failure(task: str, run: TaskRunDetails) -> Exception:
    """Return the error of a failed run; if the worker refused the request, with its faults."""
    error = str(run.error or "")
    if faults := InvalidRequestError.faults_in(error) or SettingsError.faults_in(error):
        return RefusedThereError(faults)
    ended = "was cancelled" if run.status == TaskRunStatus.CANCELED else f"failed: {error}"
    return RenderError(f"The run {run.id} of {task} {ended}\nRun it again to continue; existing images cost nothing.")
