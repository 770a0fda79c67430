"""The Render app and its tasks: what they are called, what they take, and how Render retries them.

Registering, which the dev server does before every run, needs none of what the tasks do, so the tasks import it.
"""

import dataclasses
import functools
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from render_sdk import Retry, TaskContext, Workflows

from settings import LEAF_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from batch.choices import Applied
    from batch.planning import PlanResult
    from batch.record import BatchResult
    from batch.requests import ThumbnailRequest
    from outcomes import Finished, Row, Unfinished

__all__ = ["app", "apply_choices", "generate_batch", "generate_thumbnail", "generate_thumbnails", "plan_batch"]

P = ParamSpec("P")
R = TypeVar("R")
# Render sends SIGKILL 30 seconds after SIGTERM unless a service says otherwise (``maxShutdownDelaySeconds``); for
# workflows it documents no figure. The rest is for giving back a claim.
LEAF_GRACE_SECONDS = 25.0

# Without a plan, a task gets Render's default, flex. It is billed on use, and so the cheapest for a leaf, which mostly
# waits; "starter" is a legacy name (docs/cost.md).
app = Workflows()


def fitting(
    task: Callable[Concatenate[TaskContext, P], Awaitable[R]],
) -> Callable[Concatenate[TaskContext, P], Awaitable[R]]:
    """Return the task, which raises InvalidRequestError in place of a TypeError if its input has the wrong shape."""
    _, *parameters = inspect.signature(task).parameters.values()
    inputs = {each.name: dataclasses.MISSING if each.default is each.empty else each.default for each in parameters}

    @functools.wraps(task)
    async def call(ctx: TaskContext, /, *args: P.args, **kwargs: P.kwargs) -> R:
        from batch.requests import misfit_of

        if misfit := misfit_of(inputs, args, kwargs):
            raise misfit
        return await task(ctx, *args, **kwargs)

    return call


@app.task(
    name="generateThumbnail",
    retry=Retry(max_retries=2, wait_duration_ms=5_000, backoff_scaling=2),
    timeout_seconds=LEAF_TIMEOUT_SECONDS,
)
@fitting
async def generate_thumbnail(
    ctx: TaskContext,
    title: str,
    model: str,
    style: str,
    template: str,
    font: str,
    context: str = "",
    extra_prompt: str = "",
    variation: int = 0,
    asked_title: str = "",
) -> "Finished | Unfinished":
    """Make one thumbnail and return its outcome.

    Raises what a retry may help against, so that Render retries this leaf and no other.
    """
    from batch.checks import checked
    from batch.requests import ThumbnailRequest
    from settings import read_settings
    from tasks.leaf import make_thumbnail
    from waiting import begin_attempt

    settings = read_settings()
    request = checked(
        ThumbnailRequest,
        settings,
        title=title,
        model=model,
        style=style,
        template=template,
        font=font,
        context=context,
        extra_prompt=extra_prompt,
        variation=variation,
        asked_title=asked_title,
    )
    ids = ctx.metadata
    attempt = begin_attempt(ids.task_run_id, LEAF_GRACE_SECONDS, parent_run_id=ids.parent_task_run_id)
    return await make_thumbnail(request, settings, attempt)


@app.task(
    name="generateThumbnails",
    retry=Retry(max_retries=1, wait_duration_ms=1_000, backoff_scaling=2),
    timeout_seconds=3_600,
)
@fitting
async def generate_thumbnails(
    ctx: TaskContext,
    title: str,
    models: list[str],
    style: str,
    template: str,
    font: str,
    context: str = "",
    extra_prompt: str = "",
    variation: int = 0,
) -> "Row":
    """Make a thumbnail of the title by each model and return the outcomes in the models' order."""
    from batch.checks import checked
    from batch.pairs import pairs_of
    from batch.plan import begin, prepare
    from batch.requests import Post, ThumbnailsRequest
    from batch.rows import rows_of
    from settings import read_settings
    from tasks.fan_out import draw
    from waiting import begin_attempt

    settings = read_settings()
    request = checked(
        ThumbnailsRequest,
        settings,
        title=title,
        models=models,
        style=style,
        template=template,
        font=font,
        context=context,
        extra_prompt=extra_prompt,
        variation=variation,
    )
    attempt = begin_attempt(ctx.metadata.task_run_id)
    await prepare(request.models, settings, attempt)
    pairs = pairs_of([Post(request.title)], request.models, request, settings)
    plan = await begin(pairs, settings, attempt, retried=True)
    await attempt.within_grace(draw(plan, leaf_of(ctx), settings, attempt))
    [row] = rows_of(plan.pairs)
    return row


