"""The public front, as browsers and crawlers use it."""

import http.client
import io
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import pytest

from tests.deploy.containers import Container
from tests.e2e.deployment import Deployment, deployed, fetch, front, store
from tests.support.wait import TIMEOUT_SECONDS, wait_until

NAMES = ["neon/a-title/gpt-image-2-00.jpg", "neon/日本 é/a+b%20c&d=e#f?g.jpg"]
JPEG = b"\xff\xd8" + bytes(range(256)) * 4
FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as deployment:
        client, bucket = deployment.client(), deployment.bucket
        for name in NAMES:
            cached = {"Cache-Control": FOR_EVER}
            client.put_object(bucket, name, io.BytesIO(JPEG), len(JPEG), content_type="image/jpeg", metadata={**cached})
        for name in ("index.html", "batches/00ff/index.html"):
            data = f"<!doctype html><title>{name}</title>".encode()
            client.put_object(bucket, name, io.BytesIO(data), len(data), content_type="text/html; charset=utf-8")
        yield deployment


def picture(deployment: Deployment, name: str = NAMES[0]) -> str:
    return f"/{deployment.bucket}/{quote(name)}"


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_arrives_complete_and_may_be_cached_forever(deployment: Deployment, name: str) -> None:
    answer = fetch(deployment, picture(deployment, name))
    assert (answer.status, answer.body) == (200, JPEG)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == FOR_EVER


def test_head_tells_the_same_without_the_picture(deployment: Deployment) -> None:
    whole, head = (fetch(deployment, picture(deployment), method) for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (200, b"")
    assert all(head.headers[name] == whole.headers[name] for name in ("Content-Length", "Content-Type", "ETag"))


def test_a_part_of_a_picture(deployment: Deployment) -> None:
    answer = fetch(deployment, picture(deployment), Range="bytes=2-5")
    assert (answer.status, answer.body) == (206, JPEG[2:6])
    assert answer.headers["Content-Range"] == f"bytes 2-5/{len(JPEG)}"


def test_what_a_reader_has_already_is_not_sent_again(deployment: Deployment) -> None:
    known = fetch(deployment, picture(deployment)).headers
    assert fetch(deployment, picture(deployment), If_None_Match=known["ETag"])[::2] == (304, b"")
    assert fetch(deployment, picture(deployment), If_Modified_Since=known["Last-Modified"])[::2] == (304, b"")
    assert fetch(deployment, picture(deployment), If_None_Match='"another"').status == 200
    assert fetch(deployment, picture(deployment), If_Match='"another"').status == 412


def test_one_connection_serves_many_requests(deployment: Deployment) -> None:
    connection = http.client.HTTPConnection(deployment.public, timeout=TIMEOUT_SECONDS)
    connection.connect()
    own = connection.sock
    for _ in range(3):
        connection.request("GET", picture(deployment))
        assert connection.getresponse().read() == JPEG
        assert connection.sock is own
    connection.close()


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [("/", "/{b}/"), ("/{b}", "/{b}/"), ("/{b}/", "index.html"), ("/{b}/batches/00ff/", "batches/00ff/index.html")],
)
def test_a_folder_leads_to_its_page(deployment: Deployment, path: str, leads_to: str) -> None:
    answer = fetch(deployment, path.replace("{b}", deployment.bucket))
    if answer.status == 200:
        assert answer.body == f"<!doctype html><title>{leads_to}</title>".encode()
    else:
        assert answer.status in (301, 302)
        assert answer.headers["Location"] == leads_to.replace("{b}", deployment.bucket), "behind TLS, so without a host"


def test_what_others_add_to_a_link_is_left_out(deployment: Deployment) -> None:
    assert fetch(deployment, f"{picture(deployment)}?utm_source=x&fbclid=y").body == JPEG


