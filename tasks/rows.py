"""What both parents do: every title by every model, straight to the leaves, and one row of outcomes per title."""

import gc
from collections.abc import Sequence
from typing import Any

from render_sdk import TaskContext

from providers.registry import MODELS
from settings import Settings
from storage.store import open_store
from tasks.attempt import Attempt, patient_store
from tasks.fan_out import Outcome, Pair, fan_out, pending
from tasks.generate_thumbnail import generate_thumbnail
from tasks.requests import BatchRequest, ThumbnailsRequest, log_models

__all__ = ["Rows"]


class Rows:
    """A request's pairs: runs a leaf for each, and says at any moment what has come of them."""

    def __init__(
        self,
        titles: Sequence[str],
        models: Sequence[str],
        request: ThumbnailsRequest | BatchRequest,
        settings: Settings,
    ) -> None:
        """Take the titles and models, what is asked of all of them, and the settings."""
        self._titles, self._models = titles, models
        self._request, self._settings = request, settings
        self._pairs = [Pair(title, model) for title in titles for model in models]
        self._outcomes = [pending(pair) for pair in self._pairs]

    def so_far(self) -> list[dict[str, Any]]:
        """Return one row per title, in order, each with the outcomes in the models' order."""
        outcomes = iter(self._outcomes)
        return [
            {
                "title": title,
                "style": self._request.style,
                "template": self._request.template,
                "font": self._request.font,
                "results": [next(outcomes) for _ in self._models],
            }
            for title in self._titles
        ]

    async def prepare(self, attempt: Attempt) -> None:
        """Say what is to be known of the models, and prove that the store can be written to, once it is there.

        Raises:
            StoreError: it cannot.
        """
        log_models(self._models)
        await patient_store(open_store(self._settings), self._settings, attempt).prepare()

    async def generate(self, ctx: TaskContext) -> list[dict[str, Any]]:
        """Run the leaves, and return the rows."""
        gc.enable()  # main.py turns it off for the short life of a leaf; a parent may live for hours.
        request = self._request

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

        def vendor_of(pair: Pair) -> str:
            return MODELS[pair.model].vendor

        await fan_out(self._pairs, run_leaf, self._settings.fan_out_window, self._outcomes, vendor_of)
        return self.so_far()
