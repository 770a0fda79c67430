"""The directory store's own behaviour: URLs and atomic files. ``test_stores`` has what all stores share."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from settings import Settings
from storage.directory_store import DirectoryStore
from storage.store import Area, StoredObject
from testing.project import ROOT

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


@pytest.mark.parametrize("delay", [0.0, 0.003, 0.008, 0.02])
def test_a_kill_leaves_no_partial_file(tmp_path: Path, delay: float) -> None:
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
