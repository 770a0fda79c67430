"""The directory store's own behaviour: URLs and atomic files. ``test_stores`` has what all stores share."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from storage.directory_store import DirectoryStore
from storage.store import Area, StoredObject
from tests.support.kill_points import FAULTS
from tests.support.project import ROOT

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}

WRITER = """
import asyncio, sys, pathlib
from settings import Settings
from storage.directory_store import DirectoryStore
from storage.store import Area, StoredObject

async def write() -> None:
    store = DirectoryStore(Settings(thumbnails_dir=pathlib.Path(sys.argv[1])))
    while True:
        for digit in b"0123456789":
            await store.write(Area.THUMBNAILS, "a/key.jpg", StoredObject(bytes([digit]) * 2_000_000, "image/jpeg"))
            print(flush=True)

asyncio.run(write())
"""

# Adds numbers to a list until it has them all, as other processes do at the same time.
ADDER = """
import asyncio, sys, json, pathlib
from settings import Settings
from storage.directory_store import DirectoryStore
from storage.store import Area, StoredObject
from storage.updates import update

async def add(number):
    async def change(found):
        names = json.loads(found.data) if found else []
        return StoredObject(json.dumps([*names, number]).encode(), "text", {"last": number}, immutable=False)
    found = await update(store, Area.ORIGINALS, "list", change)
    assert found.metadata["last"] == number

async def add_all():
    for number in range(25):
        await add(f"{sys.argv[2]}-{number}")

store = DirectoryStore(Settings(thumbnails_dir=pathlib.Path(sys.argv[1])))
asyncio.run(add_all())
"""

# An old object and a new one, as ``[text, metadata]``.
WRITES: dict[str, tuple[Any, Any]] = {
    "another picture": (["old", {"title": "Old"}], ["new", {"title": "New"}]),
    "the same picture with other metadata": (["same", {"chosen": "0"}], ["same", {"chosen": "1"}]),
    "metadata for the first time": (["old", {}], ["new", {"title": "New"}]),
    "no metadata any more": (["old", {"title": "Old"}], ["new", {}]),
    "a new file": (None, ["new", {"title": "New"}]),
}


def cover(data: bytes, **metadata: str) -> StoredObject:
    return StoredObject(data, "image/jpeg", metadata, immutable=False)


async def test_a_link_is_the_files_url(tmp_path: Path) -> None:
    store = DirectoryStore(Settings(thumbnails_dir=tmp_path))
    await store.write(Area.THUMBNAILS, "neon/日本/x y.jpg", StoredObject(b"1", "image/jpeg"))
    link = store.link("neon/日本/x y.jpg")
    assert link.url == (tmp_path / "thumbnails/neon/日本/x y.jpg").as_uri()
    assert link.expires_at is None
    assert link.url.endswith("x%20y.jpg")


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"title": 7}'])
async def test_damaged_metadata_is_none(tmp_path: Path, damaged: str) -> None:
    store = DirectoryStore(Settings(thumbnails_dir=tmp_path))
    await store.write(Area.THUMBNAILS, "a.jpg", StoredObject(b"1", "image/jpeg", {"title": "A"}, immutable=False))
    [described] = tmp_path.rglob("*.json")
    described.write_text(damaged)
    found = await store.stat(Area.THUMBNAILS, "a.jpg")
    assert found
    assert found.metadata == {}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("objects", WRITES.values(), ids=WRITES.keys())
def test_a_kill_or_a_full_disk_at_any_call_leaves_one_object_whole(
    tmp_path: Path, fault: str, objects: tuple[Any, Any]
) -> None:
    """Data and metadata change at the same call, and a list of files shows neither more nor less than the object."""
    command = [sys.executable, "-m", "tests.support.kill_points", str(tmp_path), fault, *map(json.dumps, objects)]
    done = subprocess.run(command, env=ENVIRONMENT, cwd=ROOT, check=True, capture_output=True)
    tries = list(map(json.loads, done.stdout.splitlines()))
    assert {"flock", "open", "fsync", "replace", "unlink"} <= {call for call, _ in tries}
    assert [found for found, _ in groupby(found for _, found in tries)] == list(objects)
    for number, (_, found) in enumerate(tries, 1):
        shown = [path.name for path in (tmp_path / str(number)).rglob("[!.]*") if path.is_file()]
        assert shown == (["a.jpg"] if found else [])


@pytest.mark.parametrize("fault", ["killed after", "full after"])
def test_what_a_kill_or_a_full_disk_leaves_is_no_obstacle(tmp_path: Path, fault: str) -> None:
    old, new = map(json.dumps, WRITES["another picture"])
    command = [sys.executable, "-m", "tests.support.kill_points", str(tmp_path), fault, old, new]
    subprocess.run(command, env=ENVIRONMENT, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    for folder in tmp_path.iterdir():
        store = DirectoryStore(Settings(thumbnails_dir=folder))
        asyncio.run(store.write(Area.THUMBNAILS, "covers/a.jpg", cover(b"third", title="Third")))
        found = asyncio.run(store.read(Area.THUMBNAILS, "covers/a.jpg"))
        assert found
        assert (found.data, found.metadata) == (b"third", {"title": "Third"})
        assert not list(folder.rglob("*.lock"))


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each removes the lock file when it is done with it."""
    adders = [
        subprocess.Popen([sys.executable, "-c", ADDER, str(tmp_path), str(number)], env=ENVIRONMENT)
        for number in range(3)
    ]
    assert [adder.wait() for adder in adders] == [0, 0, 0]
    added = json.loads((tmp_path / "thumbnails-originals" / "list").read_bytes())
    assert sorted(added) == sorted(f"{adder}-{number}" for adder in range(3) for number in range(25))
    assert not list(tmp_path.rglob("*.lock"))


