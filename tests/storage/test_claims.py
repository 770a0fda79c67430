import asyncio
import time
from pathlib import Path

import pytest

from errors import StoreError
from settings import Settings
from storage.claims import Claim
from storage.directory_store import DirectoryStore
from storage.store import Area, Store, Versioned

KEY = "gpt-image-2/00"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return DirectoryStore(Settings(thumbnails_dir=tmp_path))


def short(store: Store, run_id: str | None) -> Claim:
    """A claim that is renewed every 0.1 s and expires after 0.5 s."""
    return Claim(store, KEY, run_id, renewal_seconds=0.1, expiry_seconds=0.5)


async def taken_within(claim: Claim, seconds: float) -> bool:
    for _ in range(round(seconds / 0.05)):
        if await claim.take():
            return True
        await asyncio.sleep(0.05)
    return False


async def test_of_many_one_takes_it(store: Store) -> None:
    assert sum(await asyncio.gather(*(Claim(store, KEY, None).take() for _ in range(20)))) == 1


async def test_a_claim_is_held_as_long_as_its_owner_lives(store: Store) -> None:
    owner = short(store, "run-1")
    assert await owner.take()
    async with owner:
        assert not await taken_within(short(store, "run-2"), 1.5)


async def test_a_dead_owners_claim_is_taken_over_after_its_expiry_and_not_before(store: Store) -> None:
    assert await short(store, "run-1").take()  # And never renewed.
    other = short(store, "run-2")
    assert not await taken_within(other, 0.4)
    assert await taken_within(other, 1)


async def test_of_many_that_see_it_expire_one_takes_it_over(store: Store) -> None:
    async def take_and_hold(claim: Claim) -> bool:
        if not await taken_within(claim, 2):
            return False
        async with claim:  # Renewed, or it would expire in its turn.
            await asyncio.sleep(2)
        return True

    assert await Claim(store, KEY, None).take()
    others = [Claim(store, KEY, None, renewal_seconds=0.1, expiry_seconds=1) for _ in range(10)]
    assert sum(await asyncio.gather(*map(take_and_hold, others))) == 1


async def test_a_later_attempt_of_the_same_run_takes_over_at_once(store: Store) -> None:
    assert await Claim(store, KEY, "run-1").take()
    assert not await Claim(store, KEY, "run-2").take()
    assert await Claim(store, KEY, "run-1").take()


async def test_runs_without_an_id_are_not_the_same_run(store: Store) -> None:
    assert await Claim(store, KEY, None).take()
    assert not await Claim(store, KEY, None).take()


async def test_a_claim_that_was_of_no_use_is_given_back_at_once(store: Store) -> None:
    owner = Claim(store, KEY, "run-1")
    assert await owner.take()
    with pytest.raises(RuntimeError):
        async with owner:
            raise RuntimeError
    assert await Claim(store, KEY, "run-2").take()


async def test_a_claim_that_did_its_work_leaves_nothing_behind(store: Store) -> None:
    owner = Claim(store, KEY, "run-1")
    assert await owner.take()
    async with owner:
        pass
    assert await store.read(Area.ORIGINALS, f"claims/{KEY}") is None


class Unreliable(DirectoryStore):
    """A directory whose writes may be carried out and not answered, or answered late."""

    lost_answers = 0
    stalled_until = 0.0

    async def replace(self, area: Area, key: str, data: bytes, version: str) -> str | None:
        await asyncio.sleep(max(0.0, self.stalled_until - time.monotonic()))
        replaced = await super().replace(area, key, data, version)
        if self.lost_answers:
            self.lost_answers -= 1
            raise StoreError("the connection broke")
        return replaced

    async def read(self, area: Area, key: str) -> Versioned | None:
        await asyncio.sleep(max(0.0, self.stalled_until - time.monotonic()))
        return await super().read(area, key)


@pytest.fixture
def unreliable(tmp_path: Path) -> Unreliable:
    return Unreliable(Settings(thumbnails_dir=tmp_path))


async def test_a_renewal_whose_answer_was_lost_does_not_lose_the_claim(unreliable: Unreliable) -> None:
    owner = short(unreliable, "run-1")
    assert await owner.take()
    unreliable.lost_answers = 1
    async with owner:
        assert not await taken_within(short(unreliable, "run-2"), 1.5)
        assert owner.is_held


async def test_a_store_that_stalls_is_no_sign_of_a_dead_owner(unreliable: Unreliable) -> None:
    owner, other = short(unreliable, "run-1"), short(unreliable, "run-2")
    assert await owner.take()
    async with owner:
        assert not await other.take()
        unreliable.stalled_until = time.monotonic() + 0.8
        assert not await taken_within(other, 0.3)
        assert owner.is_held
