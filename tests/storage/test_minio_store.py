"""MinIO's own behaviour, on a real server: buckets, policies, headers, links and failures."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from minio import Minio
from minio import time as minio_time
from minio.credentials.providers import StaticProvider
from minio.minioadmin import MinioAdmin

from batch.requests import ThumbnailRequest
from errors import SettingsError, StoreError
from originals.claim import Claim
from settings import Endpoint, Settings, read_settings
from storage.opening import open_store
from storage.store import Area, StoredObject
from tasks.leaf import make_thumbnail
from tests.support.memory_store import plain
from tests.support.minio_server import PASSWORD, USER, MinioServer
from tests.support.tcp_proxy import AnswerError, TcpProxy

LIMITED_PASSWORD = "canary-limited-password"


def configured(minio: MinioServer, bucket: str, **variables: str) -> Settings:
    return read_settings({**minio.environment, "MINIO_BUCKET": bucket, **variables})


def root(settings: Settings) -> Minio:
    assert settings.minio_endpoint
    return Minio(settings.minio_endpoint.host, access_key=USER, secret_key=PASSWORD, secure=False, region="us-east-1")


def objects(settings: Settings, ending: str) -> list[Any]:
    return list(root(settings).list_objects(f"{settings.minio_bucket}{ending}", recursive=True))


def admin(minio: MinioServer) -> MinioAdmin:
    return MinioAdmin(endpoint=f"127.0.0.1:{minio.port}", credentials=StaticProvider(USER, PASSWORD), secure=False)


@contextmanager
def worker_that_may(minio: MinioServer, bucket: str, policy: Path, *actions: str) -> Iterator[Settings]:
    """Yield the settings of a worker whose user may only do ``actions`` with the objects of its two buckets."""
    resources = [f"arn:aws:s3:::{bucket}/*", f"arn:aws:s3:::{bucket}-originals/*"]
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resources}
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    admin(minio).user_add(bucket, LIMITED_PASSWORD)
    admin(minio).policy_add(bucket, str(policy))
    admin(minio).policy_set(bucket, user=bucket)
    yield configured(minio, bucket, MINIO_ACCESS_KEY=bucket, MINIO_SECRET_KEY=LIMITED_PASSWORD)
    admin(minio).user_remove(bucket)


@pytest.fixture
def limited(minio: MinioServer, bucket: str, tmp_path: Path) -> Iterator[Settings]:
    """A worker that may only read and write objects in its two buckets."""
    with worker_that_may(minio, bucket, tmp_path / "policy.json", "s3:GetObject", "s3:PutObject") as settings:
        yield settings


def status(url: str, method: str = "GET") -> int:
    request = urllib.request.Request(url, method=method, data=b"x" if method == "PUT" else None)
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


async def test_the_public_may_only_read_single_thumbnails(minio: MinioServer, bucket: str) -> None:
    settings = configured(minio, bucket)
    store = open_store(settings)
    await store.prepare()
    await store.write(Area.THUMBNAILS, "neon/日本/a b.jpg", StoredObject(b"jpeg", "image/jpeg"))
    await store.write(Area.ORIGINALS, "o", StoredObject(b"original", "application/octet-stream"))
    url = store.link("neon/日本/a b.jpg").url
    assert url.startswith(f"http://127.0.0.1:{minio.port}/{bucket}/neon/")
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"jpeg"
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    base = f"http://127.0.0.1:{minio.port}"
    assert status(f"{base}/{bucket}") == status(f"{base}/{bucket}?list-type=2") == 403
    assert status(f"{base}/{bucket}/new.jpg", "PUT") == 403
    assert status(url, "DELETE") == 403
    assert status(f"{base}/{bucket}-originals/o") == 403
    assert status(f"{base}/{bucket}-originals") == 403


async def test_the_policy_only_allows_getobject_and_is_set_once(minio: MinioServer, bucket: str) -> None:
    settings = configured(minio, bucket)
    store = open_store(settings)
    await store.prepare()
    [statement] = json.loads(root(settings).get_bucket_policy(bucket))["Statement"]
    assert statement["Action"] == ["s3:GetObject"]
    narrower = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": [f"arn:aws:s3:::{bucket}/neon/*"]}]}
    root(settings).set_bucket_policy(bucket, json.dumps(narrower))
    await store.prepare()
    await store.write(Area.THUMBNAILS, "a", StoredObject(b"1", "image/jpeg"))
    [kept] = json.loads(root(settings).get_bucket_policy(bucket))["Statement"]
    assert kept["Resource"] == [f"arn:aws:s3:::{bucket}/neon/*"]


async def test_a_bucket_without_a_policy_gets_one(minio: MinioServer, bucket: str) -> None:
    settings = configured(minio, bucket)
    root(settings).make_bucket(bucket)
    await open_store(settings).prepare()
    assert "s3:GetObject" in root(settings).get_bucket_policy(bucket)


@pytest.mark.parametrize("title", ["Plain", "日本語の題", "naïve “quotes” & <tags>", "line", "😀" * 900, "x" * 10_000])
async def test_the_metadata_holds_any_title(minio: MinioServer, bucket: str, title: str) -> None:
    settings = configured(minio, bucket)
    store = open_store(settings)
    await store.prepare()
    await store.write(Area.THUMBNAILS, "a", StoredObject(b"1", "image/jpeg", {"title": title, "model": "m"}))
    headers = root(settings).stat_object(bucket, "a").metadata
    assert headers
    kept = unquote(headers["x-amz-meta-title"])
    assert title.startswith(kept)
    assert len(kept) >= min(len(title), 80)
    assert headers["x-amz-meta-model"] == "m"


async def test_presigned_links_open_a_private_bucket_until_they_expire(minio: MinioServer, bucket: str) -> None:
    settings = configured(minio, bucket, MINIO_PRESIGNED_HOURS="2")
    store = open_store(settings)
    await store.prepare()
    await store.write(Area.THUMBNAILS, "a é.jpg", StoredObject(b"1", "image/jpeg"))
    link = store.link("a é.jpg")
    assert status(link.url) == 200
    assert status(link.url.partition("?")[0]) == 403
    assert link.expires_at
    assert link.expires_at.endswith("+00:00")


async def test_links_use_the_public_base_url(minio: MinioServer, bucket: str) -> None:
    store = open_store(configured(minio, bucket, MINIO_PUBLIC_BASE_URL="https://images.example.com/files/"))
    assert store.link("a b.jpg") == (f"https://images.example.com/files/{bucket}/a%20b.jpg", None)


async def test_a_worker_needs_only_to_read_and_write_objects(limited: Settings, bucket: str) -> None:
    for ending in ("", "-originals"):
        root(limited).make_bucket(f"{bucket}{ending}")
    store = open_store(limited)
    await store.prepare()
    assert await store.read(Area.ORIGINALS, "a") is None
    assert await store.stat(Area.THUMBNAILS, "a") is None
    version = await store.create(Area.ORIGINALS, "a", plain(b"1"))
    assert version
    assert await store.create(Area.ORIGINALS, "a", plain(b"2")) is None
    assert await store.replace(Area.ORIGINALS, "a", plain(b"3"), version)
    assert not await store.remove(Area.ORIGINALS, "a")
    assert await store.stat(Area.ORIGINALS, "a")


async def test_keys_that_may_write_but_not_read_are_reported_before_anything_is_paid_for(
    minio: MinioServer, bucket: str, tmp_path: Path
) -> None:
    """Otherwise every run would find nothing and pay again."""
    with worker_that_may(minio, bucket, tmp_path / "policy.json", "s3:PutObject") as settings:
        for ending in ("", "-originals"):
            root(settings).make_bucket(f"{bucket}{ending}")
        with pytest.raises(StoreError, match=r"every run would pay again.*s3:GetObject") as caught:
            await Claim(open_store(settings), "gpt-image-2/00", None).take()
    assert f"http://127.0.0.1:{minio.port}, bucket {bucket}-originals: " in str(caught.value)
    assert "canary" not in str(caught.value)


async def test_a_missing_bucket_that_the_key_may_not_create_is_reported(limited: Settings, bucket: str) -> None:
    with pytest.raises(StoreError, match=rf"bucket {bucket}: .*(does not exist|may not do that)") as caught:
        await open_store(limited).prepare()
    assert limited.minio_endpoint
    assert limited.minio_endpoint.url in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "remedy"),
    [
        ({"MINIO_SECRET_KEY": "canary-wrong"}, "MINIO_SECRET_KEY does not match MINIO_ACCESS_KEY"),
        ({"MINIO_ACCESS_KEY": "canary-nobody"}, "does not know MINIO_ACCESS_KEY"),
    ],
)
async def test_wrong_keys_are_reported(minio: MinioServer, bucket: str, variables: dict[str, str], remedy: str) -> None:
    with pytest.raises(StoreError, match=remedy) as caught:
        await open_store(configured(minio, bucket, **variables)).prepare()
    assert "canary" not in f"{caught.getrepr(chain=True, style='native')}"


@pytest.mark.parametrize("hours", [-2, 2])
async def test_a_wrong_clock_is_reported(
    minio: MinioServer, bucket: str, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = configured(minio, bucket)
    store = open_store(settings)
    await store.prepare()
    right: Callable[[], datetime] = minio_time.utcnow
    monkeypatch.setattr(minio_time, "utcnow", lambda: right() + timedelta(hours=hours))  # The client's own clock.
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: store.read(Area.ORIGINALS, "a"),
        store.check,
        lambda: store.write(Area.THUMBNAILS, "a", StoredObject(b"1", "image/jpeg")),
    ]
    for call in calls:
        with pytest.raises(StoreError, match=rf"bucket {bucket}.*clock and the server's are minutes apart"):
            await call()


async def test_an_outcome_has_its_presigned_links_expiry(minio: MinioServer, bucket: str) -> None:
    settings = configured(
        minio, bucket, MINIO_PRESIGNED_HOURS="1", SIMULATE_PROVIDERS="1", SIMULATED_LATENCY_SECONDS="0"
    )
    request = ThumbnailRequest(title="One", model="gpt-image-2", style="neon", template="bottom-bar", font="inter")
    for _ in range(2):
        outcome = await make_thumbnail(request, settings)
        assert outcome["status"] == "ok"
        assert status(outcome["image_url"]) == 200
        lasts = datetime.fromisoformat(outcome["image_url_expires_at"]) - datetime.now(UTC)
        assert timedelta(minutes=59) < lasts <= timedelta(hours=1, seconds=1)


async def test_the_consoles_port_is_reported(minio: MinioServer, bucket: str) -> None:
    console = f"http://127.0.0.1:{minio.console_port}"
    with pytest.raises(StoreError, match="MINIO_ENDPOINT names the API and not the console"):
        await open_store(configured(minio, bucket, MINIO_ENDPOINT=console)).prepare()


async def test_an_exhausted_quota_is_reported(minio: MinioServer, bucket: str) -> None:
    settings = configured(minio, bucket)
    store = open_store(settings)
    await store.prepare()
    admin(minio).bucket_quota_set(bucket, 1000)
    with pytest.raises(StoreError, match=r"quota is used up|disk is full"):
        await store.write(Area.THUMBNAILS, "a", StoredObject(b"x" * 5000, "image/jpeg"))


@pytest.mark.parametrize(
    ("headers", "age"),
    [
        ({"Date": "Mon, 30 Nov 2026 12:00:10 GMT", "Last-Modified": "Mon, 30 Nov 2026 11:00:00 GMT"}, 3610.0),
        ({"Date": "Mon, 30 Nov 1999 12:00:10 GMT", "Last-Modified": "Mon, 30 Nov 1999 12:00:00 GMT"}, 10.0),
        ({"Date": "Mon, 30 Nov 2026 12:00:00 GMT", "Last-Modified": "Mon, 30 Nov 2026 12:00:10 GMT"}, 0.0),
        ({"Last-Modified": "Mon, 30 Nov 2026 12:00:00 GMT"}, 0.0),
        ({"Date": "Mon, 30 Nov 2026 12:00:00 GMT"}, 0.0),
        ({"Date": "Mon, 30 Nov 2026 12:00:00 -0000", "Last-Modified": "Mon, 30 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"Date": "today", "Last-Modified": "yesterday"}, 0.0),
    ],
)
async def test_an_objects_age_compares_two_times_of_the_servers_clock(headers: dict[str, str], age: float) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    def answer(data: bytes) -> None:
        raise AnswerError(f'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: 0\r\n{lines}\r\n'.encode())

    with socket.create_server(("127.0.0.1", 0)) as silent, TcpProxy(silent.getsockname()[1], answer) as proxy:
        keys = {"MINIO_ACCESS_KEY": "someone", "MINIO_SECRET_KEY": "canary-secret"}
        store = open_store(read_settings({"MINIO_ENDPOINT": f"http://127.0.0.1:{proxy.port}", **keys}))
        found = await store.read(Area.ORIGINALS, "a")
    assert found
    assert found.age_seconds == age


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("http://localhost:9000", Endpoint("localhost:9000", False)),
        ("https://minio.example.com/", Endpoint("minio.example.com", True)),
        ("http://[::1]:9000", Endpoint("[::1]:9000", False)),
        ("https://10.0.0.1:9000", Endpoint("10.0.0.1:9000", True)),
    ],
)
def test_an_endpoint_is_a_full_url(text: str, endpoint: Endpoint) -> None:
    settings = read_settings({"MINIO_ENDPOINT": text, "MINIO_ACCESS_KEY": "some", "MINIO_SECRET_KEY": "thing"})
    assert settings.minio_endpoint == endpoint
    assert open_store(settings).link("a").url == f"{endpoint.url}/thumbnails/a"


@pytest.mark.parametrize(
    "text",
    [
        "localhost:9000",
        "minio.example.com",
        "http://host/path",
        "ftp://host",
        "http://",
        "http://u:p@host",
        "http://h:99999",
    ],
)
def test_an_endpoint_that_is_not_a_full_url_is_rejected_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError, match=r"MINIO_ENDPOINT.*: give a full URL without a path, such as https://"):
        read_settings({"MINIO_ENDPOINT": text})
