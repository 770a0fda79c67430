"""Paying for a picture: what is requested, how often, and what is kept if the provider or the store fails."""

import asyncio
import io
import json
import uuid
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from batch.pairs import pair_of
from batch.requests import ThumbnailRequest
from errors import (
    CapReachedError,
    DamagedOriginalError,
    LostPictureError,
    NewerRecordError,
    ProviderRejectedError,
    ProviderThrottledError,
    ProviderUnavailableError,
    QuotaWaitTooLongError,
    StoppedError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
    ThumbnailError,
    TooManyUnusableAnswersError,
    UnusableAnswerError,
)
from money import NOTHING, Money
from originals.find import find_or_buy, settle
from originals.ledger import Entry, LedgerFile, read_ledger
from originals.original import Original, digest_of
from originals.quota import QuotaGate
from providers import opening
from providers.provider import Picture, PictureRequest
from providers.registry import Model
from settings import Settings
from storage.keys import account, unusable_key
from storage.retrying_store import RetryingStore
from storage.store import Area, StoredObject
from tests.support.clock import TestClock
from tests.support.memory_store import MemoryStore, plain
from waiting import Attempt

SETTINGS = Settings(openai_api_key="key")
WORK = pair_of(
    ThumbnailRequest(title="One", model="gpt-image-2", style="neon", template="bottom-bar", font="inter"), SETTINGS
)
KEY = WORK.original_key
LEDGER = f"history/{KEY}.json"
LEAF_SECONDS = 840
NOW = TestClock().date()


