"""The Render app and its tasks: what they are called, what they take, and how Render retries them."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Concatenate, TypeVar

from render_sdk import Retry, TaskContext, Workflows

from settings import LEAF_TIMEOUT_SECONDS, Settings
from tasks.requests import (
    BatchRequest,
    ChoicesRequest,
    RequestT,
    ThumbnailRequest,
    ThumbnailsRequest,
    bind,
    inputs_of,
)

if TYPE_CHECKING:
    from outcomes import Finished, Row, Unfinished
    from tasks.choices import Applied
    from tasks.record import BatchResult

__all__ = ["app", "apply_choices", "generate_batch", "generate_thumbnail", "generate_thumbnails"]

R = TypeVar("R")
# Render sends SIGKILL 30 seconds after SIGTERM unless a service says otherwise (``maxShutdownDelaySeconds``); for
# workflows it documents no figure. The rest is for giving back a claim.
LEAF_GRACE_SECONDS = 25.0

# Without a plan, a task gets Render's default, flex. It is billed on use, and so the cheapest for a leaf, which mostly
# waits; "starter" is a legacy name (docs/cost.md).
app = Workflows()


def takes(
    kind: type[RequestT],
) -> Callable[
    [Callable[[TaskContext, RequestT, Settings], Awaitable[R]]], Callable[Concatenate[TaskContext, ...], Awaitable[R]]
]:
    """Turn a function of a checked request into one of a request's inputs, by position or by name.

    Raises:
        InvalidRequestError: the inputs are too few, too many, misnamed, or not what they must be. Input comes from a
            file that a person wrote; Python's own message would count the context too and name no remedy.
    """

    def decorate(
        work: Callable[[TaskContext, RequestT, Settings], Awaitable[R]],
    ) -> Callable[Concatenate[TaskContext, ...], Awaitable[R]]:
        @functools.wraps(work)
        async def task(ctx: TaskContext, /, *args: Any, **kwargs: Any) -> R:
            values = bind(kind, args, kwargs)
            # Registering, which the dev server does before every run, needs none of what the work does.
            from settings import read_settings
            from tasks.checks import check_request

            settings = read_settings()
            return await work(ctx, check_request(kind, values, settings), settings)

        context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        task.__signature__ = inspect.Signature([context, *inputs_of(kind).values()])  # type: ignore[attr-defined]
        return task

    return decorate


@app.task(
    name="generateThumbnail",
    retry=Retry(max_retries=2, wait_duration_ms=5_000, backoff_scaling=2),
    timeout_seconds=LEAF_TIMEOUT_SECONDS,
)
@takes(ThumbnailRequest)
async def generate_thumbnail(
    ctx: TaskContext, request: ThumbnailRequest, settings: Settings
) -> "Finished | Unfinished":
    """Make one thumbnail and return its outcome.

    Raises what a retry may help against, so that Render retries this leaf and no other.
    """
    from tasks.leaf import make_thumbnail
    from waiting import begin_attempt

    ids = ctx.metadata
    attempt = begin_attempt(ids.task_run_id, LEAF_GRACE_SECONDS, parent_run_id=ids.parent_task_run_id)
    return await make_thumbnail(request, settings, attempt)


@app.task(
    name="generateThumbnails",
    retry=Retry(max_retries=1, wait_duration_ms=1_000, backoff_scaling=2),
    timeout_seconds=3_600,
)
@takes(ThumbnailsRequest)
async def generate_thumbnails(ctx: TaskContext, request: ThumbnailsRequest, settings: Settings) -> "Row":
    """Make a thumbnail of the title by each model and return the outcomes in the models' order."""
    from tasks.fan_out import Rows
    from tasks.posts import Post
    from waiting import begin_attempt

    attempt = begin_attempt(ctx.metadata.task_run_id)
    rows = Rows([Post(request.title, slug="")], request.models, request, settings, attempt)
    await rows.prepare()
    await rows.find_existing(retried=True)
    [row] = await attempt.within_grace(rows.generate(leaf_of(ctx)))
    return row


@app.task(
    name="generateBatch",
    retry=Retry(max_retries=1, wait_duration_ms=1_000, backoff_scaling=2),
    timeout_seconds=86_400,
)
@takes(BatchRequest)
async def generate_batch(ctx: TaskContext, request: BatchRequest, settings: Settings) -> "BatchResult":
    """Make a thumbnail of every title by every model and return a summary, the rows, and where to look at them."""
    from tasks.fan_out import Rows
    from tasks.posts import posts_of
    from tasks.record import BatchRecord
    from waiting import begin_attempt

    attempt = begin_attempt(ctx.metadata.task_run_id)
    record = BatchRecord(request, settings, attempt)
    rows = Rows(posts_of(request.prompts), request.models, request, settings, attempt)
    await rows.prepare()
    retried = await record.begin()
    rows.keep_slugs(record.earlier_rows)
    await rows.find_existing(retried=retried)
    async with record.updating(rows.so_far):
        await attempt.within_grace(rows.generate(leaf_of(ctx)))
    return await record.finish(rows.so_far())


@app.task(
    name="applyChoices",
    retry=Retry(max_retries=1, wait_duration_ms=1_000, backoff_scaling=2),
    timeout_seconds=LEAF_TIMEOUT_SECONDS,
)
@takes(ChoicesRequest)
async def apply_choices(ctx: TaskContext, request: ChoicesRequest, settings: Settings) -> "Applied":
    """Make the thumbnails that were chosen on a batch's page their posts' covers, and return what changed."""
    from storage.choice import open_store
    from storage.retrying_store import retrying_store
    from tasks import choices
    from waiting import begin_attempt

    attempt = begin_attempt(ctx.metadata.task_run_id)
    store = retrying_store(open_store(settings), settings.store_patience_seconds, attempt)
    return await choices.apply_choices(store, request, settings.service_name)


def leaf_of(ctx: TaskContext) -> "Callable[[ThumbnailRequest], Awaitable[Finished | Unfinished]]":
    """Return how a parent runs a leaf: as its own task."""
    from tasks.requests import arguments

    async def run(request: ThumbnailRequest) -> "Finished | Unfinished":
        return await ctx.run(generate_thumbnail, *arguments(request))

    return run
