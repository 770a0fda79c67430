"""Servers that have no bucket policies, or allow no public ones: a real MinIO behind what they answer instead."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from errors import StoreError, StoreUnavailableError
from settings import read_settings
from storage.minio_store import MinioStore
from storage.store import Area, StoredObject
from tests.support.minio_server import MinioServer
from tests.support.tcp_proxy import AnswerError, TcpProxy

XML = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{}</Code><Message>{}</Message></Error>'
# Cloudflare R2, for what its list of S3 operations says is not implemented.
NOT_IMPLEMENTED = (501, XML.format("NotImplemented", "GetBucketPolicy not implemented"))
# AWS, whose new buckets and accounts block public policies.
BLOCKED = (
    403,
    XML.format(
        "AccessDenied",
        "User: arn:aws:iam::123456789012:user/worker is not authorized to perform: s3:PutBucketPolicy on resource: "
        '"arn:aws:s3:::thumbnails" because public policies are blocked by the BlockPublicPolicy block public access '
        "setting.",
    ),
)
NO_POLICY = (404, XML.format("NoSuchBucketPolicy", "The bucket policy does not exist"))
JPEG = StoredObject(b"jpeg", "image/jpeg")


@contextmanager
def answering(
    minio: MinioServer, bucket: str, answers: dict[str, tuple[int, str]], **variables: str
) -> Iterator[MinioStore]:
    """Yield a store on MinIO where requests that begin with one of ``answers`` are answered so instead."""

    def answer(data: bytes) -> None:
        for start, (status, body) in answers.items():
            if data.startswith(start.replace("BUCKET", bucket).encode()):
                head = f"HTTP/1.1 {status} -\r\nContent-Type: application/xml\r\nConnection: close\r\n"
                raise AnswerError(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())

    with TcpProxy(minio.port, answer) as proxy:
        endpoint = f"http://127.0.0.1:{proxy.port}"
        settings = {**minio.environment, "MINIO_ENDPOINT": endpoint, "MINIO_BUCKET": bucket, **variables}
        yield MinioStore(read_settings(settings))


R2 = {"GET /BUCKET?policy": NOT_IMPLEMENTED, "PUT /BUCKET?policy": NOT_IMPLEMENTED}
AWS = {"GET /BUCKET?policy": NO_POLICY, "PUT /BUCKET?policy": BLOCKED}
PRESIGNED = {"MINIO_PRESIGNED_HOURS": "2"}
ELSEWHERE = {"MINIO_PUBLIC_BASE_URL": "https://images.example.com"}


@pytest.mark.parametrize("answers", [R2, {"PUT /BUCKET?policy": (405, XML.format("MethodNotAllowed", "No."))}])
@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (PRESIGNED, "links are signed, and expire after 2 h"),
        (ELSEWHERE, "links lead to https://images.example.com (MINIO_PUBLIC_BASE_URL), which must serve it"),
        ({}, "readers see nothing unless the bucket was made public there. Set MINIO_PRESIGNED_HOURS"),
    ],
)
async def test_a_server_without_policies_works_and_one_warning_says_where_links_lead(
    minio: MinioServer,
    bucket: str,
    answers: dict[str, tuple[int, str]],
    variables: dict[str, str],
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with answering(minio, bucket, answers, **variables) as store:
        for _ in range(2):
            await store.prepare()
        version = await store.create(Area.THUMBNAILS, "a", JPEG)
        assert version
        assert await store.replace(Area.THUMBNAILS, "a", JPEG, version)
    warnings = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    expected = [said] if "GET /BUCKET?policy" in answers or variables != PRESIGNED else []
    assert len(warnings) == len(expected)
    assert all(text in warning for text, warning in zip(expected, warnings, strict=True))


async def test_a_store_that_blocks_public_policies_is_an_error_with_a_remedy(minio: MinioServer, bucket: str) -> None:
    remedy = r"may not be made public. Set MINIO_PRESIGNED_HOURS.*MINIO_PUBLIC_BASE_URL.*'Block public access'"
    with answering(minio, bucket, AWS) as store, pytest.raises(StoreError, match=remedy) as raised:
        await store.prepare()
    assert raised.value.permanent


@pytest.mark.parametrize("variables", [PRESIGNED, ELSEWHERE])
async def test_either_remedy_against_blocked_policies_helps(
    minio: MinioServer, bucket: str, variables: dict[str, str]
) -> None:
    with answering(minio, bucket, AWS, **variables) as store:
        await store.prepare()
        assert await store.create(Area.THUMBNAILS, "a", JPEG)


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_another_failure_to_make_the_bucket_public_is_still_one(
    minio: MinioServer, bucket: str, method: str
) -> None:
    busy = (503, XML.format("SlowDown", "Please reduce your request rate."))
    with (
        answering(minio, bucket, {f"{method} /BUCKET?policy": busy}) as store,
        pytest.raises(StoreUnavailableError, match="SlowDown"),
    ):
        await store.prepare()


async def test_a_server_without_conditional_writes_is_still_refused(minio: MinioServer, bucket: str) -> None:
    not_implemented = (501, XML.format("NotImplemented", "A header you provided implies functionality that is not."))
    with (
        answering(minio, bucket, {"PUT /BUCKET/": not_implemented}, **PRESIGNED) as store,
        pytest.raises(StoreError, match="such as conditional writes: use another") as raised,
    ):
        await store.prepare()
    assert raised.value.permanent


def test_a_bucket_at_an_address_of_its_own_has_links_without_its_name() -> None:
    """As Cloudflare R2 serves it."""
    variables = {"MINIO_ENDPOINT": "https://0123.r2.cloudflarestorage.com", "MINIO_ACCESS_KEY": "a"}
    own = {"MINIO_SECRET_KEY": "secret", "MINIO_PUBLIC_BASE_URL": "https://images.example.com/{key}"}
    link = MinioStore(read_settings({**variables, **own})).link("neon/é/a b.jpg")
    assert link == ("https://images.example.com/neon/%C3%A9/a%20b.jpg", None)