@app.task(
    name="generateBatch",
    retry=Retry(max_retries=1, wait_duration_ms=1_000, backoff_scaling=2),
    timeout_seconds=86_400,
)
@fitting
async def generate_batch(
    ctx: TaskContext,
    prompts: list[str | dict[str, Any]],
    models: list[str],
    style: str,
    template: str,
    font: str,
    context: str = "",
    extra_prompt: str = "",
    variation: int = 0,
    name: str = "",
    left_out: str = "",
    redraw: Sequence[str] = (),
    refresh_covers: bool = False,
    max_cost_usd: float | None = None,
) -> "BatchResult":
    """Make a thumbnail of every title by every model and return a summary, the rows, and where to look at them."""
    from batch.checks import checked
    from batch.pairs import pairs_of_batch
    from batch.plan import begin, capped, prepare
    from batch.record import BatchRecord
    from batch.requests import BatchRequest
    from batch.rows import rows_of
    from settings import read_settings
    from tasks.fan_out import draw
    from waiting import begin_attempt

    settings = read_settings()
    request = checked(
        BatchRequest,
        settings,
        prompts=prompts,
        models=models,
        style=style,
        template=template,
        font=font,
        context=context,
        extra_prompt=extra_prompt,
        variation=variation,
        name=name,
        left_out=left_out,
        redraw=redraw,
        refresh_covers=refresh_covers,
        max_cost_usd=max_cost_usd,
    )
    settings = capped(settings, request)
    attempt = begin_attempt(ctx.metadata.task_run_id)
    record = BatchRecord(request, settings, attempt)
    await prepare(request.models, settings, attempt)
    retried = await record.begin()
    pairs = pairs_of_batch(request, record.earlier_rows, settings, retried=retried)
    plan = await begin(pairs, settings, attempt, retried=retried)
    async with record.updating(lambda: rows_of(plan.pairs)):
        estimated = await attempt.within_grace(draw(plan, leaf_of(ctx), settings, attempt))
    return await record.finish(rows_of(plan.pairs), estimated)


@app.task(
    name="planBatch",
    retry=Retry(max_retries=1, wait_duration_ms=1_000, backoff_scaling=2),
    timeout_seconds=LEAF_TIMEOUT_SECONDS,
)
@fitting
async def plan_batch(
    ctx: TaskContext,
    prompts: list[str | dict[str, Any]],
    models: list[str],
    style: str,
    template: str,
    font: str,
    context: str = "",
    extra_prompt: str = "",
    variation: int = 0,
    name: str = "",
    left_out: str = "",
    redraw: Sequence[str] = (),
    refresh_covers: bool = False,
    max_cost_usd: float | None = None,
) -> "PlanResult":
    """Return what ``generateBatch`` would make with this input and what that would cost. Pays for nothing."""
    from batch import planning
    from batch.checks import checked
    from batch.requests import BatchRequest
    from settings import read_settings
    from waiting import begin_attempt

    settings = read_settings()
    request = checked(
        BatchRequest,
        settings,
        prompts=prompts,
        models=models,
        style=style,
        template=template,
        font=font,
        context=context,
        extra_prompt=extra_prompt,
        variation=variation,
        name=name,
        left_out=left_out,
        redraw=redraw,
        refresh_covers=refresh_covers,
        max_cost_usd=max_cost_usd,
    )
    plan = await planning.plan_batch(request, settings, begin_attempt(ctx.metadata.task_run_id))
    return planning.fitting_result(plan)


@app.task(
    name="applyChoices",
    retry=Retry(max_retries=1, wait_duration_ms=1_000, backoff_scaling=2),
    timeout_seconds=LEAF_TIMEOUT_SECONDS,
)
@fitting
async def apply_choices(ctx: TaskContext, version: int, batch_id: str, choices: list[dict[str, str]]) -> "Applied":
    """Make the thumbnails that were chosen on a batch's page their posts' covers, and return what changed."""
    from batch import choices as applying
    from batch.checks import checked
    from batch.requests import ChoicesRequest
    from settings import read_settings
    from storage.opening import open_store
    from storage.retrying_store import retrying_store
    from waiting import begin_attempt

    settings = read_settings()
    request = checked(ChoicesRequest, settings, version=version, batch_id=batch_id, choices=choices)
    attempt = begin_attempt(ctx.metadata.task_run_id)
    store = retrying_store(open_store(settings), settings.store_patience_seconds, attempt)
    return await applying.apply_choices(store, request, settings.service_name)


def leaf_of(ctx: TaskContext) -> "Callable[[ThumbnailRequest], Awaitable[Finished | Unfinished]]":
    """Return how a parent runs a leaf: as its own task."""
    from batch.requests import arguments

    async def run(request: "ThumbnailRequest") -> "Finished | Unfinished":
        return await ctx.run(generate_thumbnail, *arguments(request))  # type: ignore[arg-type]

    return run
