"""Records that several writers change at once: on the memory store, a directory, and real S3 servers."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from errors import StoreError, StoreUnavailableError
from settings import read_settings
from storage.opening import open_store
from storage.retrying_store import retrying_store
from storage.store import Area, Store, StoredObject, Versioned
from storage.updates import ATTEMPTS, update
from tests.support.clock import SkippingClock
from tests.support.memory_store import MemoryStore, plain
from tests.support.minio_server import MinioServer
from waiting import Attempt

KEY = "ledger/a.json"
Change = Callable[[Versioned | None], Awaitable[StoredObject | None]]


def names_in(found: Versioned | None) -> list[str]:
    return json.loads(found.data) if found else []


def adding(name: str) -> Change:
    """Return a change that adds the name to a list of names, once."""

    async def add(found: Versioned | None) -> StoredObject | None:
        names = names_in(found)
        return None if name in names else plain(json.dumps([*names, name]).encode())

    return add


async def no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.fixture(params=["memory", "directory", "minio"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, bucket: str) -> Store:
    if request.param == "memory":
        return MemoryStore()
    variables = {"THUMBNAILS_DIR": str(tmp_path)}
    if request.param == "minio":
        server: MinioServer = request.getfixturevalue("minio")
        variables = server.environment
    store = open_store(read_settings({**variables, "MINIO_BUCKET": bucket}))
    await store.prepare()
    return store


async def test_what_many_writers_add_at_once_is_all_there(store: Store) -> None:
    writers = [f"writer {number}" for number in range(24)]
    await asyncio.gather(*(update(store, Area.ORIGINALS, KEY, adding(name)) for name in writers))
    assert sorted(names_in(await store.read(Area.ORIGINALS, KEY))) == sorted(writers)


async def test_an_update_returns_the_record_as_it_is_stored(store: Store) -> None:
    written = await update(store, Area.ORIGINALS, KEY, adding("a"))
    found = await store.read(Area.ORIGINALS, KEY)
    assert written
    assert found
    assert written[:3] == found[:3]
    unchanged = await update(store, Area.ORIGINALS, KEY, adding("a"))
    assert unchanged
    assert unchanged[:3] == found[:3]


async def test_a_record_that_is_known_is_not_read_again() -> None:
    store = MemoryStore()
    known = await update(store, Area.ORIGINALS, KEY, adding("a"), known=None)
    known = await update(store, Area.ORIGINALS, KEY, adding("b"), known=known)
    assert names_in(known) == ["a", "b"]
    assert store.operations == [f"create {KEY}", f"replace {KEY}"]


@pytest.mark.parametrize("others", [["b"], ["b", "c"]])
async def test_an_outdated_record_is_read_again(store: Store, others: list[str]) -> None:
    """Also one that appeared after it was known to be missing."""
    for known in (None, await update(store, Area.ORIGINALS, KEY, adding("a"))):
        for name in others:
            await update(store, Area.ORIGINALS, KEY, adding(name))
        await update(store, Area.ORIGINALS, KEY, adding("mine"), known=known)
        assert set(names_in(await store.read(Area.ORIGINALS, KEY))) == {"a", "mine", *others}


async def test_a_record_that_was_removed_is_written_anew(store: Store) -> None:
    known = await update(store, Area.ORIGINALS, KEY, adding("a"))
    await store.remove(Area.ORIGINALS, KEY)
    assert names_in(await update(store, Area.ORIGINALS, KEY, adding("b"), known=known)) == ["b"]


async def test_a_change_that_wants_nothing_writes_nothing() -> None:
    async def want_nothing(found: Versioned | None) -> None:
        return None

    store = MemoryStore()
    assert await update(store, Area.ORIGINALS, KEY, want_nothing) is None
    assert store.operations == [f"read {KEY}"]


async def test_a_write_whose_answer_was_lost_counts_once() -> None:
    store = MemoryStore()
    store.lost_answers = 1
    retrying = retrying_store(store, 60, Attempt(clock=SkippingClock()))
    assert names_in(await update(retrying, Area.ORIGINALS, KEY, adding("a"), sleep=no_sleep)) == ["a"]
    assert store.operations == [f"read {KEY}", f"create {KEY}", f"create {KEY}", f"read {KEY}"]


async def test_a_store_that_fails_is_the_callers_matter() -> None:
    store = MemoryStore()
    store.lost_answers = 1
    with pytest.raises(StoreUnavailableError):
        await update(store, Area.ORIGINALS, KEY, adding("a"))


async def test_a_race_that_is_always_lost_is_an_error_that_names_the_record() -> None:
    store, pauses = MemoryStore(), list[float]()

    async def come_second(found: Versioned | None) -> StoredObject:
        await store.write(Area.ORIGINALS, KEY, plain(str(len(pauses)).encode()))
        return plain(b"mine")

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    with pytest.raises(StoreError, match=rf"{KEY} was changed by others during each of {ATTEMPTS} attempts. Run again"):
        await update(store, Area.ORIGINALS, KEY, come_second, sleep=sleep)
    assert len(set(pauses)) == ATTEMPTS
    assert 0.05 < max(pauses) <= 1.0


async def test_a_record_that_exists_and_cannot_be_read_is_named() -> None:
    class Unreadable(MemoryStore):
        async def read(self, area: Area, key: str) -> Versioned | None:
            return None

    store = Unreadable()
    await store.write(Area.ORIGINALS, KEY, plain(b"[]"))
    with pytest.raises(StoreError, match=rf"{KEY} exists but cannot be read.*s3:GetObject"):
        await update(store, Area.ORIGINALS, KEY, adding("a"), sleep=no_sleep)