async def test_a_reader_never_sees_one_pictures_metadata_with_another_picture(tmp_path: Path) -> None:
    store = DirectoryStore(Settings(thumbnails_dir=tmp_path))

    async def write(name: str) -> None:
        for _ in range(30):
            await store.write(Area.THUMBNAILS, "a.jpg", cover(name.encode(), title=name))

    writing = asyncio.gather(*map(write, "abc"))
    while not writing.done():
        if found := await store.read(Area.THUMBNAILS, "a.jpg"):
            assert found.metadata == {"title": found.data.decode()}
    await writing


async def test_a_reader_that_others_overtake_reads_again(tmp_path: Path) -> None:
    store = DirectoryStore(Settings(thumbnails_dir=tmp_path))
    await store.write(Area.THUMBNAILS, "a.jpg", cover(b"1", title="1"))
    [described] = tmp_path.rglob("*.json")
    described.unlink()
    os.mkfifo(described)  # The reader waits here until there is a writer.
    reading = asyncio.create_task(store.read(Area.THUMBNAILS, "a.jpg"))
    handle = await asyncio.to_thread(os.open, described, os.O_WRONLY)
    described.unlink()
    await store.write(Area.THUMBNAILS, "a.jpg", cover(b"2", title="2"))
    os.write(handle, b'{"another version": {"title": "0"}}')
    os.close(handle)
    found = await reading
    assert found
    assert (found.data, found.metadata) == (b"2", {"title": "2"})


async def test_a_cover_is_a_file_with_the_thumbnails_bytes_and_can_be_copied(tmp_path: Path) -> None:
    store = DirectoryStore(Settings(thumbnails_dir=tmp_path))
    await store.write(Area.THUMBNAILS, "covers/a.jpg", cover(b"bytes", title="A"))
    assert (tmp_path / "thumbnails/covers/a.jpg").read_bytes() == b"bytes"
    shutil.copy(tmp_path / "thumbnails/covers/a.jpg", tmp_path / "thumbnails/covers/b.jpg")
    found = await store.read(Area.THUMBNAILS, "covers/b.jpg")
    assert found
    assert found[0] == b"bytes"
    assert found.metadata == {}


async def test_a_removed_object_leaves_nothing(tmp_path: Path) -> None:
    store = DirectoryStore(Settings(thumbnails_dir=tmp_path))
    await store.write(Area.ORIGINALS, "claims/a", cover(b"1", title="A"))
    await store.remove(Area.ORIGINALS, "claims/a")
    await store.remove(Area.ORIGINALS, "never/a")
    assert [path.name for path in tmp_path.rglob("*")] == ["thumbnails-originals", "claims"]


@pytest.mark.parametrize("delay", [0.0, 0.003, 0.008, 0.02])
def test_a_kill_leaves_no_partial_file(tmp_path: Path, delay: float) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    content = (tmp_path / "thumbnails" / "a" / "key.jpg").read_bytes()
    assert len(content) == 2_000_000
    assert len(set(content)) == 1
