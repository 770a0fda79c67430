"""What both parents do: every title by every model, straight to the leaves, and one row of outcomes per title."""

from collections.abc import Sequence
from typing import Any

from render_sdk import TaskContext

from settings import Settings
from storage.store import open_store
from tasks.fan_out import Outcome, Pair, fan_out
from tasks.generate_thumbnail import generate_thumbnail
from tasks.requests import BatchRequest, ThumbnailsRequest, log_models

__all__ = ["generate_rows"]


async def generate_rows(
    ctx: TaskContext,
    titles: Sequence[str],
    models: Sequence[str],
    request: ThumbnailsRequest | BatchRequest,
    settings: Settings,
) -> list[dict[str, Any]]:
    """Return one row per title, in order, each with the outcomes in the models' order.

    Raises:
        StoreError: the store cannot be reached or written to; no leaf was started.
        NothingGeneratedError: not one thumbnail came out.
    """
    log_models(models)
    await open_store(settings).prepare()

    async def run_leaf(pair: Pair) -> Outcome:
        return await ctx.run(
            generate_thumbnail,
            pair.title,
            pair.model,
            request.style,
            request.template,
            request.font,
            request.context,
            request.extra_prompt,
            request.variation,
        )

    pairs = [Pair(title, model) for title in titles for model in models]
    outcomes = iter(await fan_out(pairs, run_leaf, settings.fan_out_window))
    return [
        {
            "title": title,
            "style": request.style,
            "template": request.template,
            "font": request.font,
            "results": [next(outcomes) for _ in models],
        }
        for title in titles
    ]
