import asyncio
from pathlib import Path

import pytest

from settings import Settings
from storage.claims import Claim
from storage.directory_store import DirectoryStore
from storage.store import Area, Store

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
    assert await short(store, None).take()
    others = [short(store, None) for _ in range(10)]
    assert not any([await other.take() for other in others])
    await asyncio.sleep(0.6)
    assert sum(await asyncio.gather(*(other.take() for other in others))) == 1


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
