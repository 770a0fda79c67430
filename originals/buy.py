"""Buys a picture: once, mindful of earlier failures, and keeping everything that arrives."""

import asyncio
import logging
import os
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from errors import (
    LostPictureError,
    PictureError,
    ProviderRejectedError,
    ProviderThrottledError,
    ProviderUnavailableError,
    StoppedError,
    StoreError,
    StoreFullError,
    UnusableAnswerError,
)
from money import NOTHING, Money
from originals.checks import check_answers, check_cap, check_prompt_and_model
from originals.claim import Claim
from originals.ledger import Entry, LedgerFile, Refusal
from originals.original import Original, Unreadable, Wanted, decoded, digest_of, find_stored, original_of
from originals.quota import QuotaGate
from providers.cost import cost
from providers.opening import OpenProvider
from providers.prices import Prices, read_prices
from providers.provider import Picture, PictureProvider
from settings import Settings
from storage.keys import CLAIMS, unusable_key
from storage.retrying_store import RetryingStore
from storage.store import Area, StoredObject
from waiting import Attempt

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Purchase"]

logger = logging.getLogger(__name__)

MAYBE_BILLED = Money(maybe_billed=1)


@dataclass
class Purchase:
    """One attempt to buy an original, by the holder of its claim."""

    wanted: Wanted
    settings: Settings
    store: RetryingStore
    attempt: Attempt
    claim: Claim
    open_provider: OpenProvider
    prepare_compositing: Callable[[], None]

    @cached_property
    def file(self) -> LedgerFile:
        """The original's ledger."""
        return LedgerFile(self.wanted.key)

    @cached_property
    def gate(self) -> QuotaGate:
        """The gate to the model."""
        attempt, model = self.attempt, self.wanted.picture.served_by
        return QuotaGate(self.store, model, attempt.clock, attempt.pause, lambda: attempt.on_stage("throttled"))

    @cached_property
    def prices(self) -> Prices:
        """The vendors' prices."""
        return read_prices(self.settings.prices_file)

    @property
    def _insistent(self) -> RetryingStore:
        """The store, retried whatever it answers: only what is already paid for is worth waiting for people."""
        return replace(self.store, any_error=True)

    @property
    def _patient(self) -> RetryingStore:
        """The same, which no stop interrupts: its grace period does."""
        return replace(self._insistent, pause=self.attempt.clock.sleep)

    @property
    def _latest(self) -> float:
        """When a request must be sent at the latest, in the clock's seconds."""
        return self.store.deadline - self.settings.provider_timeout_seconds

    async def complete(self) -> Original | None:
        """Return the picture, paid for and stored, or None if the claim was lost before it was asked for.

        Raises: as ``find_or_buy``.
        """
        await self.file.read(self.store)
        await self._enter_what_was_left()
        if found := await self._find():
            return found
        check_prompt_and_model(self.file.ledger, self.wanted, self.attempt.clock)
        await self._prove_room()
        preparing = asyncio.create_task(asyncio.to_thread(self.prepare_compositing))
        try:
            async with self.open_provider(self.wanted.model, self.settings) as provider:
                while True:
                    check_answers(self.file.ledger, self.wanted, self.attempt.clock)
                    check_cap(self.file.ledger, self.wanted, self.settings, self.prices)
                    request = await self._take_turn()
                    if request is None:
                        return None
                    picture = await self._ask(provider, request)
                    if picture and (canvas := await self._keep(picture, request)):
                        return original_of(canvas, self.file.ledger, self.wanted, self.gate.waited_seconds)
        finally:
            await asyncio.wait([preparing])

    async def _enter_what_was_left(self) -> None:
        """Enter the request whose answer an earlier owner of the claim did not live to enter."""
        left = self.claim.asking
        if left and left not in self.file.ledger.entries:
            await self._enter(left, self._entry(MAYBE_BILLED))
        self.claim.asking = ""

    async def _find(self) -> Original | None:
        """Return the original if another run stored it just before the claim, or a kept answer that can be read now."""
        found = await find_stored(self.store, self.wanted, self.file.ledger)
        if isinstance(found, Unreadable):
            await self._judge_unusable(found.data, found.reason)
            found = None
        return found or await self._find_readable()

    async def _find_readable(self) -> Original | None:
        """Return the latest of the unusable answers that can be read now: an older version may have judged them."""
        for number, entry in reversed(list(self.file.ledger.entries.items())):
            if not (entry.unusable and entry.digest):
                continue
            place = unusable_key(self.wanted.key, entry.digest)
            kept = await self.store.read(Area.ORIGINALS, place)
            if not kept:
                continue
            try:
                canvas = await decoded(kept.data, self.wanted)
            except PictureError:
                continue
            await self.store.write(Area.ORIGINALS, self.wanted.key, _stored(kept.data))
            logger.info("%s: %s was unusable and is readable now", self.wanted, place)
            await self._enter(number, entry.model_copy(update={"unusable": ""}))
            return original_of(canvas, self.file.ledger, self.wanted)
        return None

    async def _prove_room(self) -> None:
        """Check for room by writing and removing as many bytes as the picture that was paid for and not stored.

        Raises:
            StoreFullError: there is still no room.
        """
        lost = self.file.ledger.pictures
        if not lost:
            return
        probe, size = f"{CLAIMS}{self.wanted.key}.room", max(entry.size for entry in lost.values())
        try:
            await self.store.write(Area.ORIGINALS, probe, _stored(os.urandom(size)))
        except StoreFullError as error:
            raise StoreFullError(
                f"An earlier picture was paid for but found no room; no more are requested until there is. {error}"
            ) from error
        await self.store.remove(Area.ORIGINALS, probe)

    async def _take_turn(self) -> str | None:
        """Wait until the model may be asked, and return the id of the request, or None if the claim is lost."""
        await self.gate.enter(self._latest)
        self.attempt.raise_if_stopped()
        request = uuid.uuid4().hex[:16]
        # This leaf may have waited, or been frozen, for long. From here on, the request may be billed.
        asking = "" if self.wanted.picture.simulated else request
        try:
            is_held = await self.store.retry(lambda: self.claim.renew(asking))
        except StoreError:
            self.claim.asking = ""  # Nothing was asked.
            raise
        if not is_held:
            return None
        if self.attempt.clock.now() > self._latest:
            self.claim.asking = ""
            raise ProviderUnavailableError("This attempt has too little time left for the picture. Run again.")
        return request

    async def _ask(self, provider: PictureProvider, request: str) -> Picture | None:
        """Return the answer, or None if it was none and the vendor may be asked again.

        Whatever the vendor does not document as not billed may have been billed, and is entered so.
        """
        model = self.wanted.picture.served_by
        self.attempt.on_stage("asking")
        logger.debug("%s: asking %s: %s", self.wanted, model, self.wanted.picture.prompt)
        try:
            return await self.attempt.within_grace(provider.generate(self.wanted.picture))
        except ProviderThrottledError as error:
            await self._enter(request, self._entry(MAYBE_BILLED if error.maybe_billed else NOTHING))
            wait = await self.gate.refuse(error, self._latest)
            logger.info("%s: throttled for %.1f s: %s", self.wanted, wait, error)
            return None
        except UnusableAnswerError as error:
            paid = self._cost(error.usage) if error.usage else MAYBE_BILLED
            entry = self._entry(paid, error.data, error.usage, unusable=str(error))
            await self._enter(request, entry, store=self._insistent)  # First: a full store must not hide it.
            await self._keep_unusable(error.data)
            return None
        except ProviderRejectedError as error:
            paid = self._cost(error.usage) if error.usage else MAYBE_BILLED if error.maybe_billed else NOTHING
            await self._enter(request, self._entry(paid, usage=error.usage), self._refusal(error))
            raise
        except ProviderUnavailableError as error:
            await self._enter(request, self._entry(MAYBE_BILLED if error.maybe_billed else NOTHING))
            raise
        except (StoppedError, asyncio.CancelledError):
            await self._try_to_enter(request, self._entry(MAYBE_BILLED))
            raise
        finally:
            logger.debug("%s: %s answered", self.wanted, model)

    async def _keep(self, picture: Picture, request: str) -> "Image.Image | None":
        """Enter and store the picture within a stop's grace period, and return it on the canvas, or None if it is none.

        The bytes are stored before they are decoded, so that a decoder that crashes on them loses nothing.
        """
        entry = self._entry(self._cost(picture.usage), picture.data, picture.usage)
        try:
            await self.attempt.within_grace(self._store(picture.data, request, entry))
        except (StoppedError, asyncio.CancelledError):
            await self._try_to_enter(request, entry)
            raise
        try:
            return await decoded(picture.data, self.wanted)
        except PictureError as error:
            await self._judge_unusable(picture.data, str(error))
            return None

    async def _store(self, data: bytes, request: str, entry: Entry) -> None:
        """Enter and store a picture, retrying until the leaf must end: the store may recover, or have room, in time."""
        self.attempt.on_stage("storing")
        try:
            await self._enter(request, entry, store=self._patient)
            await self._patient.write(Area.ORIGINALS, self.wanted.key, _stored(data))
        except StoreError as last:
            raise LostPictureError(str(last), self.file.ledger.paid_by(self.wanted.account)) from last

    async def _judge_unusable(self, data: bytes, reason: str) -> None:
        """Enter that a stored answer is no picture, and keep its bytes elsewhere."""
        digest, judged = digest_of(data), {"unusable": reason}
        entries = self.file.ledger.entries.items()
        found = {request: entry.model_copy(update=judged) for request, entry in entries if entry.digest == digest}
        await self.file.enter(self._insistent, found)
        await self._keep_unusable(data)
        logger.warning("%s: unusable answer %d: %s", self.wanted, len(self.file.ledger.unusable), reason)

    async def _keep_unusable(self, data: bytes) -> None:
        """Keep what arrived in place of a picture: a later decoder or a person may still recover it."""
        if data:
            await self.store.write(Area.ORIGINALS, unusable_key(self.wanted.key, digest_of(data)), _stored(data))

    async def _enter(
        self, request: str, entry: Entry, refusal: Refusal | None = None, store: RetryingStore | None = None
    ) -> None:
        """Enter what a request cost. From then on, the claim no longer says that it may have been billed."""
        entries = {request: entry} if entry.cost or entry.digest else {}
        if entries or refusal:
            await self.file.enter(store or self.store, entries, refusal)
        self.claim.asking = ""

    async def _try_to_enter(self, request: str, entry: Entry) -> None:
        """Enter what a request cost, or may have, in the little time that is left."""
        if not self.wanted.picture.simulated:
            with suppress(StoreError):  # Then the claim stays, and tells its next owner.
                await self._enter(request, entry, store=replace(self.store, seconds=0.0))

    def _entry(
        self, paid: Money, data: bytes = b"", usage: Mapping[str, float | str] = {}, unusable: str = ""
    ) -> Entry:
        received: dict[str, Any] = {"usage": dict(usage), "digest": digest_of(data), "size": len(data)}
        date, account = self.attempt.clock.date(), self.wanted.account
        return Entry(date=date, account=account, unusable=unusable, **received, **paid.record)

    def _cost(self, usage: Mapping[str, float | str]) -> Money:
        return cost(self.wanted.picture, usage, self.prices)

    def _refusal(self, error: ProviderRejectedError) -> Refusal | None:
        """Return what is remembered of a refusal that depends on nothing but the prompt."""
        if error.code != "moderation":
            return None
        return Refusal(date=self.attempt.clock.date(), code=error.code, message=str(error))


def _stored(data: bytes) -> StoredObject:
    return StoredObject(data, "application/octet-stream", immutable=False)
