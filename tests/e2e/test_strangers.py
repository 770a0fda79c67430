"""Strangers who know every name but no secret cannot write to, list or change anything in the deployment.

After each attack, everything that the store holds is compared with what it held before. That the forgeries are real
shows on a MinIO without deploy/minio.patch: seven of them write there.
"""

import http.client
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

import pytest
from minio import Minio
from minio.credentials.credentials import Credentials
from minio.error import MinioException
from minio.signer import sign_v4_s3
from minio.time import utcnow

from tests.e2e.attacks import (
    DATA,
    FORGERIES,
    LOOKS,
    SMUGGLED,
    WRITES,
    Request,
    Target,
    answers,
    status_of,
    unsigned_put,
)
from tests.e2e.deployment import Deployment, deployed, fetch
from tests.support.wait import TIMEOUT_SECONDS

PAGE, PICTURE = b"<!doctype html><title>All batches</title>", b"a thumbnail"
ORIGINAL = b"an original, which no reader may see"
CONDITIONS = {"if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"}
PASSED_ON = {"host", "range", "origin", *CONDITIONS}


@dataclass
class Scene:
    """The deployment with something to attack; what it holds, and what its front has passed on."""

    deployment: Deployment
    passed_on: list[bytes]
    uploads: dict[tuple[str, str], str] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)

    @property
    def targets(self) -> Iterator[Target]:
        """Every combination of bucket, key and user: some that exist, and some that do not."""
        for (bucket, key), upload_id in self.uploads.items():
            for user in (*self.deployment.users, "nobody-of-that-name"):
                yield Target(bucket, key, user, upload_id)

    def ask_public(self, request: Request) -> bytes:
        return self._send(self.deployment.public, request)

    def ask_private(self, request: Request) -> bytes:
        return self._send(self.deployment.private, request)

    def assert_unchanged(self) -> None:
        assert self.deployment.everything() == self.held

    def assert_only_reading_was_passed_on(self) -> None:
        """Look at every byte that MinIO got from the front."""
        *heads, rest = b"".join(self.passed_on).split(b"\r\n\r\n")
        assert rest == b"", "a body"
        reading = rf"(GET|HEAD) /{self.deployment.bucket}/[^ ?]+(\?X-Amz-Algorithm=[^ ]+)? HTTP/1\.1"
        for head in heads:
            line, *headers = head.decode("latin-1").split("\r\n")
            assert re.fullmatch(reading, line)
            assert {header.partition(":")[0].lower() for header in headers} <= PASSED_ON

    def _send(self, address: str, request: Request) -> bytes:
        def named(text: str) -> str:
            return text.replace("{b}", self.deployment.bucket)

        headers = {name: named(value) for name, value in request.headers.items()}
        raw = replace(request, target=named(request.target), headers=headers).raw(address)
        return answers(int(address.rpartition(":")[2]), raw)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    passed_on: list[bytes] = []
    with deployed(passed_on.append) as deployment:
        scene = Scene(deployment, passed_on)
        client, bucket = deployment.client(), deployment.bucket
        for name, objects in {
            bucket: {"index.html": PAGE, "neon/a.jpg": PICTURE},
            f"{bucket}-originals": {"gpt-image-2/00": ORIGINAL, "claims/00": b"{}"},
        }.items():
            for key, data in objects.items():
                client.put_object(name, key, io.BytesIO(data), len(data), content_type="text/html")
            for key in (next(iter(objects)), "new.jpg"):
                scene.uploads[name, key] = client._create_multipart_upload(name, key, {})
        scene.held = deployment.everything()
        assert len(scene.held) == 4 + 4 + 2 + 2, "objects, uploads, buckets' policies, users and their policies"
        passed_on.clear()
        yield scene


@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_forged_write_gets_through_the_front(scene: Scene, forgery: str) -> None:
    before = len(scene.passed_on)
    for target in scene.targets:
        assert status_of(scene.ask_public(FORGERIES[forgery](target))) == 405
    assert len(scene.passed_on) == before
    scene.assert_unchanged()


@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_forged_write_is_taken_by_minio_itself(scene: Scene, forgery: str) -> None:
    """On the private network, where the workspace's own services are alone: the second line, deploy/minio.patch."""
    statuses = [status_of(scene.ask_private(FORGERIES[forgery](target))) for target in scene.targets]
    assert set(statuses) <= {400, 403}, "a MinIO without the patch? `make .minio/bin/minio` builds it"
    scene.assert_unchanged()


def test_minio_takes_the_same_write_when_it_is_signed(scene: Scene) -> None:
    """The patch refuses what is forged, and not all that comes in that form."""
    private, path = scene.deployment.private, f"/{scene.deployment.bucket}/signed.jpg"
    unsigned, now = unsigned_put(path, "", {"Host": private}), utcnow()
    signed = sign_v4_s3(
        method="PUT",
        url=urlsplit(f"http://{private}{path}"),
        region="us-east-1",
        headers={**unsigned.headers, "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}"},
        credentials=Credentials(*scene.deployment.root_keys),
        content_sha256=unsigned.headers["x-amz-content-sha256"],
        date=now,
    )
    request = replace(unsigned, headers={name: str(value) for name, value in signed.items()})
    assert status_of(scene.ask_private(request)) == 200
    assert fetch(scene.deployment, path).body == DATA
    scene.deployment.client().remove_object(scene.deployment.bucket, "signed.jpg")
    scene.assert_unchanged()


