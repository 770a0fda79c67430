"""Fans a request out: finds the thumbnails that exist, and runs a limited number of leaves for the others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableSequence, Sequence

from errors import QuotaWaitTooLongError
from money import Money
from outcomes import Ended, Finished, Outcome, Pair, Row, Unfinished, pending, unpaid, with_paid
from providers.choice import log_models
from providers.prices import read_prices
from providers.registry import MODELS
from settings import Settings
from storage.choice import open_store
from storage.retrying_store import retrying_store
from storage.store import Area
from tasks.budget import check_budget, estimate_of, paid_for, settled
from tasks.posts import thumbnail_request, with_earlier_slugs
from tasks.progress import ProgressLog
from tasks.requests import Look, Post, ThumbnailRequest, arguments
from tasks.windows import Windows
from tasks.work import Work, is_thumbnail, outcome_of, work_of
from waiting import Attempt, gather_limited

__all__ = ["Rows", "fan_out", "outcome_of_leaf"]

logger = logging.getLogger(__name__)

RunLeaf = Callable[[ThumbnailRequest], Awaitable[Finished | Unfinished]]


class Rows:
    """A request's pairs and their outcomes so far, as rows."""

    def __init__(
        self, posts: Sequence[Post], models: Sequence[str], look: Look, settings: Settings, attempt: Attempt
    ) -> None:
        """Take the posts and models, the look they share, the settings, and the parent's attempt."""
        self._posts, self._models, self._look = posts, models, look
        self._settings, self._attempt = settings, attempt
        self._store = retrying_store(open_store(settings), settings.store_patience_seconds, attempt)
        self._requests = [thumbnail_request(look, post, model) for post in posts for model in models]
        self._pairs = [Pair(post.title, model) for post in posts for model in models]
        self.works = [work_of(each, settings) for each in self._requests]
        self._outcomes: list[Outcome] = [
            {**pending(pair), "original": work.original_key, "thumbnail": work.thumbnail_key}
            for pair, work in zip(self._pairs, self.works, strict=True)
        ]
        # The pair that a thumbnail's cost is counted with: posts with the same title may share the thumbnail.
        self._counted: dict[str, int] = {}

    def so_far(self) -> list[Row]:
        """Return one row per post, with its outcomes in the models' order."""
        outcomes = iter(self._outcomes)
        return [self._row(post, [next(outcomes) for _ in self._models]) for post in self._posts]

    async def prepare(self) -> None:
        """Log notes about the models, and check that the store is writable, waiting for it if necessary.

        Raises:
            StoreError: the store is not writable.
        """
        log_models(self._models, self._attempt.clock.today())
        await self._store.prepare()

    def keep_slugs(self, rows: Iterable[Row]) -> None:
        """Keep the slugs that posts had in these earlier rows of their batch; see ``with_earlier_slugs``."""
        self._posts = with_earlier_slugs(self._posts, rows)

    async def find_existing(self, *, retried: bool) -> None:
        """Find the thumbnails that are in the store, so that leaves, which are billed, start only for missing ones.

        If this attempt may be a retry, also find what an earlier one paid for them.

        Raises:
            InvalidRequestError: the missing thumbnails would cost more than MAX_COST_USD.
        """

        async def find(number: int) -> Work | None:
            work = self.works[number]
            if not is_thumbnail(await self._store.stat(Area.THUMBNAILS, work.thumbnail_key)):
                return work
            outcome = outcome_of(work, self._requests[number], self._store)
            if retried:
                outcome = with_paid(outcome, await paid_for(self._store, work, self._attempt.paying_run))
            self._outcomes[number] = self._counted_once(number, outcome)
            return None

        self._attempt.on_stage("looking")
        missing = [work for work in await gather_limited(find, range(len(self._pairs))) if work]
        found = [
            arguments(each) for each, made in zip(self._requests, self._outcomes, strict=True) if made["status"] == "ok"
        ]
        self._attempt.on_found(found)
        logger.info("%d of %d thumbnails exist already", len(found), len(self._pairs))
        estimate = await estimate_of(self._store, missing, read_prices(self._settings.prices_file))
        logger.info("the others cost %s", estimate)
        check_budget(estimate, self._settings)
        self._attempt.on_estimate(str(estimate))

    async def generate(self, run_leaf: RunLeaf) -> list[Row]:
        """Run a leaf for each pair that has no thumbnail yet, and return the rows."""
        missing = [number for number, outcome in enumerate(self._outcomes) if outcome["status"] == "pending"]
        vendors = {number: MODELS[self._pairs[number].model].vendor for number in missing}
        windows = Windows(vendors, self._settings.fan_out_window)
        progress = ProgressLog(len(self._pairs), found=len(self._pairs) - len(missing))

        async def run(number: int) -> Outcome:
            outcome = await outcome_of_leaf(self._pairs[number], run_leaf(self._requests[number]))
            if "cost_usd" not in outcome:
                paid = await settled(self._store.store, self.works[number], self._attempt.paying_run)
                outcome = with_paid(outcome, paid)
            return self._counted_once(number, outcome)

        await fan_out(self._pairs, run, self._outcomes, windows, progress)
        return self.so_far()

    def _counted_once(self, number: int, outcome: Ended) -> Ended:
        """Count what posts of the same title paid together with the first: their account's sum only grows."""
        paid = Money.of(outcome)
        first = self._counted.setdefault(self.works[number].thumbnail_key, number) if paid else number
        before = self._outcomes[first]
        if first == number or before["status"] == "pending":
            return outcome
        most = max(Money.of(before), paid, key=lambda each: (each.dollars, each.pictures, each.maybe_billed))
        self._outcomes[first] = with_paid(before, most)
        return unpaid(outcome)

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
    outcomes: MutableSequence[Outcome],
    windows: Windows,
    progress: ProgressLog,
) -> None:
    """Run a leaf for each pair in the windows, as many at a time as they allow, and set its outcome when it ends."""

    async def work() -> None:
        while start := await windows.start():
            progress.begin()
            outcome = await run_leaf(start.number)
            outcomes[start.number] = outcome
            progress.end(outcome)
            await windows.end(start, throttled=_is_throttled(outcome))

    logging_counts = asyncio.create_task(progress.keep_logging())
    workers = [asyncio.create_task(work()) for _ in range(min(windows.max_window, len(pairs)))]
    try:
        await asyncio.gather(*workers)
    except asyncio.CancelledError:
        await asyncio.wait(workers)  # Each was cancelled too, and releases its claim before it ends.
        raise
    finally:
        logging_counts.cancel()


def _is_throttled(outcome: Outcome) -> bool:
    """Return whether a leaf had to wait for its vendor's quota, or gave up because the wait was too long."""
    if outcome["status"] == "ok":
        return "throttled_seconds" in outcome
    return outcome["status"] == "failed" and outcome["error"]["code"] == QuotaWaitTooLongError.code


async def outcome_of_leaf(pair: Pair, leaf: Awaitable[Finished | Unfinished]) -> Finished | Unfinished:
    """Return a leaf's outcome, ``failed`` if it fails for good: the other leaves continue."""
    try:
        return await leaf
    except Exception as error:  # One failure must not affect the other leaves.
        message = str(error).removeprefix("Subtask failed: ")
        return {
            "status": "failed",
            "title": pair.title,
            "model": pair.model,
            "error": {"code": "failed", "message": message},
        }
