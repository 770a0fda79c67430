import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from errors import StoreError
from storage.directory_store import DirectoryStore
from storage.store import Area

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import asyncio, sys, pathlib
from storage.directory_store import DirectoryStore
from storage.store import Area

async def write() -> None:
    store = DirectoryStore(pathlib.Path(sys.argv[1]))
    while True:
        for digit in b"0123456789":
            await store.write(Area.THUMBNAILS, "a/key.jpg", bytes([digit]) * 2_000_000, "image/jpeg")
            print(flush=True)

asyncio.run(write())
"""


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "out")


@pytest.mark.parametrize("area", Area)
async def test_what_is_written_is_read(store: DirectoryStore, area: Area) -> None:
    assert await store.read(area, "a/b") is None
    assert not await store.holds(area, "a/b")
    await store.write(area, "a/b", b"one", "image/jpeg")
    await store.write(area, "a/b", b"two", "image/jpeg")
    assert await store.read(area, "a/b") == b"two"
    assert await store.holds(area, "a/b")


async def test_the_areas_are_apart(store: DirectoryStore) -> None:
    await store.write(Area.ORIGINALS, "a", b"1", "image/png")
    assert await store.read(Area.THUMBNAILS, "a") is None


async def test_a_url_leads_to_the_file(store: DirectoryStore) -> None:
    await store.write(Area.THUMBNAILS, "neon/日本/x y.jpg", b"1", "image/jpeg")
    url = store.url("neon/日本/x y.jpg")
    assert url.startswith("file:///")
    assert url.endswith("x%20y.jpg")


async def test_checking_leaves_nothing_behind(store: DirectoryStore, tmp_path: Path) -> None:
    await store.check()
    assert list((tmp_path / "out").iterdir()) == []


async def test_a_place_that_cannot_be_written_to_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file, not a directory")
    store = DirectoryStore(tmp_path / "out")
    with pytest.raises(StoreError, match=r"out failed: .*Check that THUMBNAILS_DIR"):
        await store.check()
    with pytest.raises(StoreError, match="THUMBNAILS_DIR"):
        await store.write(Area.THUMBNAILS, "a", b"1", "image/jpeg")


async def test_writers_of_the_same_key_leave_one_whole_file(store: DirectoryStore, tmp_path: Path) -> None:
    contents = [bytes([number]) * 300_000 for number in range(12)]
    await asyncio.gather(*(store.write(Area.THUMBNAILS, "k", content, "image/jpeg") for content in contents))
    assert await store.read(Area.THUMBNAILS, "k") in contents
    assert len(list((tmp_path / "out" / "thumbnails").iterdir())) == 1


@pytest.mark.parametrize("delay", [0.0, 0.003, 0.008, 0.02])
def test_a_kill_leaves_no_half_file(tmp_path: Path, delay: float) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    content = (tmp_path / "thumbnails" / "a" / "key.jpg").read_bytes()
    assert len(content) == 2_000_000
    assert len(set(content)) == 1
