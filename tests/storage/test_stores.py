"""One suite for every store: the directory store, a real MinIO, and other S3 servers."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from minio import Minio

from errors import StoreError
from settings import Settings, read_settings
from storage.opening import open_store
from storage.store import Area, Store, StoredObject
from tests.lacking import lacking
from tests.support import s3_servers
from tests.support.memory_store import plain
from tests.support.minio_server import PASSWORD, USER, MinioServer


@pytest.fixture(scope="module")
def versitygw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    program = s3_servers.find_versitygw()
    if not program:
        lacking("no versitygw: run `make .minio/bin/versitygw` once")
    with s3_servers.versitygw(program, tmp_path_factory.mktemp("versitygw")) as environment:
        yield environment


@pytest.fixture(scope="module")
def moto() -> Iterator[dict[str, str]]:
    with s3_servers.moto() as environment:
        yield environment


@pytest.fixture(params=["directory", "minio", "versitygw", "moto"])
def configured(request: pytest.FixtureRequest, tmp_path: Path, bucket: str) -> Settings:
    if request.param == "directory":
        return read_settings({"THUMBNAILS_DIR": str(tmp_path / "out"), "MINIO_BUCKET": bucket})
    server: MinioServer | dict[str, str] = request.getfixturevalue(request.param)
    environment = server.environment if isinstance(server, MinioServer) else server
    return read_settings({**environment, "MINIO_BUCKET": bucket})


@pytest.fixture
async def store(configured: Settings) -> Store:
    store = open_store(configured)
    await store.prepare()
    return store


def stored(data: bytes) -> StoredObject:
    return StoredObject(data, "image/jpeg", {"title": "Ein Titel, 日本"})


async def stat(store: Store, area: Area, key: str) -> tuple[int, str, Mapping[str, str]] | None:
    """Return an object's size, type and metadata."""
    found = await store.stat(area, key)
    return found and found[:3]


async def data_of(store: Store, area: Area, key: str) -> bytes | None:
    found = await store.read(area, key)
    return found.data if found else None


@pytest.mark.parametrize("area", Area)
async def test_a_written_object_can_be_read(store: Store, area: Area) -> None:
    assert await store.read(area, "a/b") is None
    assert await store.stat(area, "a/b") is None
    for data in (b"one", b"two"):
        await store.write(area, "a/b", StoredObject(data, "application/octet-stream"))
    assert await data_of(store, area, "a/b") == b"two"
    assert await stat(store, area, "a/b") == (3, "application/octet-stream", {})


async def test_stat_returns_size_type_and_metadata(store: Store) -> None:
    said = {"title": "Ein Titel, 日本 100 %", "chosen": "1"}
    cover = StoredObject(b"\xff\xd8\xff" + bytes(97), "image/jpeg", said, immutable=False, max_age_seconds=300)
    assert await store.create(Area.THUMBNAILS, "covers/a.jpg", cover)
    assert await stat(store, Area.THUMBNAILS, "covers/a.jpg") == (100, "image/jpeg", said)
    other = StoredObject(b"\xff\xd8\xff" + bytes(7), "image/jpeg", {"title": "Other"}, immutable=False)
    assert await store.create(Area.THUMBNAILS, "covers/a.jpg", other) is None
    assert await stat(store, Area.THUMBNAILS, "covers/a.jpg") == (100, "image/jpeg", said)
    await store.write(Area.THUMBNAILS, "covers/a.jpg", other)
    assert await stat(store, Area.THUMBNAILS, "covers/a.jpg") == (10, "image/jpeg", {"title": "Other"})


async def test_read_returns_metadata_too(store: Store) -> None:
    receipt = {"account": "00ff", "paid": '{"cost_usd": 0.0134, "cost_reason": "größer"}'}
    await store.write(Area.ORIGINALS, "a/b", StoredObject(b"a picture", "image/png", receipt, immutable=False))
    found = await store.read(Area.ORIGINALS, "a/b")
    assert found
    assert found.metadata == receipt


@pytest.mark.parametrize("area", Area)
async def test_stat_and_read_agree_on_the_version_of_a_write(store: Store, area: Area) -> None:
    version = await store.create(area, "a", plain(b"one"))
    for written in (b"two", b"three"):
        found, info = await store.read(area, "a"), await store.stat(area, "a")
        assert found
        assert info
        assert version == found.version == info.version
        version = await store.replace(area, "a", plain(written), info.version)


