"""``generateThumbnails``: one title, by each of several models."""

from typing import Any

from render_sdk import Retry, TaskContext

from tasks.app import app, checked_arguments

__all__ = ["generate_thumbnails"]


@app.task(
    name="generateThumbnails",
    retry=Retry(max_retries=1, wait_duration_ms=1_000, backoff_scaling=2),
    timeout_seconds=3_600,
    plan="starter",
)
@checked_arguments
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
) -> dict[str, Any]:
    """Make a thumbnail of the title by each model and return the outcomes in the models' order."""
    from settings import read_settings
    from tasks.attempt import begin_attempt
    from tasks.requests import ThumbnailsRequest, check_request
    from tasks.rows import Rows

    settings = read_settings()
    values: dict[str, object] = {
        "title": title,
        "models": models,
        "style": style,
        "template": template,
        "font": font,
        "context": context,
        "extra_prompt": extra_prompt,
        "variation": variation,
    }
    request = check_request(ThumbnailsRequest, values, settings)
    rows = Rows([request.title], request.models, request, settings)
    attempt = begin_attempt(ctx.metadata.task_run_id)
    await rows.prepare(attempt)
    [row] = await attempt.to_the_end(rows.generate(ctx))
    return row
