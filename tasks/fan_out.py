"""Every title by every model, straight to the leaves: a bounded number at a time, and an outcome for every pair."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from outcomes import Finished, Outcome, Pair, Row, Unfinished, pending
from providers.choice import log_models
from providers.registry import MODELS
from settings import Settings
from storage.choice import open_store
from storage.patience import patient_store
from tasks.progress import ProgressLog
from tasks.requests import Look, ThumbnailRequest, thumbnail_request
from tasks.windows import Windows
from waiting import Attempt

__all__ = ["Rows", "fan_out"]

RunLeaf = Callable[[ThumbnailRequest], Awaitable[Finished | Unfinished]]


class Rows:
    """A request's pairs: runs a leaf for each, and says at any moment what has come of them."""

    def __init__(self, titles: Sequence[str], models: Sequence[str], look: Look, settings: Settings) -> None:
        """Take the titles and models, what is asked of all of them, and the settings."""
        self._titles, self._models = titles, models
        self._look, self._settings = look, settings
        self._pairs = [Pair(title, model) for title in titles for model in models]
        self._outcomes: list[Outcome] = [pending(pair) for pair in self._pairs]

    def so_far(self) -> list[Row]:
        """Return one row per title, in order, each with the outcomes in the models' order."""
        outcomes = iter(self._outcomes)
        return [
            {
                "title": title,
                "style": self._look.style,
                "template": self._look.template,
                "font": self._look.font,
                "results": [next(outcomes) for _ in self._models],
            }
            for title in self._titles
        ]

    async def prepare(self, attempt: Attempt) -> None:
        """Log what is to be known of the models, and prove that the store can be written to, once it is there.

        Raises:
            StoreError: it cannot.
        """
        log_models(self._models)
        store = open_store(self._settings)
        await patient_store(store, self._settings.store_patience_seconds, attempt).prepare()

    async def generate(self, run_leaf: RunLeaf) -> list[Row]:
        """Run the leaves, and return the rows."""

        async def run(pair: Pair) -> Outcome:
            return await run_leaf(thumbnail_request(self._look, pair.title, pair.model))

        windows = Windows([MODELS[pair.model].vendor for pair in self._pairs], self._settings.fan_out_window)
        await fan_out(self._pairs, run, windows, self._outcomes)
        return self.so_far()


async def fan_out(
    pairs: Sequence[Pair], run_leaf: Callable[[Pair], Awaitable[Outcome]], windows: Windows, outcomes: list[Outcome]
) -> None:
    """Run a leaf for every pair, as many at a time as the windows allow.

    Each pair's outcome takes its place in ``outcomes`` when it is there. A leaf that fails for good has one with the
    status ``failed``; its siblings go on.
    """
    progress = ProgressLog(len(pairs))

    async def work() -> None:
        while start := await windows.start():
            progress.begin()
            outcome = outcomes[start.number] = await _outcome(pairs[start.number], run_leaf)
            progress.end(outcome)
            throttled = outcome["status"] == "ok" and "throttled_seconds" in outcome
            await windows.end(start, throttled=throttled)

    logging_counts = asyncio.create_task(progress.keep_logging())
    workers = [asyncio.create_task(work()) for _ in range(min(windows.widest, len(pairs)))]
    try:
        await asyncio.gather(*workers)
    except asyncio.CancelledError:
        await asyncio.wait(workers)  # Cancelled with this one, each has a claim to give back before it ends.
        raise
    finally:
        logging_counts.cancel()


async def _outcome(pair: Pair, run_leaf: Callable[[Pair], Awaitable[Outcome]]) -> Outcome:
    try:
        return await run_leaf(pair)
    except Exception as error:  # Whatever ended this leaf must not take its siblings' finished work along.
        message = str(error).removeprefix("Subtask failed: ")
        return {
            "status": "failed",
            "title": pair.title,
            "model": pair.model,
            "error": {"code": "failed", "message": message},
        }