async def test_an_objects_age_is_told_by_the_stores_own_clock(store: Store) -> None:
    await store.create(Area.ORIGINALS, "a", plain(b"1"))
    await asyncio.sleep(2.1)  # S3 tells whole seconds.
    old = await store.read(Area.ORIGINALS, "a")
    assert old
    assert old.age_seconds >= 1
    began = time.monotonic()
    assert await store.replace(Area.ORIGINALS, "a", plain(b"2"), old.version)
    new = await store.read(Area.ORIGINALS, "a")
    assert new
    assert 0 <= new.age_seconds <= time.monotonic() - began + 1


async def test_an_urgent_store_has_the_same_objects(store: Store) -> None:
    assert store.urgent() is store.urgent() is not store
    await store.write(Area.ORIGINALS, "a", stored(b"1"))
    assert await data_of(store.urgent(), Area.ORIGINALS, "a") == b"1"
    await store.urgent().write(Area.ORIGINALS, "a", stored(b"2"))
    assert await data_of(store, Area.ORIGINALS, "a") == b"2"


async def test_the_areas_are_separate(store: Store) -> None:
    await store.write(Area.ORIGINALS, "a", stored(b"1"))
    assert await store.read(Area.THUMBNAILS, "a") is None


async def test_keys_in_any_script_and_large_objects_work(store: Store) -> None:
    key, data = "neon/日本 é+%/" + "x" * 80 + ".jpg", bytes(range(256)) * 40_000
    await store.write(Area.THUMBNAILS, key, stored(data))
    assert await data_of(store, Area.THUMBNAILS, key) == data


async def test_only_one_of_many_creates(store: Store) -> None:
    versions = await asyncio.gather(*(store.create(Area.ORIGINALS, "c", plain(str(n).encode())) for n in range(12)))
    [winner] = [number for number, version in enumerate(versions) if version]
    found = await store.read(Area.ORIGINALS, "c")
    assert found
    assert found[:3] == (str(winner).encode(), versions[winner], {})


async def test_only_one_of_many_replaces_a_version(store: Store) -> None:
    version = await store.create(Area.ORIGINALS, "c", plain(b"first"))
    assert version
    versions = await asyncio.gather(
        *(store.replace(Area.ORIGINALS, "c", plain(str(n).encode()), version) for n in range(12))
    )
    [winner] = [number for number, replaced in enumerate(versions) if replaced]
    found = await store.read(Area.ORIGINALS, "c")
    assert found
    assert found[:3] == (str(winner).encode(), versions[winner], {})


async def test_a_missing_object_is_not_replaced(store: Store) -> None:
    version = await store.create(Area.ORIGINALS, "c", plain(b"first"))
    assert version
    await store.remove(Area.ORIGINALS, "c")
    assert await store.replace(Area.ORIGINALS, "c", plain(b"second"), version) is None
    assert await store.replace(Area.ORIGINALS, "never", plain(b"second"), version) is None
    assert await store.stat(Area.ORIGINALS, "c") is None
    assert await store.remove(Area.ORIGINALS, "c")


async def test_preparing_and_checking_leave_nothing_behind(store: Store, configured: Settings) -> None:
    await store.check()
    await store.prepare()
    if configured.thumbnails_dir:
        left = list(configured.thumbnails_dir.rglob("*"))
    else:
        assert configured.minio_endpoint
        host = configured.minio_endpoint.host
        client = Minio(host, access_key=USER, secret_key=PASSWORD, secure=False, region="us-east-1")
        left = [
            *client.list_objects(configured.minio_bucket),
            *client.list_objects(f"{configured.minio_bucket}-originals"),
        ]
    assert left == []


@pytest.mark.parametrize(
    ("variables", "remedy"),
    [
        ({"THUMBNAILS_DIR": "/dev/null/out"}, "Check that THUMBNAILS_DIR"),
        ({"MINIO_ENDPOINT": "http://127.0.0.1:{port}"}, "Check MINIO_ENDPOINT, and that the server is up"),
    ],
)
async def test_an_unreachable_store_is_an_error_with_a_remedy(variables: dict[str, str], remedy: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Bound but not listening, so connections are refused.
        port = str(taken.getsockname()[1])
        keys = {"MINIO_ACCESS_KEY": "some-user", "MINIO_SECRET_KEY": "canary-password"}
        values = {name: value.replace("{port}", port) for name, value in variables.items()}
        store = open_store(read_settings({**keys, **values}))
        calls: list[Callable[[], object]] = [
            store.check,
            store.prepare,
            lambda: store.write(Area.THUMBNAILS, "a", stored(b"1")),
            lambda: store.create(Area.ORIGINALS, "a", plain(b"1")),
        ]
        for call in calls:
            with pytest.raises(StoreError, match=remedy) as caught:
                await call()  # type: ignore[misc]
            assert "canary" not in str(caught.value)
