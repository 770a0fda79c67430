"""``generateBatch``: each of several titles, by each of several models."""

from typing import Any

from render_sdk import Retry, TaskContext

from tasks.app import app, checked_arguments

__all__ = ["generate_batch"]


@app.task(
    name="generateBatch",
    retry=Retry(max_retries=1, wait_duration_ms=1_000, backoff_scaling=2),
    timeout_seconds=86_400,
    plan="starter",
)
@checked_arguments
async def generate_batch(
    ctx: TaskContext,
    prompts: list[str],
    models: list[str],
    style: str,
    template: str,
    font: str,
    context: str = "",
    extra_prompt: str = "",
    variation: int = 0,
) -> dict[str, Any]:
    """Make a thumbnail of every title by every model and return a summary, the rows, and where to look at them."""
    from settings import read_settings
    from tasks.attempt import begin_attempt
    from tasks.batch_record import BatchRecord
    from tasks.requests import BatchRequest, check_request
    from tasks.rows import Rows

    settings = read_settings()
    values: dict[str, object] = {
        "prompts": prompts,
        "models": models,
        "style": style,
        "template": template,
        "font": font,
        "context": context,
        "extra_prompt": extra_prompt,
        "variation": variation,
    }
    request = check_request(BatchRequest, values, settings)
    attempt = begin_attempt(ctx.metadata.task_run_id)
    record = BatchRecord(request, settings, attempt)
    rows = Rows(request.prompts, request.models, request, settings)
    await rows.prepare(attempt)
    async with record.kept_up(rows.so_far):
        await attempt.to_the_end(rows.generate(ctx))
    return await record.finish(rows.so_far())
