"""Buys a picture: once, mindful of earlier failures, and keeping everything that arrives."""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

from errors import (
    LostPictureError,
    PictureError,
    ProviderRejectedError,
    ProviderThrottledError,
    ProviderUnavailableError,
    QuotaWaitTooLongError,
    StoppedError,
    StoreError,
    StoreFullError,
    TooManyUnusableAnswersError,
    UnusableAnswerError,
)
from outcomes import Paid
from providers.choice import OpenProvider, ended_faults
from providers.cost import cost
from providers.prices import Prices, read_prices
from providers.provider import Picture, PictureProvider
from settings import Settings
from storage.claims import FOLDER, Claim
from storage.history import History, LostPicture, Refusal, UnusableAnswer, kept_as, read_history, write_history
from storage.keys import account
from storage.quota import QuotaGate
from storage.receipts import Receipt, larger
from storage.retrying_store import RetryingStore
from storage.store import Area, StoredObject
from tasks.budget import plus
from tasks.originals import Original, Unreadable, decoded
from tasks.work import Work
from waiting import Attempt

__all__ = ["Purchase"]

logger = logging.getLogger(__name__)

# How many unusable answers to pay for, and for how many seconds they count; after that the provider may be fixed.
MOST_UNUSABLE, UNUSABLE_COUNTS_SECONDS = 2, 3600.0
# Seconds to wait if a throttling provider does not say how long: the first, doubling, and the longest. If it does say,
# the least wait, which also doubles: what it says may be 0, again and again.
FIRST_WAIT, LONGEST_WAIT, LEAST_WAIT = 5.0, 60.0, 0.5


