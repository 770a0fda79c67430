"""Every post by every model: what is there is found, and for what is missing leaves are run, some at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from outcomes import Finished, Outcome, Pair, Row, Unfinished, pending
from providers.choice import log_models
from providers.prices import read_prices
from providers.registry import MODELS
from settings import Settings
from storage.choice import open_store
from storage.retrying_store import retrying_store
from storage.store import Area
from tasks.budget import check_budget, estimate_of
from tasks.posts import Post, thumbnail_request
from tasks.progress import ProgressLog
from tasks.requests import Look, ThumbnailRequest
from tasks.windows import Windows
from tasks.work import Work, is_thumbnail, outcome_of, work_of
from waiting import Attempt, gather_limited

__all__ = ["Rows", "fan_out"]

logger = logging.getLogger(__name__)

RunLeaf = Callable[[ThumbnailRequest], Awaitable[Finished | Unfinished]]


class Rows:
    """A request's pairs: finds or makes a thumbnail for each, and says at any moment what has come of them."""

    def __init__(
        self, posts: Sequence[Post], models: Sequence[str], look: Look, settings: Settings, attempt: Attempt
    ) -> None:
        """Take the posts and models, what is asked of all of them, the settings, and the attempt that this is."""
        self._posts, self._models, self._look = posts, models, look
        self._settings, self._attempt = settings, attempt
        self._store = retrying_store(open_store(settings), settings.store_patience_seconds, attempt)
        self._requests = [thumbnail_request(look, post, model) for post in posts for model in models]
        self._pairs = [Pair(post.title, model) for post in posts for model in models]
        self._outcomes: list[Outcome] = [pending(pair) for pair in self._pairs]

    def so_far(self) -> list[Row]:
        """Return one row per post, in order, each with the outcomes in the models' order."""
        outcomes = iter(self._outcomes)
        return [self._row(post, [next(outcomes) for _ in self._models]) for post in self._posts]

    async def prepare(self) -> None:
        """Log what is to be known of the models, and prove that the store can be written to, once it is there.

        Raises:
            StoreError: it cannot.
        """
        log_models(self._models)
        await self._store.prepare()

    async def look(self) -> None:
        """Look for every thumbnail in the store, so that a leaf, which is billed, is started only for what is missing.

        Raises:
            InvalidRequestError: what is missing would cost more than MAX_COST_USD.
        """
        missing: list[Work] = []

        async def find(number: int) -> None:
            request = self._requests[number]
            work = work_of(request, self._settings)
            if is_thumbnail(await self._store.stat(Area.THUMBNAILS, work.thumbnail_key)):
                self._outcomes[number] = outcome_of(work, request, self._store)
            else:
                missing.append(work)

        self._attempt.on_stage("looking")
        await gather_limited(find, range(len(self._pairs)))
        found = [pair for pair, outcome in zip(self._pairs, self._outcomes, strict=True) if outcome["status"] == "ok"]
        self._attempt.on_found(found)
        logger.info("%d of %d thumbnails are there already", len(found), len(self._pairs))
        about = await estimate_of(self._store, missing, read_prices(self._settings.prices_file))
        logger.info("the rest costs %s", about)
        check_budget(about, self._settings)

    async def generate(self, run_leaf: RunLeaf) -> list[Row]:
        """Run a leaf for each pair that has no thumbnail yet, and return the rows."""
        missing = [number for number, outcome in enumerate(self._outcomes) if outcome["status"] == "pending"]

        async def run(place: int) -> Outcome:
            return await run_leaf(self._requests[missing[place]])

        def ended(place: int, outcome: Outcome) -> None:
            self._outcomes[missing[place]] = outcome

        vendors = [MODELS[self._pairs[number].model].vendor for number in missing]
        progress = ProgressLog(len(self._pairs), found=len(self._pairs) - len(missing))
        pairs = [self._pairs[number] for number in missing]
        await fan_out(pairs, run, ended, Windows(vendors, self._settings.fan_out_window), progress)
        return self.so_far()

    def _row(self, post: Post, results: list[Outcome]) -> Row:
        row: Row = {
            "title": post.title,
            "style": self._look.style,
            "template": self._look.template,
            "font": self._look.font,
            "results": results,
        }
        if post.slug:
            row["slug"] = post.slug
        row["variation"] = self._look.variation if post.variation is None else post.variation
        return row


async def fan_out(
    pairs: Sequence[Pair],
    run_leaf: Callable[[int], Awaitable[Outcome]],
    ended: Callable[[int, Outcome], None],
    windows: Windows,
    progress: ProgressLog,
) -> None:
    """Run a leaf for every pair, as many at a time as the windows allow.

    Leaves are told apart by their pair's number. ``ended`` gets each one's outcome when it is there. A leaf that fails
    for good has one with the status ``failed``; its siblings go on.
    """

    async def work() -> None:
        while start := await windows.start():
            progress.begin()
            outcome = await _outcome(pairs[start.number], run_leaf(start.number))
            ended(start.number, outcome)
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


async def _outcome(pair: Pair, leaf: Awaitable[Outcome]) -> Outcome:
    try:
        return await leaf
    except Exception as error:  # Whatever ended this leaf must not take its siblings' finished work along.
        message = str(error).removeprefix("Subtask failed: ")
        return {
            "status": "failed",
            "title": pair.title,
            "model": pair.model,
            "error": {"code": "failed", "message": message},
        }