@pytest.mark.parametrize("path", ["/{b}/missing.jpg", "/{b}-originals/gpt-image-2/00", "/elsewhere", "/favicon.ico"])
def test_what_is_missing_or_private_gets_a_small_page_that_nobody_keeps(deployment: Deployment, path: str) -> None:
    answer = fetch(deployment, path.replace("{b}", deployment.bucket))
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.body.startswith(b"<!doctype html>")
    assert b"Nothing is published at this address." in answer.body


def test_nothing_says_what_is_behind_it(deployment: Deployment) -> None:
    for path in (picture(deployment), "/missing", f"/{deployment.bucket}/missing"):
        answer = fetch(deployment, path)
        assert answer.headers["Server"] == "nginx"
        assert not [name for name in answer.headers if name.lower().startswith(("x-amz-", "x-minio-", "x-ratelimit-"))]


def test_its_log_says_which_nginx_it_is_and_how_old_the_image() -> None:
    """So that an operator knows after an advisory; readers learn nothing of it."""
    with front("127.0.0.1:9") as public:
        public.start()
        first, *_ = public.log.splitlines()
    packaged = subprocess.run(["dpkg-query", "--show", "nginx"], capture_output=True, text=True, check=True)
    assert re.fullmatch(rf"nginx {re.escape(packaged.stdout.split()[1])}, installed on \d{{4}}-\d\d-\d\d", first)


def test_a_store_that_is_down_is_reported_and_found_again(deployment: Deployment) -> None:
    deployment.store.kill()
    answer = fetch(deployment, picture(deployment))
    assert (answer.status, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "5", "no-store")
    assert b"Try again in a moment" in answer.body
    assert fetch(deployment, "/healthz").status == 200, "Render need not start the front again for this"
    deployment.store.start()
    assert fetch(deployment, picture(deployment)).body == JPEG


def lookup_count(public: Container) -> int:
    asked = (Path(public.environment["TMPDIR"]) / "records.asked").read_text().splitlines()
    assert set(asked) == {"ahostsv4 thumbnails-store-x1y2"}
    return len(asked)


def test_a_front_that_starts_first_finds_the_store_when_it_has_an_address_and_when_that_changes() -> None:
    """On Render a service's name may resolve only once it is deployed, and its address may change."""
    with ExitStack() as stack:
        private = stack.enter_context(store())
        port = private.environment["MINIO_ADDRESS"].partition(":")[2]
        public = stack.enter_context(front(f"thumbnails-store-x1y2:{port}"))
        records = Path(public.environment["TMPDIR"]) / "records"
        records.write_text("")
        records.chmod(0o644)
        lookup = records.with_name("getent")
        lookup.write_text(f'#!/bin/sh\necho "$*" >>{records}.asked\ncat {records}\n')
        public.lay(lookup, PurePosixPath("/usr/local/bin/getent"))
        public.start()
        deployment = Deployment(private, public)
        path = f"/{deployment.bucket}/index.html"

        def settled_on(status: int) -> bool:
            """While nginx changes over, its old process answers now and then."""
            return all(fetch(deployment, path).status == status for _ in range(50))

        assert settled_on(503)
        private.start()
        deployment.client().put_object(deployment.bucket, "index.html", io.BytesIO(JPEG), len(JPEG))
        records.write_text("127.0.0.1       STREAM thumbnails-store\n127.0.0.1       DGRAM\n127.0.0.1       RAW\n")
        wait_until(lambda: settled_on(200))
        records.write_text("")
        looked = lookup_count(public)
        wait_until(lambda: lookup_count(public) > looked + 1)
        assert settled_on(200), "a moment in which the name is not found changes nothing"
        records.write_text("127.0.0.2       STREAM thumbnails-store\n")  # Where nobody listens.
        wait_until(lambda: settled_on(503))


def test_it_ends_when_render_asks_it_to() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with front(f"127.0.0.1:{nobody.getsockname()[1]}") as public:
            public.start()
            if os.getuid() == 0:
                assert public.user != 0
            assert public.stop() == 0
