"""A store's threads: enough of them, apart from the urgent ones."""

import asyncio
import fcntl
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from settings import read_settings
from storage.directory_store import DirectoryStore
from storage.minio_store import MinioStore
from storage.retrying_store import retrying_store
from storage.store import Area, Store
from tests.support.clock import SkippingClock
from tests.support.memory_store import MemoryStore, plain
from tests.support.minio_server import MinioServer
from tests.support.tcp_proxy import TcpProxy
from waiting import Attempt

# More than a store has threads.
UPLOADS = 40
# Long enough for anything that does not hang.
PATIENCE = 20.0


@asynccontextmanager
async def stuck_directory(folder: Path) -> AsyncIterator[DirectoryStore]:
    """Yield a store whose writes of ``upload`` wait, as for a slow disk."""
    store = DirectoryStore(read_settings({"THUMBNAILS_DIR": str(folder)}))
    await store.write(Area.ORIGINALS, "upload", plain(b"1"))
    with (folder / "thumbnails-originals/.upload.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield store


@asynccontextmanager
async def stuck_minio(minio: MinioServer, bucket: str) -> AsyncIterator[MinioStore]:
    """Yield a store whose writes of ``upload`` wait, as for a slow uplink."""
    released = threading.Event()

    def hold(data: bytes) -> None:
        if b"-originals/upload" in data:
            released.wait(PATIENCE)

    with TcpProxy(minio.port, hold) as proxy:
        endpoint = f"http://127.0.0.1:{proxy.port}"
        store = MinioStore(read_settings({**minio.environment, "MINIO_ENDPOINT": endpoint, "MINIO_BUCKET": bucket}))
        await store.prepare()
        yield store
        released.set()


@pytest.mark.parametrize("kind", ["directory", "minio"])
async def test_an_urgent_write_never_waits_behind_uploads(
    kind: str, tmp_path: Path, bucket: str, request: pytest.FixtureRequest
) -> None:
    stuck = stuck_directory(tmp_path) if kind == "directory" else stuck_minio(request.getfixturevalue("minio"), bucket)
    async with stuck as store:
        version = await store.create(Area.ORIGINALS, "claims/a", plain(b"0"))
        assert version
        uploads = [asyncio.create_task(store.write(Area.ORIGINALS, "upload", plain(b"2"))) for _ in range(UPLOADS)]
        renewing = asyncio.create_task(store.replace(Area.ORIGINALS, "claims/a", plain(b"1"), version))
        version = await asyncio.wait_for(
            store.urgent().replace(Area.ORIGINALS, "claims/a", plain(b"2"), version), PATIENCE
        )
        assert version
        assert not renewing.done()  # This one waits: there are more uploads than threads.
        assert not any(upload.done() for upload in uploads)
    assert await asyncio.wait_for(renewing, PATIENCE) is None
    await asyncio.wait_for(asyncio.gather(*uploads), PATIENCE)


async def test_a_store_does_not_wait_for_asyncios_threads(tmp_path: Path) -> None:
    store, released = DirectoryStore(read_settings({"THUMBNAILS_DIR": str(tmp_path)})), threading.Event()
    busy = [asyncio.create_task(asyncio.to_thread(released.wait, PATIENCE)) for _ in range(UPLOADS)]
    await asyncio.wait_for(store.write(Area.ORIGINALS, "a", plain(b"1")), PATIENCE)
    assert not any(task.done() for task in busy)
    released.set()
    await asyncio.gather(*busy)


async def test_a_retrying_store_is_urgent_and_retries_all_the_same() -> None:
    store: Store = MemoryStore()
    clock = SkippingClock()
    urgent = retrying_store(store, 60, Attempt(clock=clock)).urgent()
    assert isinstance(store, MemoryStore)
    store.lost_answers = 1
    await urgent.write(Area.ORIGINALS, "a", plain(b"1"))
    assert clock.now() > 0


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)
