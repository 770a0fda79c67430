"""``generateThumbnail``, the leaf: original, composite, upload."""

from typing import Any

from render_sdk import Retry, TaskContext

from settings import LEAF_TIMEOUT_SECONDS
from tasks.app import app, checked_arguments

__all__ = ["generate_thumbnail"]


@app.task(
    name="generateThumbnail",
    retry=Retry(max_retries=2, wait_duration_ms=5_000, backoff_scaling=2),
    timeout_seconds=LEAF_TIMEOUT_SECONDS,
    plan="starter",
)
@checked_arguments
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
) -> dict[str, Any]:
    """Make one thumbnail and return its outcome: ``ok`` or, where a retry cannot help, ``rejected``.

    Raises whatever a retry may help against, so that Render retries this leaf and no other.
    """
    from settings import read_settings
    from tasks.attempt import GRACE_SECONDS, begin_attempt
    from tasks.leaf import make_thumbnail
    from tasks.requests import ThumbnailRequest, check_request

    settings = read_settings()
    values: dict[str, object] = {
        "title": title,
        "model": model,
        "style": style,
        "template": template,
        "font": font,
        "context": context,
        "extra_prompt": extra_prompt,
        "variation": variation,
    }
    request = check_request(ThumbnailRequest, values, settings)
    return await make_thumbnail(request, settings, begin_attempt(ctx.metadata.task_run_id, GRACE_SECONDS))
