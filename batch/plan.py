"""What a run would do, pair by pair: finds what exists, and estimates the rest. Every run begins with it."""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from batch.budget import paid_for
from batch.pairs import Action, Pair, is_thumbnail
from batch.requests import BatchRequest
from errors import Fault, InvalidRequestError
from money import NOTHING, Money
from originals.ledger import read_ledger
from outcomes import Finished, Unfinished, unpaid, with_paid
from providers.cost import Estimate, estimate
from providers.opening import log_models
from providers.prices import read_prices
from settings import Settings
from storage.keys import cover_key
from storage.opening import open_store
from storage.retrying_store import RetryingStore, retrying_store
from storage.store import Area, Store
from waiting import Attempt, gather_limited

__all__ = ["Plan", "begin", "capped", "look_up", "prepare"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """A batch's pairs, each with what is to be done for it.

    ``payers`` are the pairs, one for each new picture, that pay for it: the first of those that share it. ``estimate``
    is what these cost. ``covered`` are the posts' slugs, of those that get new pictures, that have a cover already.
    """

    pairs: Sequence[Pair]
    payers: Sequence[Pair] = ()
    estimate: Estimate = field(default_factory=Estimate)
    covered: frozenset[str] = frozenset()

    @property
    def pictures(self) -> dict[str, int]:
        """How many pictures would be asked for and paid for, by the model that serves them."""
        return dict(Counter(pair.picture.served_by for pair in self.payers))

    def faults(self, settings: Settings) -> list[Fault]:
        """Return why these settings refuse it: MAX_IMAGES_PER_BATCH, MAX_COST_USD, or a price that is unknown."""
        new, most = len(self.payers), settings.max_images_per_batch
        what = f"The request is for {new} new pictures, and MAX_IMAGES_PER_BATCH is {most}"
        too_many = [Fault(what, remedy=f"split the batch, or set MAX_IMAGES_PER_BATCH={new}")] if new > most else []
        return [*too_many, *map(Fault, self.estimate.faults(settings.max_cost_usd))]

    def check(self, settings: Settings) -> None:
        """Check that these settings allow it.

        Raises:
            InvalidRequestError: they do not.
        """
        if faults := self.faults(settings):
            raise InvalidRequestError(faults)

    @cached_property
    def twins(self) -> Mapping[str, Sequence[Pair]]:
        """The pairs of each thumbnail, by its key: posts with the same title may share one."""
        twins = defaultdict[str, list[Pair]](list)
        for pair in self.pairs:
            twins[pair.thumbnail_key].append(pair)
        return twins

    def end(self, pair: Pair, outcome: Finished | Unfinished) -> None:
        """Set a pair's outcome. What pairs of the same thumbnail paid counts once: an account's sum only grows."""
        paid = Money.of(outcome)
        for twin in self.twins[pair.thumbnail_key] if paid else ():
            if twin is not pair and twin.outcome and (before := Money.of(twin.outcome)):
                most = max(before, paid, key=lambda each: (each.dollars, each.pictures, each.maybe_billed))
                twin.outcome, outcome = with_paid(twin.outcome, most), unpaid(outcome)
        pair.outcome = outcome


async def look_up(pairs: Sequence[Pair], store: Store, settings: Settings, *, retried_run: str = "") -> Plan:
    """Find in the store what exists of these pairs, and return what is to be done for each.

    Thumbnails that exist become their pairs' outcomes. If this is a retry of a run, pass the run to add what earlier
    attempts paid.

    Raises:
        StoreError: the store failed.
    """

    async def find(pair: Pair) -> None:
        pair.paid_before = await paid_for(store, pair, retried_run) if retried_run else NOTHING
        if is_thumbnail(await store.stat(Area.THUMBNAILS, pair.thumbnail_key)):
            pair.action, pair.outcome = "reuse", with_paid(pair.found(store), pair.paid_before)

    async def decide(original: str) -> Action:
        if await store.stat(Area.ORIGINALS, original):
            return "recompose"
        return "refused" if (await read_ledger(store, original)).refusal else "generate"

    async def has_cover(slug: str) -> bool:
        return await store.stat(Area.THUMBNAILS, cover_key(slug)) is not None

    await gather_limited(find, pairs)
    missing = [pair for pair in pairs if not pair.outcome]
    first = {pair.original_key: pair for pair in reversed(missing)}
    actions = dict(zip(first, await gather_limited(decide, first), strict=True))
    for pair in missing:
        pair.action = actions[pair.original_key]
    pairs = [pair for pair in pairs if pair.outcome or pair.action == "recompose" or not pair.is_extra]
    missing = [pair for pair in pairs if not pair.outcome]
    payers = [pair for pair in missing if pair.action == "generate" and first[pair.original_key] is pair]
    slugs = list(dict.fromkeys(pair.post.slug for pair in payers if pair.post.slug))
    covers = await gather_limited(has_cover, slugs)
    covered = frozenset(slug for slug, there in zip(slugs, covers, strict=True) if there)
    about = estimate([pair.picture for pair in payers], read_prices(settings.prices_file))
    plan = Plan(pairs, payers, about, covered)
    for pair in pairs:
        if pair.outcome:
            plan.end(pair, pair.outcome)
    return plan


def capped(settings: Settings, request: BatchRequest) -> Settings:
    """Return the settings with the lower of their cap and the request's."""
    caps = (settings.max_cost_usd, None if request.max_cost_usd is None else Decimal(repr(request.max_cost_usd)))
    return replace(settings, max_cost_usd=min((cap for cap in caps if cap is not None), default=None))


async def prepare(models: Sequence[str], settings: Settings, attempt: Attempt) -> None:
    """Log notes about the models, and check that the store is writable, waiting for it if necessary.

    Raises:
        StoreError: the store is not writable.
    """
    log_models(models, attempt.clock.today())
    await _patient(settings, attempt).prepare()


async def begin(pairs: Sequence[Pair], settings: Settings, attempt: Attempt, *, retried: bool) -> Plan:
    """Return the plan that a run begins with, and report it. Leaves, which are billed, start only for the missing.

    Raises:
        InvalidRequestError: the settings refuse it.
        StoreError: the store failed.
    """
    attempt.on_stage("looking")
    run = attempt.paying_run if retried else ""
    plan = await look_up(pairs, _patient(settings, attempt), settings, retried_run=run)
    found = [pair.arguments for pair in pairs if pair.outcome]
    attempt.on_found(found)
    logger.info("%d of %d thumbnails exist already", len(found), len(pairs))
    logger.info("the others cost %s", plan.estimate)
    plan.check(settings)
    attempt.on_estimate(str(plan.estimate))
    return plan


def _patient(settings: Settings, attempt: Attempt) -> RetryingStore:
    return retrying_store(open_store(settings), settings.store_patience_seconds, attempt)