def test_nothing_but_reading_gets_through_the_front(scene: Scene) -> None:
    before = len(scene.passed_on)
    refused = {str(request): status_of(scene.ask_public(request)) for request in WRITES}
    assert {request: status for request, status in refused.items() if status not in (400, 405)} == {}
    assert len(scene.passed_on) == before
    scene.assert_unchanged()


def test_minio_itself_lets_nobody_write_either(scene: Scene) -> None:
    for request in WRITES:
        scene.ask_private(request)
    scene.assert_unchanged()


@pytest.mark.parametrize("request_", LOOKS, ids=str)
def test_reading_shows_what_is_published_and_nothing_else(scene: Scene, request_: Request) -> None:
    answer = scene.ask_public(request_)
    head, _, body = answer.partition(b"\r\n\r\n")
    if status_of(answer) in (200, 206):
        assert body in (PAGE, PICTURE)
    else:
        assert status_of(answer) in (301, 302, 400, 404)
        assert b"<?xml" not in body
        assert ORIGINAL not in body
    assert b"x-injected" not in head.lower()
    scene.assert_only_reading_was_passed_on()


def test_looking_changes_nothing(scene: Scene) -> None:
    for request in LOOKS:
        scene.ask_public(request)
    scene.assert_unchanged()


@pytest.mark.parametrize("way", SMUGGLED)
def test_no_request_hides_in_another(scene: Scene, way: str) -> None:
    """The hidden one is signed with the root user's own secret, so it would write if it got to MinIO."""
    public, bucket = scene.deployment.public, scene.deployment.bucket
    root = scene.deployment.client(public)
    signed = root.get_presigned_url("PUT", bucket, "index.html", expires=timedelta(hours=1))
    hidden = Request("PUT", signed.removeprefix(f"http://{public}"), {}, DATA).raw(public)
    start = f"GET /{bucket}/index.html HTTP/1.1\r\nHost: {public}\r\n".encode()
    answers(int(public.rpartition(":")[2]), SMUGGLED[way](start, hidden))
    for _ in range(3):  # If it got through, its answer would go to whoever asks next.
        assert fetch(scene.deployment, f"/{bucket}/index.html").body == PAGE
    scene.assert_only_reading_was_passed_on()
    scene.assert_unchanged()


def test_that_request_writes_where_it_gets_to_minio(scene: Scene) -> None:
    """So the tests above would notice."""
    private, bucket = scene.deployment.private, scene.deployment.bucket
    root = scene.deployment.client()
    signed = root.get_presigned_url("PUT", bucket, "signed.jpg", expires=timedelta(hours=1))
    assert status_of(scene.ask_private(Request("PUT", signed.removeprefix(f"http://{private}"), {}, DATA))) == 200
    root.remove_object(bucket, "signed.jpg")
    scene.assert_unchanged()


ROOTS_ATTEMPTS: dict[str, Callable[[Minio, str], object]] = {
    "write": lambda root, bucket: root.put_object(bucket, "index.html", io.BytesIO(DATA), len(DATA)),
    "remove": lambda root, bucket: root.remove_object(bucket, "index.html"),
    "list the buckets": lambda root, bucket: root.list_buckets(),
    "list the pictures": lambda root, bucket: list(root.list_objects(bucket)),
    "make a bucket": lambda root, bucket: root.make_bucket(f"{bucket}-new"),
    "close the bucket": lambda root, bucket: root.delete_bucket_policy(bucket),
    "read an original": lambda root, bucket: root.get_object(f"{bucket}-originals", "gpt-image-2/00"),
}


@pytest.mark.parametrize("attempt", ROOTS_ATTEMPTS)
def test_not_even_the_root_user_does_more_than_read_through_the_front(scene: Scene, attempt: str) -> None:
    root = scene.deployment.client(scene.deployment.public)
    with pytest.raises((MinioException, ParseError)):
        ROOTS_ATTEMPTS[attempt](root, scene.deployment.bucket)
    scene.assert_unchanged()


def test_a_refusal_does_not_wait_for_the_body(scene: Scene) -> None:
    """However much is promised, the answer is there before the first byte of it."""
    connection = http.client.HTTPConnection(scene.deployment.public, timeout=TIMEOUT_SECONDS)
    connection.putrequest("PUT", f"/{scene.deployment.bucket}/index.html")
    connection.putheader("Content-Length", "1000000000")
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Connection"], answer.headers["Allow"]) == (405, "close", "GET, HEAD")
    connection.close()