def image(format: str = "PNG", size: tuple[int, int] = (1200, 640)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#336699").save(out, format)
    return out.getvalue()


WHOLE = image()
HALF = WHOLE[: len(WHOLE) // 2]


class Harness:
    """A leaf's test harness: a store, a clock, and a provider with scripted answers, the last of which repeats."""

    def __init__(self, *answers: Exception | bytes | Callable[[], Any]) -> None:
        self.answers = list(answers) or [WHOLE]
        self.clock = TestClock()
        self.store = MemoryStore(self.clock)
        self.asked = 0
        self.settings = SETTINGS

    async def generate(self, request: PictureRequest) -> Picture:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if callable(answer):
            answer = await answer()
        if isinstance(answer, Exception):
            raise answer
        return Picture(answer, {"input_tokens": 0, "output_tokens": 1000})

    def attempt(self, run_id: str | None = "run-1", paying_run: str = "") -> Attempt:
        return Attempt(run_id, self.clock, paying_run=paying_run or uuid.uuid4().hex)

    async def work(self, attempt: Attempt | None = None) -> Original:
        attempt = attempt or self.attempt()

        @asynccontextmanager
        async def open_provider(model: Model, settings: Settings) -> AsyncIterator[Harness]:
            yield self

        deadline = self.clock.now() + LEAF_SECONDS
        store = RetryingStore(self.store, self.clock, attempt.pause, LEAF_SECONDS, deadline)
        wanted = WORK.wanted_by(attempt.paying_run)
        return await find_or_buy(wanted, self.settings, store, attempt, lambda: None, open_provider)

    async def run(self, attempt: Attempt | None = None) -> Original:
        return await self.clock.play(self.work(attempt))

    def kept(self, folder: str) -> list[bytes]:
        objects = self.store.objects[Area.ORIGINALS]
        return [found.data for key, found in sorted(objects.items()) if key.startswith(f"{folder}/")]


async def test_a_picture_is_paid_for_once_and_leaves_nothing_else_behind() -> None:
    harness = Harness()
    assert (await harness.run()).paid
    assert harness.store.keys() == [KEY, LEDGER]
    assert not (await harness.run()).paid
    assert harness.asked == 1


def with_content_credentials(format: str) -> bytes:
    """Return a picture with a C2PA block, as vendors sign theirs: an APP11 segment in JPEG, a caBX chunk in PNG."""
    block = b"JP\x00\x01\x00\x00\x00\x01" + (48).to_bytes(4) + b"jumb" + b"signed by the vendor".ljust(40, b"\0")
    data = image(format)
    if format == "JPEG":
        return data[:2] + b"\xff\xeb" + (len(block) + 2).to_bytes(2) + block + data[2:]
    chunk = b"caBX" + block
    return data[:33] + len(block).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4) + data[33:]


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
async def test_an_original_keeps_the_vendors_bytes_with_their_content_credentials(format: str) -> None:
    signed = with_content_credentials(format)
    harness = Harness(signed)
    await harness.run()
    assert harness.store.objects[Area.ORIGINALS][KEY].data == signed
    await harness.run()
    assert harness.store.objects[Area.ORIGINALS][KEY].data == signed
    assert harness.asked == 1


# Refusals by the provider.


async def test_a_refused_request_is_remembered_and_not_repeated() -> None:
    harness = Harness(ProviderRejectedError("moderation", "OpenAI refuses."))
    for _ in range(3):
        with pytest.raises(ProviderRejectedError, match="OpenAI refuses") as caught:
            await harness.run()
    assert harness.asked == 1
    assert caught.value.code == "moderation"
    assert "refused on 2027-01-15 and is not requested again. To request it anyway, use another variation" in str(
        caught.value
    )
    assert harness.kept("claims") == []


async def test_a_request_that_a_person_can_fix_is_repeated() -> None:
    harness = Harness(ProviderRejectedError("bad_key", "no such key"), WHOLE)
    with pytest.raises(ProviderRejectedError):
        await harness.run()
    assert (await harness.run()).paid
    assert harness.kept("claims") == []


# The provider's answers.


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
async def test_any_format_that_pillow_reads_is_a_picture(format: str) -> None:
    harness = Harness(image(format))
    assert (await harness.run()).canvas.size == (1200, 640)
    assert harness.asked == 1


@pytest.mark.parametrize("answer", [HALF, b"", b"<html>", UnusableAnswerError("the answer holds no data")])
async def test_an_unusable_answer_is_paid_for_only_twice(answer: bytes | Exception) -> None:
    harness = Harness(answer)
    for _ in range(6):  # Three attempts of the leaf, and three of the next run.
        with pytest.raises(
            TooManyUnusableAnswersError, match=r"answer 2; no more are paid for within an hour.*Run again later"
        ):
            await harness.run()
    assert harness.asked == 2
    assert harness.kept("claims") == []


async def test_an_hour_after_unusable_answers_a_run_may_ask_again() -> None:
    harness = Harness(HALF, HALF, WHOLE)
    with pytest.raises(TooManyUnusableAnswersError):
        await harness.run()
    await harness.clock.advance(3_600)
    assert (await harness.run()).unusable_answers == 2
    assert harness.asked == 3


async def test_unusable_bytes_are_kept() -> None:
    harness = Harness(HALF, b"\x00\x01", WHOLE)
    with pytest.raises(TooManyUnusableAnswersError) as caught:
        await harness.run()
    kept = harness.kept("unusable")
    assert sorted(kept) == sorted([HALF, b"\x00\x01"])
    assert all(key in str(caught.value) for key in harness.store.objects[Area.ORIGINALS] if key.startswith("unusable/"))


async def test_a_good_second_answer_is_used_and_the_first_is_reported() -> None:
    harness = Harness(HALF, WHOLE)
    original = await harness.run()
    assert (original.paid, original.unusable_answers, harness.asked) == (cents(6, 2), 1, 2)
    assert not (await harness.run()).paid
    assert len((await read_ledger(harness.store, KEY)).unusable) == 1


async def test_unreadable_bytes_are_used_once_they_are_readable() -> None:
    """By a later decoder, or because a person repaired them."""
    harness = Harness(HALF)
    with pytest.raises(TooManyUnusableAnswersError):
        await harness.run()
    harness.store.objects[Area.ORIGINALS][KEY] = StoredObject(WHOLE, "")
    assert not (await harness.run()).paid
    assert harness.asked == 2


@pytest.mark.parametrize("deleted", [False, True], ids=["at the original's place", "kept only"])
async def test_an_answer_that_an_older_version_could_not_read_is_used_before_another_is_paid_for(deleted: bool) -> None:
    """Two answers of 1344x768, which its arithmetic could not crop; another run paid for them."""
    picture = image(size=(1344, 768))
    message = f"The picture (PNG, {len(picture)} bytes) is broken or cut off."
    judged = {
        "date": NOW - 60,
        "account": "another",
        "cost_usd": 0.03,
        "unusable": message,
        "digest": digest_of(picture),
    }
    refusal = {"date": NOW - 10, "code": "moderation", "message": "OpenAI refuses."}
    ledger = {"entries": {"one": judged, "two": judged}, "refusal": refusal}
    harness = Harness()
    objects = harness.store.objects[Area.ORIGINALS]
    objects[unusable_key(KEY, digest_of(picture))] = StoredObject(picture, "application/octet-stream")
    objects[LEDGER] = StoredObject(json.dumps(ledger).encode(), "application/json")
    if not deleted:
        objects[KEY] = StoredObject(picture, "application/octet-stream")
    original = await harness.run()
    assert (original.paid, original.canvas.size, harness.asked) == (NOTHING, (1200, 686), 0)
    assert objects[KEY].data == picture
    assert (await read_ledger(harness.store, KEY)).refusal


async def test_an_answer_that_cannot_be_read_now_either_changes_nothing() -> None:
    harness = Harness(HALF, HALF, WHOLE)
    with pytest.raises(TooManyUnusableAnswersError):
        await harness.run()
    with pytest.raises(TooManyUnusableAnswersError):
        await harness.run()
    assert harness.asked == 2


async def test_a_damaged_original_is_reported_and_not_paid_for_again() -> None:
    harness = Harness()
    await harness.run()
    harness.store.objects[Area.ORIGINALS][KEY] = StoredObject(HALF, "")
    with pytest.raises(DamagedOriginalError, match=f"{KEY} is damaged.*Delete it and run again"):
        await harness.run()
    assert harness.asked == 1


async def test_an_answer_whose_owner_died_before_decoding_it_counts_as_unusable() -> None:
    harness = Harness()
    await LedgerFile(KEY).enter(harness.store, {"request": Entry(digest=digest_of(HALF), size=len(HALF))})
    harness.store.objects[Area.ORIGINALS][KEY] = StoredObject(HALF, "")
    original = await harness.run()
    assert (harness.asked, original.unusable_answers) == (1, 1)
    assert harness.kept("unusable") == [HALF]


async def test_an_unrecorded_unusable_answer_is_not_a_damaged_original() -> None:
    harness = Harness(HALF, WHOLE)
    harness.store.before_each = lambda: setattr(harness.store, "down", KEY in harness.store.objects[Area.ORIGINALS])
    with pytest.raises(StoreUnavailableError):
        await harness.run()
    harness.store.before_each, harness.store.down = lambda: None, False
    original = await harness.run()
    assert (harness.asked, original.unusable_answers) == (2, 1)


async def test_a_second_unusable_answer_that_was_not_recorded_counts_too() -> None:
    other = WHOLE[: len(WHOLE) // 3]
    harness = Harness(HALF, other, WHOLE)
    stored = harness.store.objects[Area.ORIGINALS]
    harness.store.before_each = lambda: setattr(harness.store, "down", KEY in stored and stored[KEY].data == other)
    with pytest.raises(StoreUnavailableError):
        await harness.run()
    harness.store.before_each, harness.store.down = lambda: None, False
    with pytest.raises(TooManyUnusableAnswersError):
        await harness.run()
    assert harness.asked == 2
    assert sorted(harness.kept("unusable")) == sorted([HALF, other])


async def test_an_original_that_is_damaged_after_an_unusable_answer_is_reported() -> None:
    harness = Harness(HALF, WHOLE)
    stored = harness.store.objects[Area.ORIGINALS]
    await harness.run()
    stored[KEY] = StoredObject(WHOLE[:-30], "")
    with pytest.raises(DamagedOriginalError):
        await harness.run()
    assert harness.asked == 2


@pytest.mark.parametrize("damaged", [b"", b"[]", b"{", b"7", b"\xff"])
async def test_a_ledger_that_cannot_be_read_is_kept_beside_the_new_one(damaged: bytes) -> None:
    harness = Harness()
    harness.store.objects[Area.ORIGINALS][LEDGER] = StoredObject(damaged, "")
    assert (await harness.run()).paid
    assert damaged in harness.kept("history")


async def test_a_ledger_of_a_newer_version_is_not_written_to_and_nothing_is_paid_for() -> None:
    harness = Harness()
    harness.store.objects[Area.ORIGINALS][LEDGER] = StoredObject(b'{"version": 2, "paid_with": "shells"}', "")
    with pytest.raises(NewerRecordError, match=r"has version 2, and this program knows version 1.*Update this one"):
        await harness.run()
    assert (harness.asked, harness.kept("history")) == (0, [b'{"version": 2, "paid_with": "shells"}'])


# Failures of the store.


@pytest.mark.parametrize("down_after", range(14))
async def test_an_outage_of_the_store_only_takes_longer(down_after: int) -> None:
    """Whichever operation it hits: finding, checking, claiming, storing."""
    harness = Harness()
    harness.store.before_each = lambda: setattr(
        harness.store, "down", down_after <= len(harness.store.operations) and harness.clock.now() < 45
    )
    assert (await harness.run()).paid
    assert harness.asked == 1


async def test_an_error_that_waiting_cannot_fix_is_raised_immediately() -> None:
    harness = Harness()
    harness.store.refusing = True
    with pytest.raises(StoreError, match="the key is wrong"):
        await harness.run()
    assert harness.clock.now() == 0
    assert len(harness.store.operations) == 1


async def test_the_wait_for_the_store_ends_before_the_task_does() -> None:
    harness = Harness()
    harness.store.down = True
    with pytest.raises(StoreUnavailableError):
        await harness.run()
    assert LEAF_SECONDS - 20 < harness.clock.now() <= LEAF_SECONDS
    assert harness.asked == 0


async def test_a_full_disk_costs_one_picture_however_often_it_is_tried() -> None:
    harness = Harness()
    harness.store.room = 500  # Enough for claims and history, but not for a picture.
    with pytest.raises(LostPictureError, match="A picture was paid for and could not be stored"):
        await harness.run()
    assert harness.clock.now() > LEAF_SECONDS - 20, "it waits for room as long as it can"
    for _ in range(5):
        with pytest.raises(StoreFullError, match="no more are requested until there is"):
            await harness.run()
    assert harness.asked == 1
    harness.store.room = float("inf")
    assert (await harness.run()).paid
    assert harness.asked == 2
    assert harness.store.keys() == [KEY, LEDGER]
    costs = [entry.cost for entry in (await read_ledger(harness.store, KEY)).entries.values()]
    assert costs == [cents(3, 1)] * 2, "which the first run can still report"


async def test_freeing_space_in_time_saves_the_picture() -> None:
    harness = Harness()
    harness.store.room = 500

    async def make_room() -> None:
        await harness.clock.sleep(600)
        harness.store.room = float("inf")

    async def both() -> Original:
        made, _ = await asyncio.gather(harness.work(), make_room())
        return made

    assert (await harness.clock.play(both())).paid == cents(3, 1)
    assert harness.asked == 1


# What it costs. A picture or an unusable answer is three cents.


async def paid(harness: Harness, run: str) -> Money:
    return (await read_ledger(harness.store, KEY)).paid_by(account(run, WORK.thumbnail_key))


def cents(number: int, pictures: int, maybe_billed: int = 0) -> Money:
    return Money(Decimal(number) / 100, pictures=pictures, maybe_billed=maybe_billed)


async def test_a_retry_finds_what_its_own_run_paid_and_another_run_finds_nothing() -> None:
    harness = Harness()
    for _ in range(2):
        original = await harness.run(harness.attempt("leaf", "batch"))
        assert original.paid == await paid(harness, "batch") == cents(3, 1)
        assert original.usage == {"input_tokens": 0, "output_tokens": 1000}
    assert (await harness.run(harness.attempt("leaf", "other"))).paid == NOTHING
    assert await paid(harness, "other") == NOTHING
    assert harness.asked == 1


async def test_a_payment_is_in_the_ledger_before_its_picture_is_stored_and_takes_one_request() -> None:
    harness = Harness()
    await harness.run()
    key, claim, ledger = KEY, f"claims/{KEY}", f"history/{KEY}.json"
    gate = next(operation for operation in harness.store.operations if "quota/" in operation)
    before = [f"read {key}", "check", f"create {claim}", f"read {ledger}", f"read {key}", gate]
    after = [f"replace {claim}", f"create {ledger}", f"write {key}", f"remove {claim}"]
    assert harness.store.operations == [*before, *after]


async def test_what_was_paid_in_vain_is_counted_with_the_picture() -> None:
    harness = Harness(HALF, UnusableAnswerError("no data", {"input_tokens": 0, "output_tokens": 2000}))
    with pytest.raises(TooManyUnusableAnswersError):
        await harness.run(harness.attempt("leaf", "batch"))
    assert await paid(harness, "batch") == cents(9, 2)
    await harness.clock.advance(3_600)
    harness.answers.append(WHOLE)
    original = await harness.run(harness.attempt("leaf", "batch"))
    assert original.paid == await paid(harness, "batch") == cents(12, 3)


async def test_a_refusal_that_the_vendor_bills_is_counted() -> None:
    refused = ProviderRejectedError("moderation", "no", {"input_tokens": 0, "output_tokens": 1000})
    harness = Harness(refused)
    with pytest.raises(ProviderRejectedError):
        await harness.run(harness.attempt("leaf", "batch"))
    assert await paid(harness, "batch") == cents(3, 1)


async def test_each_run_reports_only_its_own_payments_in_vain() -> None:
    harness = Harness(HALF, ProviderUnavailableError("down"), HALF)
    with pytest.raises(ProviderUnavailableError):
        await harness.run(harness.attempt("leaf", "one"))
    with pytest.raises(TooManyUnusableAnswersError):
        await harness.run(harness.attempt("leaf", "other"))
    assert await paid(harness, "one") == await paid(harness, "other") == cents(3, 1)


async def test_what_was_paid_in_vain_is_still_counted_when_another_run_gets_the_picture() -> None:
    harness = Harness(HALF, ProviderUnavailableError("down"), WHOLE)
    with pytest.raises(ProviderUnavailableError):
        await harness.run(harness.attempt("leaf", "one"))
    await harness.run(harness.attempt("other leaf", "other"))
    assert await paid(harness, "one") == await paid(harness, "other") == cents(3, 1)


async def test_an_answer_that_its_owner_did_not_live_to_judge_is_counted() -> None:
    harness = Harness(HALF, WHOLE)
    harness.store.before_each = lambda: setattr(harness.store, "down", KEY in harness.store.objects[Area.ORIGINALS])
    with pytest.raises(StoreUnavailableError):
        await harness.run(harness.attempt("leaf", "batch"))
    harness.store.before_each, harness.store.down = lambda: None, False
    assert await paid(harness, "batch") == cents(3, 1)
    original = await harness.run(harness.attempt("leaf", "batch"))
    assert original.paid == cents(6, 2)


async def test_a_picture_that_found_no_room_is_counted() -> None:
    harness = Harness()
    harness.store.room = 500
    with pytest.raises(LostPictureError) as lost:
        await harness.run(harness.attempt("leaf", "batch"))
    assert lost.value.paid == cents(3, 1)
    assert await paid(harness, "batch") == cents(3, 1)
    harness.store.room = float("inf")
    original = await harness.run(harness.attempt("leaf", "batch"))
    assert original.paid == cents(6, 2)


@pytest.mark.parametrize(("asking", "maybe"), [("a-request", 1), ("", 0)])
async def test_an_attempt_that_died_with_its_claim_may_have_been_billed_if_it_had_asked(
    asking: str, maybe: int
) -> None:
    harness = Harness(ProviderUnavailableError("down"), WHOLE)
    claim = json.dumps({"owner": "dead", "run": "leaf", "asking": asking}).encode()
    harness.store.objects[Area.ORIGINALS][f"claims/{KEY}"] = StoredObject(claim, "")
    with pytest.raises(ProviderUnavailableError):
        await harness.run(harness.attempt("leaf", "batch"))
    assert await paid(harness, "batch") == cents(0, 0, maybe)
    assert (await harness.run(harness.attempt("leaf", "batch"))).paid == cents(3, 1, maybe)


async def test_an_answer_that_a_dead_attempt_entered_was_billed_and_not_maybe() -> None:
    """It died after it had entered the payment, and before it renewed its claim or stored the picture."""
    harness = Harness(WHOLE)

    class Died(BaseException):
        pass

    def die() -> None:
        if any(each.startswith("create history/") for each in harness.store.operations):
            raise Died

    harness.store.before_each = die
    with pytest.raises(Died):
        await harness.run(harness.attempt("leaf", "batch"))
    harness.store.before_each = lambda: None
    [claim] = harness.kept("claims")
    assert json.loads(claim)["asking"], "which is still there, as after SIGKILL"
    assert await paid(harness, "batch") == cents(3, 1)
    assert (await harness.run(harness.attempt("leaf", "batch"))).paid == cents(6, 2)


@pytest.mark.parametrize(
    ("error", "maybe"),
    [
        (ProviderUnavailableError("cut off", maybe_billed=True), 1),
        (ProviderUnavailableError("overloaded"), 0),
        (ProviderRejectedError("bad_key", "no"), 0),
        (ProviderRejectedError("moderation", "no", maybe_billed=True), 1),
        (QuotaWaitTooLongError("later", 9.0), 0),
    ],
)
async def test_only_what_the_vendor_documents_as_not_billed_is_not_counted(error: ThumbnailError, maybe: int) -> None:
    harness = Harness(error)
    with pytest.raises(type(error)):
        await harness.run(harness.attempt("leaf", "batch"))
    assert await paid(harness, "batch") == cents(0, 0, maybe)
    assert harness.kept("claims") == []


async def test_a_request_that_could_not_be_entered_is_left_to_the_next_owner_of_the_claim() -> None:
    async def go_away() -> bytes:
        harness.store.down = True
        raise ProviderUnavailableError("cut off", maybe_billed=True)

    harness = Harness(go_away, WHOLE)
    with pytest.raises(StoreUnavailableError):
        await harness.run(harness.attempt("leaf", "batch"))
    harness.store.down = False
    assert await paid(harness, "batch") == NOTHING
    assert (await harness.run(harness.attempt("leaf", "batch"))).paid == cents(3, 1, maybe_billed=1)


async def test_a_late_answer_takes_the_place_of_what_may_have_been_billed() -> None:
    """Its owner was frozen while another run took the claim over, and now enters what the same request cost."""
    store = MemoryStore()
    frozen = LedgerFile(KEY)
    await frozen.read(store)
    await LedgerFile(KEY).enter(store, {"request": Entry(account="a", cost_usd=0.0, maybe_billed=1)})
    await frozen.enter(store, {"request": Entry(account="a", cost_usd=0.03, pictures_made=1)})
    assert (await read_ledger(store, KEY)).paid_by("a") == cents(3, 1)


async def test_what_may_have_been_billed_takes_the_place_of_no_payment() -> None:
    """The owner who was thought dead enters its payment between another owner's read and write."""
    store = MemoryStore()
    other = LedgerFile(KEY)
    await other.read(store)
    await LedgerFile(KEY).enter(store, {"request": Entry(account="a", cost_usd=0.03, pictures_made=1)})
    await other.enter(store, {"request": Entry(account="b", cost_usd=0.0, maybe_billed=1)})
    ledger = await read_ledger(store, KEY)
    assert (ledger.paid_by("a"), ledger.paid_by("b")) == (cents(3, 1), NOTHING)


async def test_unusable_answers_are_paid_for_only_twice_although_there_is_no_room_for_them() -> None:
    harness = Harness(UnusableAnswerError("no picture", {"input_tokens": 0, "output_tokens": 1000}, b"x" * 60_000))
    harness.store.room = 20_000
    for _ in range(6):
        with pytest.raises((StoreFullError, TooManyUnusableAnswersError)):
            await harness.run(harness.attempt("leaf", "batch"))
    assert harness.asked == 2
    assert await paid(harness, "batch") == cents(6, 2)


async def test_a_request_that_was_not_sent_as_the_claim_could_not_be_renewed_was_not_billed() -> None:
    harness = Harness(WHOLE)
    harness.store.before_each = lambda: setattr(
        harness.store, "down", any(each.startswith("read quota") for each in harness.store.operations)
    )
    with pytest.raises(StoreError):
        await harness.run(harness.attempt("leaf", "batch"))
    harness.store.before_each, harness.store.down = lambda: None, False
    assert (await harness.run(harness.attempt("leaf", "batch"))).paid == cents(3, 1)


async def test_a_parent_counts_the_request_that_its_leafs_last_attempt_did_not_live_to_enter() -> None:
    class Died(BaseException):
        pass

    async def die() -> bytes:
        raise Died

    harness = Harness(die, WHOLE)
    with pytest.raises(Died):
        await harness.run(harness.attempt("leaf", "batch"))
    pays = account("batch", WORK.thumbnail_key)
    assert await settle(harness.store, KEY, account("other", WORK.thumbnail_key)) == NOTHING
    assert await settle(harness.store, KEY, pays) == await settle(harness.store, KEY, pays) == cents(0, 0, 1)
    assert (await harness.run(harness.attempt("leaf", "batch"))).paid == cents(3, 1, 1), "and not once more"


# The cap.


async def test_a_leaf_that_is_started_by_itself_keeps_to_the_cap() -> None:
    harness = Harness()
    harness.settings = replace(SETTINGS, max_cost_usd=Decimal(0))
    with pytest.raises(CapReachedError, match=r"above the cap of \$0\.00.*raise MAX_COST_USD"):
        await harness.run()
    assert (harness.asked, harness.kept("claims")) == (0, [])


async def test_a_lost_answer_counts_towards_the_cap() -> None:
    harness = Harness(ProviderUnavailableError("cut off", maybe_billed=True))
    harness.settings = replace(SETTINGS, max_cost_usd=Decimal("0.04"), openai_image_quality="low")
    with pytest.raises(ProviderUnavailableError):
        await harness.run(harness.attempt("leaf", "batch"))
    with pytest.raises(CapReachedError, match="after 1 more that may have been billed"):
        await harness.run(harness.attempt("leaf", "batch"))
    assert harness.asked == 1


async def test_an_answer_in_vain_counts_towards_the_cap() -> None:
    harness = Harness(HALF, WHOLE)
    harness.settings = replace(SETTINGS, max_cost_usd=Decimal("0.04"), openai_image_quality="low")
    with pytest.raises(CapReachedError, match=r"after \$0\.03 that they have cost so far"):
        await harness.run()
    assert harness.asked == 1


# Throttling.


async def test_a_throttled_leaf_waits_as_long_as_the_provider_asks() -> None:
    harness = Harness(ProviderThrottledError("slow down", 33), WHOLE)
    original = await harness.run()
    assert 33 <= harness.clock.now() <= 34
    assert 33 <= original.throttled_seconds <= 34


async def test_waits_double_if_the_provider_does_not_say_how_long() -> None:
    harness = Harness(*[ProviderThrottledError("slow down", None)] * 3, WHOLE)
    await harness.run()
    assert 5 + 10 + 20 <= harness.clock.now() <= 36


async def test_a_provider_that_asks_for_no_wait_at_all_is_asked_less_and_less_often() -> None:
    harness = Harness(ProviderThrottledError("slow down", 0.0))
    with pytest.raises(QuotaWaitTooLongError):
        await harness.run()
    assert harness.asked < 20


@pytest.mark.parametrize("ahead", [150.0, 3_000.0, -3_000.0])
async def test_a_gate_that_a_machine_with_a_wrong_clock_closed_opens_in_time(ahead: float) -> None:
    harness = Harness()
    other = TestClock(date=harness.clock.date() + ahead)
    await QuotaGate(harness.store, "gpt-image-2", other, other.sleep).close(20)
    await harness.clock.advance(5)
    original = await harness.run()
    assert 15 <= original.throttled_seconds <= 16


@pytest.mark.parametrize(
    "gate",
    [
        f'{{"opens_in": 1{"0" * 400}, "next_turn_in": 1}}',
        '{"opens_in": 10, "next_turn_in": Infinity}',
        '{"opens_in": 10, "next_turn_in": 1e6}',
        '{"opens_in": NaN, "next_turn_in": NaN}',
        '{"opens_in": "soon", "next_turn_in": []}',
        f'{{"closed_until": {NOW + 1e6}, "next_turn": {NOW + 1e6}}}',
    ],
)
async def test_a_damaged_gate_is_open(gate: str) -> None:
    harness = Harness()
    harness.store.objects[Area.ORIGINALS]["quota/gpt-image-2.json"] = plain(gate.encode())
    await harness.run()
    assert harness.clock.now() < 60


async def test_a_wait_longer_than_the_leaf_has_left_is_not_retried() -> None:
    harness = Harness(ProviderThrottledError("slow down", 3_600))
    with pytest.raises(QuotaWaitTooLongError, match=r"slow down.*3600 s is longer than this attempt has left"):
        await harness.run()
    assert (harness.asked, harness.clock.now()) == (1, 0)
    assert harness.kept("claims") == []


async def test_a_throttled_leaf_that_loses_its_claim_does_not_ask_again() -> None:
    harness = Harness(ProviderThrottledError("slow down", 300))
    leaf = asyncio.create_task(harness.work())
    await harness.clock.until(lambda: harness.asked == 1)
    harness.store.objects[Area.ORIGINALS][f"claims/{KEY}"] = StoredObject(b'{"owner": "other", "run": "run-2"}', "")
    harness.store.objects[Area.ORIGINALS][KEY] = StoredObject(WHOLE, "")
    assert not (await harness.clock.play(leaf)).paid
    assert harness.asked == 1


async def test_a_leaf_that_was_frozen_with_its_claim_does_not_ask() -> None:
    """When it wakes up, no time has passed for it, but another run has taken the claim over and paid."""
    harness = Harness()

    def freeze() -> None:
        objects = harness.store.objects[Area.ORIGINALS]
        if any("quota/" in each for each in harness.store.operations) and KEY not in objects:
            objects[f"claims/{KEY}"] = StoredObject(b'{"owner": "other", "run": "run-2"}', "")
            objects[KEY] = StoredObject(WHOLE, "")

    harness.store.before_each = freeze
    assert not (await harness.run()).paid
    assert harness.asked == 0


# Stops and other runs.


async def stopped_while_asking(harness: Harness, attempt: Attempt | None = None) -> "asyncio.Task[Original]":
    """Start a leaf and, once it has asked the provider, stop it with a grace period of 25 s."""
    attempt = attempt or harness.attempt()
    leaf = asyncio.create_task(harness.work(attempt))
    await harness.clock.until(lambda: harness.asked == 1)
    attempt.stop.request(25)
    return leaf


def drawn_in(seconds: float, meanwhile: Callable[[], None] = lambda: None) -> Harness:
    """Return a harness whose provider takes that many seconds for a picture."""

    async def draw() -> bytes:
        await harness.clock.sleep(seconds)
        meanwhile()
        return WHOLE

    harness = Harness(draw)
    return harness


async def test_a_stop_ends_a_wait_for_quota_immediately_and_releases_the_claim() -> None:
    harness = Harness(ProviderThrottledError("slow down", 300))
    leaf = await stopped_while_asking(harness)
    with pytest.raises(StoppedError):
        await leaf
    assert harness.clock.now() == 0
    assert harness.kept("claims") == []


async def test_after_a_stop_a_picture_in_progress_is_still_stored() -> None:
    harness = drawn_in(20)
    await harness.clock.play(await stopped_while_asking(harness))
    assert harness.store.keys() == [KEY, LEDGER]


async def test_a_picture_that_outlasts_the_grace_period_is_abandoned_and_its_claim_released() -> None:
    harness = drawn_in(60)
    with pytest.raises(StoppedError):
        await harness.clock.play(await stopped_while_asking(harness))
    assert harness.clock.now() == 25
    assert harness.store.keys() == [LEDGER]


async def test_a_request_that_a_stop_leaves_unanswered_may_be_billed() -> None:
    harness = drawn_in(60)
    attempt = harness.attempt("leaf", "batch")
    with pytest.raises(StoppedError):
        await harness.clock.play(await stopped_while_asking(harness, attempt))
    harness.answers = [WHOLE]
    original = await harness.run(harness.attempt("leaf", "batch"))
    assert original.paid == cents(3, 1, maybe_billed=1)


async def test_storing_gets_only_the_rest_of_the_grace_period() -> None:
    harness = drawn_in(20, lambda: setattr(harness.store, "down", True))
    with pytest.raises(StoppedError):
        await harness.clock.play(await stopped_while_asking(harness))
    assert harness.clock.now() == 25


@pytest.mark.parametrize("ended_by", ["stop", "cancel"])
async def test_a_picture_that_a_stop_keeps_from_being_stored_is_counted(ended_by: str) -> None:
    class SlowStore(MemoryStore):
        async def write(self, area: Area, key: str, stored: StoredObject) -> None:
            if key == KEY:
                uploading.set()
                await harness.clock.sleep(60)
            await super().write(area, key, stored)

    harness, uploading = Harness(), asyncio.Event()
    harness.store = SlowStore()
    attempt = harness.attempt("leaf", "batch")
    leaf = asyncio.create_task(harness.work(attempt))
    await uploading.wait()
    attempt.stop.request(25) if ended_by == "stop" else leaf.cancel()
    with pytest.raises((StoppedError, asyncio.CancelledError)):
        await harness.clock.play(leaf)
    assert await paid(harness, "batch") == cents(3, 1)


async def test_a_stop_before_an_unusable_answer_is_recorded_leaves_no_damaged_original() -> None:
    harness = Harness(HALF, WHOLE)
    harness.store.before_each = lambda: setattr(harness.store, "down", KEY in harness.store.objects[Area.ORIGINALS])
    attempt = harness.attempt()
    leaf = asyncio.create_task(harness.work(attempt))
    await harness.clock.until(lambda: harness.store.down)
    harness.store.before_each, harness.store.down = lambda: None, False  # It is back when the stop ends the wait.
    attempt.stop.request(25)
    with pytest.raises(StoppedError):
        await leaf
    original = await harness.run()
    assert (harness.asked, original.unusable_answers) == (2, 1)


async def test_a_store_that_refuses_a_paid_picture_is_reported() -> None:
    async def draw() -> bytes:
        harness.store.refusing = True
        return WHOLE

    harness = Harness(draw)
    with pytest.raises(LostPictureError, match="A picture was paid for and could not be stored") as lost:
        await harness.run()
    assert lost.value.paid == cents(3, 1)
    assert harness.clock.now() > LEAF_SECONDS - 20, "a person may have mended it"


async def test_a_run_that_waits_for_another_gets_its_picture() -> None:
    harness = drawn_in(100)

    async def both() -> tuple[Original, Original]:
        return await asyncio.gather(harness.work(harness.attempt("run-1")), harness.work(harness.attempt("run-2")))

    first, second = await harness.clock.play(both())
    assert (first.paid, second.paid, harness.asked) == (cents(3, 1), NOTHING, 1)


async def test_waiting_too_long_for_another_run_is_reported() -> None:
    harness = drawn_in(10_000)
    first = asyncio.create_task(harness.work(harness.attempt("run-1")))
    await harness.clock.until(lambda: harness.asked == 1)
    with pytest.raises(ProviderUnavailableError, match="Another run is making this picture"):
        await harness.run(harness.attempt("run-2"))
    first.cancel()


def test_a_reworded_prompt_asks_for_no_picture_again(monkeypatch: pytest.MonkeyPatch) -> None:
    request = ThumbnailRequest(title="One", model="gpt-image-2", style="neon", template="bottom-bar", font="inter")
    before, after = pair_of(request, SETTINGS), pair_of(request, SETTINGS)
    worded, keys = before.picture.prompt, (before.original_key, before.thumbnail_key)
    monkeypatch.setattr(opening, "build_prompt", lambda *_: "In quite other words.")
    assert after.picture.prompt != worded
    assert (after.original_key, after.thumbnail_key) == keys
    assert pair_of(replace(request, variation=1), SETTINGS).original_key != before.original_key