@dataclass
class Purchase:
    """One attempt to buy an original, by the holder of its claim."""

    work: Work
    settings: Settings
    store: RetryingStore
    attempt: Attempt
    claim: Claim
    open_provider: OpenProvider
    prepare_compositing: Callable[[], None]
    history: History = field(default_factory=History)
    throttled_seconds: float = 0.0
    paid: Paid = field(default_factory=Paid)

    async def complete(self, unjudged: Unreadable | None) -> Original | None:
        """Return the picture, paid for and stored, or None if the claim was lost before it was requested.

        ``unjudged`` is a stored answer that turns out to be unusable.

        Raises: as ``find_or_generate``.
        """
        self.history = await read_history(self.store, self.work.original_key)
        await self._take_over_costs(unjudged)
        if unjudged and not self.history.has(kept_as(self.work.original_key, unjudged.data)):
            await self._remember_unusable(str(unjudged.error), unjudged.data)
        if readable := await self._find_readable():
            return readable
        self._check_not_refused()
        if ended := ended_faults([self.work.model], self.attempt.clock.today()):
            raise ProviderRejectedError("model_ended", ended[0])
        if self.history.lost:
            await self._prove_room(self.history.lost.size)
        preparing = asyncio.create_task(asyncio.to_thread(self.prepare_compositing))
        try:
            async with self.open_provider(self.work.model, self.settings) as provider:
                while True:
                    self._check_unusable_answers()
                    try:
                        picture = await self._ask(provider)
                        if picture is None:
                            return None
                        receipt = self._receipt(picture.usage)
                        await self._keep(picture, receipt)
                        canvas = await decoded(picture.data, self.work)
                        break
                    except UnusableAnswerError as error:
                        self._receipt(error.usage)
                        await self._remember_unusable(str(error))
                    except PictureError as error:
                        await self._remember_unusable(str(error), picture.data if picture else b"")
        finally:
            await asyncio.wait([preparing])
        unusable_answers = len(self.history.unusable)
        if self.history != History():
            # This account's payments are on the receipt now; a run that waited for the picture has its own.
            others = {name: paid for name, paid in self.history.paid.items() if name != self._account}
            await self._remember(refusal=None, unusable=(), lost=None, paid=others)
        return Original(canvas, receipt, self.throttled_seconds, unusable_answers)

    async def _find_readable(self) -> Original | None:
        """Return the latest of the unusable answers that can be read now: an older version may have judged them."""
        for place in dict.fromkeys(answer.kept_as for answer in reversed(self.history.unusable) if answer.kept_as):
            kept = await self.store.read(Area.ORIGINALS, place)
            if not kept:
                continue
            try:
                canvas = await decoded(kept.data, self.work)
            except PictureError:
                continue
            original = StoredObject(kept.data, "application/octet-stream", immutable=False)
            await self.store.write(Area.ORIGINALS, self.work.original_key, original)
            logger.info("%s: %s was unusable and is readable now", self.work, place)
            await self._remember(refusal=None, unusable=(), lost=None)  # What was paid stays with those who paid it.
            return Original(canvas, receipt=None)
        return None

    async def _take_over_costs(self, unjudged: Unreadable | None) -> None:
        """Start from what earlier attempts paid, and record what an owner that died could not."""
        before = dict(self.history.paid)
        if unjudged and (left := unjudged.receipt):
            before[left.account] = larger(left.paid, before.get(left.account, {}))
        self.paid = before.get(self._account, {})
        if self.claim.was_left and not unjudged and self._could_be_billed:
            self._add_maybe_billed()
            before[self._account] = self.paid
        if before != self.history.paid:
            await self._remember(paid=before)

    @property
    def _could_be_billed(self) -> bool:
        return cost(self.work.picture.served_by, {}, self._prices).dollars is None

    def _add_maybe_billed(self) -> None:
        """Count a request that the vendor may have billed although its answer was not awaited."""
        self.paid = {**self.paid, "maybe_billed": self.paid.get("maybe_billed", 0) + 1}

    @property
    def _account(self) -> str:
        return account(self.attempt.paying_run, self.work.thumbnail_key)

    @cached_property
    def _prices(self) -> Prices:
        return read_prices(self.settings.prices_file)

    def _receipt(self, usage: Mapping[str, float | str]) -> Receipt:
        """Add an answer's cost to what was paid, and return the receipt for all of it."""
        self.paid = plus(self.paid, cost(self.work.picture.served_by, usage, self._prices))
        return Receipt(self._account, self.paid, usage)

    def _check_not_refused(self) -> None:
        if refusal := self.history.refusal:
            day = datetime.fromtimestamp(refusal.date, UTC).date().isoformat()
            again = f"It was refused on {day} and is not requested again. To request it anyway, use another variation."
            raise ProviderRejectedError(refusal.code, f"{refusal.message} {again}")

    def _check_unusable_answers(self) -> None:
        since = self.attempt.clock.date() - UNUSABLE_COUNTS_SECONDS
        recent = [answer for answer in self.history.unusable if answer.date > since]
        if len(recent) < MOST_UNUSABLE:
            return
        kept = ", ".join(answer.kept_as for answer in recent if answer.kept_as)
        where = f" The answers are kept under {kept}." if kept else ""
        raise TooManyUnusableAnswersError(
            f"{recent[-1].message} That was answer {len(recent)}; no more are paid for within an hour.{where} "
            "Run again later, or ask for another variation."
        )

    async def _ask(self, provider: PictureProvider) -> Picture | None:
        """Request the picture when it is this leaf's turn. Return None if the claim is lost."""
        work, attempt = self.work, self.attempt
        last = self.store.deadline - self.settings.provider_timeout_seconds
        model = work.picture.served_by
        gate = QuotaGate(self.store, model, attempt.clock, attempt.pause, lambda: attempt.on_stage("throttled"))
        refusals = 0
        while True:
            self.throttled_seconds += await gate.enter(last)
            attempt.raise_if_stopped()
            if not await self.store.retry(self.claim.renew):  # This leaf may have waited, or been frozen, for long.
                return None
            if attempt.clock.now() > last:
                raise ProviderUnavailableError("This attempt has too little time left for the picture. Run again.")
            attempt.on_stage("asking")
            logger.debug("%s: asking %s: %s", work, model, work.picture.prompt)
            try:
                return await attempt.within_grace(provider.generate(work.picture))
            except ProviderThrottledError as error:
                first = FIRST_WAIT if error.wait_seconds is None else LEAST_WAIT
                wait = max(error.wait_seconds or 0.0, min(first * 2**refusals, LONGEST_WAIT))
                if attempt.clock.now() + wait > last:
                    raise QuotaWaitTooLongError(str(error), wait) from error
                refusals += 1
                logger.info("%s: throttled for %.1f s: %s", work, wait, error)
                await gate.close(wait)
            except ProviderRejectedError as error:
                noted: dict[str, object] = {}
                if error.usage:
                    self._receipt(error.usage)
                    noted["paid"] = self._paid_by_account()
                if error.code == "moderation":
                    noted["refusal"] = Refusal(date=attempt.clock.date(), code=error.code, message=str(error))
                if noted:
                    await self._remember(**noted)
                raise
            except (StoppedError, asyncio.CancelledError):
                if self._could_be_billed:
                    self._add_maybe_billed()
                    await self._try_to_write_paid()
                raise
            finally:
                logger.debug("%s: %s answered", work, model)

    async def _keep(self, picture: Picture, receipt: Receipt) -> None:
        """Store the picture within a stop's grace period, or else record that it was paid for."""
        try:
            await self.attempt.within_grace(self._store_original(picture, receipt))
        except (StoppedError, asyncio.CancelledError):
            await self._try_to_write_paid()
            raise

    async def _store_original(self, picture: Picture, receipt: Receipt) -> None:
        """Store the picture, retrying until the leaf must end: the store may recover, or have room, in time.

        The bytes are stored before they are decoded, so that a decoder that crashes on them loses nothing.
        """
        key, clock = self.work.original_key, self.attempt.clock
        stored = StoredObject(picture.data, "application/octet-stream", receipt.metadata, immutable=False)
        self.attempt.on_stage("storing")
        try:
            await self.store.store.write(Area.ORIGINALS, key, stored)
        except StoreError as error:
            logger.warning("%s: a paid picture is waiting for the store: %s", self.work, error)
            lost = LostPicture(date=clock.date(), size=len(picture.data))
            await self._try_to_write_paid(lost=lost)  # Keeps other attempts from paying too.
            try:
                await replace(self.store, pause=clock.sleep, any_error=True).write(Area.ORIGINALS, key, stored)
            except StoreError as last:
                raise LostPictureError(str(last), self.paid) from last

    async def _prove_room(self, size: int) -> None:
        """Check for room by writing and removing ``size`` bytes, after an earlier picture could not be stored.

        Raises:
            StoreFullError: there is still no room.
        """
        probe = f"{FOLDER}{self.work.original_key}.room"
        try:
            await self.store.write(Area.ORIGINALS, probe, StoredObject(os.urandom(size), "application/octet-stream"))
        except StoreFullError as error:
            raise StoreFullError(
                f"An earlier picture was paid for but found no room; no more are requested until there is. {error}"
            ) from error
        await self.store.remove(Area.ORIGINALS, probe)

    async def _remember_unusable(self, message: str, data: bytes = b"") -> None:
        """Record an unusable answer, and keep its bytes: a later decoder or a person may still recover them."""
        date, key = self.attempt.clock.date(), self.work.original_key
        place = kept_as(key, data)
        answer = UnusableAnswer(date=date, message=message, kept_as=place)
        try:
            if place:
                await self.store.write(Area.ORIGINALS, place, StoredObject(data, "application/octet-stream"))
            await self._remember(unusable=(*self.history.unusable, answer), paid=self._paid_by_account())
        except BaseException:  # A stop also ends the wait for the store.
            self.claim.abandon()  # This tells the next attempt that the stored bytes were never a picture.
            raise
        logger.warning("%s: unusable answer %d: %s", self.work, len(self.history.unusable), message)

    def _paid_by_account(self) -> Mapping[str, Paid]:
        return {**self.history.paid, self._account: self.paid}

    async def _try_to_write_paid(self, **changes: object) -> None:
        """Record what was paid in vain, and these changes, unless the store is away."""
        self.history = self.history.model_copy(update={**changes, "paid": self._paid_by_account()})
        with suppress(StoreError):
            await write_history(self.store.store, self.work.original_key, self.history)

    async def _remember(self, **changes: object) -> None:
        self.history = self.history.model_copy(update=changes)
        await write_history(self.store, self.work.original_key, self.history)
