import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from errors import StoreError
from originals.claim import EXPIRY_SECONDS, Claim
from storage.store import Area, StoredObject, Versioned
from tests.support.clock import TestClock
from tests.support.memory_store import MemoryStore, plain

KEY = "gpt-image-2/00"
CLAIM = f"claims/{KEY}"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


async def taken_within(claim: Claim, seconds: float, clock: TestClock) -> bool:
    """Try to take the claim every half second, as a leaf does."""
    for _ in range(round(seconds * 2)):
        if await claim.take():
            return True
        await clock.advance(0.5)
    return False


@asynccontextmanager
async def held(claim: Claim) -> AsyncIterator[Claim]:
    assert await claim.take()
    async with claim:
        yield claim


async def test_only_one_of_many_takes_a_claim(store: MemoryStore) -> None:
    assert sum(await asyncio.gather(*(Claim(store, KEY, None).take() for _ in range(20)))) == 1


async def test_a_living_owner_keeps_its_claim(store: MemoryStore, clock: TestClock) -> None:
    async with held(Claim(store, KEY, "run-1", clock)) as owner:
        assert not await taken_within(Claim(store, KEY, "run-2", clock), 600, clock)
        assert await owner.renew()


async def test_a_dead_owners_claim_is_taken_over_only_after_it_expires(store: MemoryStore, clock: TestClock) -> None:
    assert await Claim(store, KEY, "run-1", clock).take()  # Never renewed.
    other = Claim(store, KEY, "run-2", clock)
    assert not await taken_within(other, EXPIRY_SECONDS, clock)
    assert await taken_within(other, 1, clock)


async def test_only_one_of_many_takes_over_an_expired_claim(store: MemoryStore, clock: TestClock) -> None:
    assert await Claim(store, KEY, None, clock).take()
    others = [Claim(store, KEY, None, clock) for _ in range(10)]
    for _ in range(round(EXPIRY_SECONDS * 2) + 1):
        taken = await asyncio.gather(*(claim.take() for claim in others))
        await clock.advance(0.5)
    assert sum(taken) == 1


async def test_a_later_attempt_of_the_same_run_takes_over_immediately(store: MemoryStore) -> None:
    assert await Claim(store, KEY, "run-1").take()
    assert not await Claim(store, KEY, "run-2").take()
    assert await Claim(store, KEY, "run-1").take()


async def test_runs_without_an_id_are_different_runs(store: MemoryStore) -> None:
    assert await Claim(store, KEY, None).take()
    assert not await Claim(store, KEY, None).take()


async def test_a_released_claim_leaves_nothing_behind(store: MemoryStore) -> None:
    async with held(Claim(store, KEY, "run-1")):
        pass
    assert store.keys() == []
    with pytest.raises(RuntimeError):
        async with held(Claim(store, KEY, "run-1")):
            raise RuntimeError
    assert store.keys() == []


async def test_a_claim_that_another_run_took_over_is_not_removed(store: MemoryStore, clock: TestClock) -> None:
    owner = Claim(store, KEY, "run-1", clock)

    async def lose_the_claim() -> None:
        async with held(owner):
            store.down = True  # No renewal gets through, and the other run reaches the store first.
            await clock.advance(EXPIRY_SECONDS)
            store.down = False
            store.objects[Area.ORIGINALS][CLAIM] = StoredObject(b'{"owner": "other", "run": "run-2"}', "")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await lose_the_claim()
    assert store.keys() == [CLAIM]
    assert not await owner.renew()


class NoDeleting(MemoryStore):
    """A store whose key may not delete."""

    async def remove(self, area: Area, key: str) -> bool:
        return False


async def test_a_claim_can_be_released_without_the_right_to_delete(clock: TestClock) -> None:
    store = NoDeleting()
    with pytest.raises(RuntimeError):
        async with held(Claim(store, KEY, "run-1", clock)):
            raise RuntimeError
    assert await Claim(store, KEY, "run-2", clock).take()


@pytest.mark.parametrize(
    "damaged", [b"", b"not JSON", b"[]", b'{"owner": 7}', b'{"run": "run-1"}', b"\xff\xfe", b"[" * 100_000]
)
async def test_an_invalid_claim_is_free(store: MemoryStore, damaged: bytes) -> None:
    store.objects[Area.ORIGINALS][CLAIM] = StoredObject(damaged, "")
    async with held(Claim(store, KEY, "run-1")) as claim:
        assert await claim.renew()


class WriteOnly(MemoryStore):
    """A store whose key may write but not read: every object seems to be missing."""

    async def read(self, area: Area, key: str) -> Versioned | None:
        return None


async def test_a_key_without_the_right_to_read_is_reported_within_seconds(clock: TestClock) -> None:
    store = WriteOnly()
    await store.create(Area.ORIGINALS, CLAIM, plain(b"{}"))
    claim = Claim(store, KEY, "run-1", clock)
    with pytest.raises(StoreError, match=r"cannot be read.*s3:GetObject"):
        await taken_within(claim, 3, clock)


class Vanishing(MemoryStore):
    """A store in which another run's claim is released between each write that it refuses and the next read."""

    async def create(self, area: Area, key: str, stored: StoredObject) -> str | None:
        if self.vanished < 30:
            self.vanished += 1
            return None
        return await super().create(area, key, stored)

    vanished = 0


async def test_claims_that_are_released_in_between_are_no_error(clock: TestClock) -> None:
    store = Vanishing()
    claim = Claim(store, KEY, "run-1", clock)
    store.vanished = 30 - 3 * 3
    assert await taken_within(claim, 3, clock)
    again = Claim(store, KEY, "run-1", clock)
    for _ in range(4):
        store.vanished = 28
        assert await again.take(), "after two that disappeared"


async def test_a_renewal_that_another_run_overtakes_is_lost(store: MemoryStore, clock: TestClock) -> None:
    """Its answer is lost, and another run takes over before it reads its own write and replaces it once more."""
    async with held(Claim(store, KEY, "run-1", clock)) as owner:
        replace, calls = store.replace, 0

        async def overtaken(area: Area, key: str, stored: StoredObject, version: str) -> str | None:
            nonlocal calls
            calls += 1
            await replace(area, key, stored, version)
            if calls == 2:
                store.objects[Area.ORIGINALS][CLAIM] = StoredObject(b'{"owner": "other", "run": "run-2"}', "")
            return None

        store.replace = overtaken  # type: ignore[method-assign]
        assert not await owner.renew()


async def test_a_renewal_with_a_lost_answer_keeps_the_claim(store: MemoryStore, clock: TestClock) -> None:
    async with held(Claim(store, KEY, "run-1", clock)) as owner:
        store.lost_answers = 1
        assert not await taken_within(Claim(store, KEY, "run-2", clock), 60, clock)
        assert await owner.renew()


async def test_an_outage_does_not_count_as_a_dead_owner(store: MemoryStore, clock: TestClock) -> None:
    other = Claim(store, KEY, "run-2", clock)
    async with held(Claim(store, KEY, "run-1", clock)) as owner:
        assert not await other.take()
        store.down = True  # For both runs.
        await clock.advance(2 * EXPIRY_SECONDS)
        store.down = False
        assert not await other.take()
        assert not await taken_within(other, 60, clock)
        assert await owner.renew()
