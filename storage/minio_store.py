"""MinIO as the store: a public bucket for thumbnails, a private one for originals."""

import asyncio
import hashlib
import io
import json
import logging
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import ParseError

import certifi
import urllib3
from minio import Minio
from minio import time as minio_time
from minio.credentials.credentials import Credentials
from minio.error import MinioException, S3Error, ServerError
from minio.signer import sign_v4_s3

from settings import Endpoint, Settings
from storage.minio_failures import NoBucketError, NoConditionsError, UnreadableError, store_error
from storage.store import Area, Link, ObjectInfo, StoredObject, Versioned

__all__ = ["MinioStore", "connections"]

logger = logging.getLogger(__name__)
# It logs the URLs of retried requests, and presigned ones carry their signature.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)

T = TypeVar("T")

# Seconds to connect and between two reads, and one retry after a broken connection or a server error. A write is safe
# to send twice: conditional ones recognize their own. A second DELETE could remove a claim that another run has made
# since. The Retry-After of a busy MinIO is a minute, and a claim that is not renewed in a third of that is lost.
TIMEOUT = urllib3.Timeout(connect=5, read=30)
RETRIES = urllib3.Retry(
    total=1,
    backoff_factor=0.2,
    allowed_methods=("GET", "HEAD", "PUT"),
    status_forcelist=(500, 502, 503, 504),
    raise_on_status=False,
    respect_retry_after_header=False,
)
# A hanging claim renewal must end before the claim expires. S3 answers concurrent conditional writes with 409
# (ConditionalRequestConflict) and asks to retry.
CLAIM_TIMEOUT = urllib3.Timeout(connect=3, read=4)
CLAIM_RETRIES = RETRIES.new(total=3, connect=1, read=1, status_forcelist=(409, 500, 502, 503, 504))
LARGEST_CLAIM = 10_000  # Bytes. Manifests and covers, which are larger, may take longer.
CONNECTIONS = 32
MAX_METADATA_BYTES = 1000  # Per value; S3 allows 2 KB per object.
SMALLEST_PART = 5 * 1024 * 1024  # Bytes; the client allows no less.
CACHE_FOREVER = "public, max-age=31536000, immutable"
METADATA_PREFIX = "x-amz-meta-"
# An ETag that no object has, for a write that must fail.
NO_ETAG = '"0"'
MISSING = ("NoSuchKey", "NoSuchObject")


class MinioStore:
    """Keeps thumbnails in a bucket and originals in ``<bucket>-originals``, over one connection pool."""

    def __init__(self, settings: Settings) -> None:
        """Take endpoint, keys and bucket from the settings. Sends nothing yet."""
        endpoint = settings.minio_endpoint or Endpoint("localhost:9000", secure=False)
        self._endpoint = endpoint.url
        self._bucket = settings.minio_bucket
        self._presigned_hours = settings.minio_presigned_hours
        self._public_base_url = settings.minio_public_base_url or endpoint.url
        self._http = connections()
        self._region = settings.minio_region
        self._credentials = Credentials(settings.minio_access_key or "", settings.minio_secret_key or "")

        def client(host: str, secure: bool) -> Minio:
            return Minio(
                host,
                access_key=settings.minio_access_key,
                secret_key=settings.minio_secret_key,
                secure=secure,
                region=settings.minio_region,
                http_client=self._http,
            )

        self._client = client(endpoint.host, endpoint.secure)
        # A presigned link is signed for the reader's host.
        public = Endpoint.parse(self._public_base_url) if self._presigned_hours else endpoint
        self._reader = client(public.host, public.secure)

    async def prepare(self) -> None:
        """Create missing buckets, and make the thumbnails public unless links are presigned."""
        await self.check()
        await self._in_thread(Area.THUMBNAILS, self._warn_if_public if self._presigned_hours else self._make_public)

    async def check(self) -> None:
        """Check that both buckets are writable, by writes whose condition fails, so that they leave nothing behind."""
        for area in Area:
            if not await self._in_thread(area, self._writable, area):
                await self._in_thread(area, self._make_bucket, area)
                for _ in range(20):  # Another worker may still be creating it.
                    if await self._in_thread(area, self._writable, area):
                        break
                    await asyncio.sleep(0.25)

    async def read(self, area: Area, key: str) -> Versioned | None:
        """Return the object's bytes and ETag, or None if it does not exist."""
        return await self._in_thread(area, self._read, area, key)

    async def stat(self, area: Area, key: str) -> ObjectInfo | None:
        """Return the object's size, content type and metadata, or None if it does not exist."""
        return await self._in_thread(area, self._stat, area, key)

    async def write(self, area: Area, key: str, stored: StoredObject) -> None:
        """Put the object, atomically."""
        await self._in_thread(area, self._write, area, key, stored)

    async def create(self, area: Area, key: str, stored: StoredObject) -> str | None:
        """Put the object unless it exists, and return its ETag."""
        return await self._in_thread(area, self._create, area, key, stored)

    async def replace(self, area: Area, key: str, stored: StoredObject, version: str) -> str | None:
        """Put the object if it still has that ETag, and return its new one."""
        return await self._in_thread(area, self._conditional_put, area, key, stored, {"If-Match": version})

    async def remove(self, area: Area, key: str) -> bool:
        """Remove the object, and return whether the key allows that."""
        return await self._in_thread(area, self._remove, area, key)

    def link(self, key: str) -> Link:
        """Return the object's public URL, or a presigned URL and its expiry if the bucket is private."""
        if not self._presigned_hours:
            return Link(f"{self._public_base_url}/{self._bucket}/{quote(key)}")
        lasts = timedelta(hours=self._presigned_hours)
        url = self._reader.get_presigned_url("GET", self._bucket, key, expires=lasts)
        return Link(url, (datetime.now(UTC) + lasts).isoformat(timespec="seconds"))

    def _bucket_name(self, area: Area) -> str:
        return f"{self._bucket}{area.value}"

    async def _in_thread(self, area: Area, call: Callable[..., T], *arguments: object) -> T:
        try:
            return await asyncio.to_thread(call, *arguments)
        except (MinioException, urllib3.exceptions.HTTPError, ValueError, KeyError, ParseError) as error:
            raise store_error(f"MinIO at {self._endpoint}, bucket {self._bucket_name(area)}", error) from error

    def _read(self, area: Area, key: str) -> Versioned | None:
        try:
            response = self._client.get_object(self._bucket_name(area), key)
        except S3Error as error:
            if _is_missing(error):
                return None
            raise
        try:
            return Versioned(response.data, response.headers["ETag"], _metadata(response.headers))
        finally:
            response.close()
            response.release_conn()

    def _stat(self, area: Area, key: str) -> ObjectInfo | None:
        try:
            found = self._client.stat_object(self._bucket_name(area), key)
        except S3Error as error:
            if _is_missing(error):
                return None
            raise
        return ObjectInfo(found.size or 0, found.content_type or "", _metadata(found.metadata or {}))

    def _write(self, area: Area, key: str, stored: StoredObject) -> None:
        written = self._client.put_object(
            self._bucket_name(area),
            key,
            io.BytesIO(stored.data),
            len(stored.data),
            content_type=stored.content_type,
            metadata={**_headers(stored)},
            # One request, whatever the size: to end a multipart upload that failed takes a right that workers lack.
            part_size=max(len(stored.data), SMALLEST_PART),
        )
        if not written.etag:
            raise MinioException("the answer has no ETag")

    def _create(self, area: Area, key: str, stored: StoredObject) -> str | None:
        version = self._conditional_put(area, key, stored, {"If-None-Match": "*"})
        # A key that may write but not read gets AccessDenied for existing and missing objects alike.
        if version and self._stat(area, key) is None:
            self._remove(area, key)
            raise UnreadableError
        return version

    def _conditional_put(self, area: Area, key: str, stored: StoredObject, condition: dict[str, str]) -> str | None:
        # put_object takes no condition, so sign the request here with the client's own function.
        place = urlsplit(self._client.get_presigned_url("PUT", self._bucket_name(area), key))._replace(query="")
        digest, now = hashlib.sha256(stored.data).hexdigest(), minio_time.utcnow()
        headers: Mapping[str, Any] = sign_v4_s3(
            method="PUT",
            url=place,
            region=self._region,
            headers={
                "Host": place.netloc,
                "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"),
                "x-amz-content-sha256": digest,
                "Content-Type": stored.content_type,
                **_headers(stored),
                **condition,
            },
            credentials=self._credentials,
            content_sha256=digest,
            date=now,
        )
        timeout = CLAIM_TIMEOUT if len(stored.data) <= LARGEST_CLAIM else TIMEOUT
        response = self._http.request(
            "PUT", place.geturl(), body=stored.data, headers=headers, timeout=timeout, retries=CLAIM_RETRIES
        )
        if response.status == 200:
            return response.headers["ETag"]
        if "xml" not in response.headers.get("Content-Type", ""):
            raise ServerError("the answer is not S3's XML", response.status)
        error: S3Error = S3Error.fromxml(response)
        if error.code in ("PreconditionFailed", *MISSING):
            return None
        raise error

    def _writable(self, area: Area) -> bool:
        """Return whether the bucket exists. Raise if it is not writable."""
        try:
            if self._conditional_put(area, "never-written", StoredObject(b"", ""), {"If-Match": NO_ETAG}):
                raise NoConditionsError
        except S3Error as error:
            if error.code != "NoSuchBucket":
                raise
            return False
        return True

    def _make_bucket(self, area: Area) -> None:
        name = self._bucket_name(area)
        try:
            self._client.make_bucket(name)
            logger.info("created the bucket %s", name)
        except S3Error as error:
            if error.code == "AccessDenied":
                raise NoBucketError(name) from error
            if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise
        if area is Area.THUMBNAILS and not self._presigned_hours:
            self._make_public()

    def _make_public(self) -> None:
        """Allow anyone to read single thumbnails, unless the bucket has a policy or the key may not see it."""
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": ["*"]},
            "Action": ["s3:GetObject"],
            "Resource": [f"arn:aws:s3:::{self._bucket}/*"],
        }
        try:
            self._client.get_bucket_policy(self._bucket)
        except S3Error as error:
            if error.code == "AccessDenied":
                logger.debug("this worker's key may not read the policy of %s", self._bucket)
                return
            if error.code != "NoSuchBucketPolicy":
                raise
            policy = {"Version": "2012-10-17", "Statement": [statement]}
            self._client.set_bucket_policy(self._bucket, json.dumps(policy))
            logger.info("made the bucket %s public", self._bucket)

    def _warn_if_public(self) -> None:
        try:
            self._client.get_bucket_policy(self._bucket)
        except S3Error as error:
            if error.code not in ("AccessDenied", "NoSuchBucketPolicy"):
                raise
        else:
            logger.warning(
                "MINIO_PRESIGNED_HOURS is set, but the bucket %s has a policy, which may make it public: "
                "remove the policy, or use another bucket",
                self._bucket,
            )

    def _remove(self, area: Area, key: str) -> bool:
        try:
            self._client.remove_object(self._bucket_name(area), key)
        except S3Error as error:
            if error.code != "AccessDenied":
                raise
            return False
        return True


def connections() -> urllib3.PoolManager:
    """Return a connection pool with this store's timeouts and retries, in place of the client's own."""
    return urllib3.PoolManager(
        timeout=TIMEOUT,
        retries=RETRIES,
        maxsize=CONNECTIONS,
        cert_reqs="CERT_REQUIRED",
        ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
    )


def _headers(stored: StoredObject) -> dict[str, str]:
    """Return the object's headers, apart from its content type."""
    cached = CACHE_FOREVER if stored.immutable else f"public, max-age={stored.max_age_seconds}"
    return {
        **{f"{METADATA_PREFIX}{name}": _header(value) for name, value in stored.metadata.items()},
        "Cache-Control": cached if stored.immutable or stored.max_age_seconds else "no-cache",
    }


def _metadata(headers: Mapping[str, str]) -> dict[str, str]:
    """Return what was said of an object when it was stored."""
    return {
        name.lower().removeprefix(METADATA_PREFIX): unquote(value)
        for name, value in headers.items()
        if name.lower().startswith(METADATA_PREFIX)
    }


def _header(text: str) -> str:
    """Return a text percent-encoded for a header, cut to ``MAX_METADATA_BYTES``."""
    kept = ""
    for character in text:
        encoded = quote(character, safe="")
        if len(kept) + len(encoded) > MAX_METADATA_BYTES:
            break
        kept += encoded
    return kept


def _is_missing(error: S3Error) -> bool:
    """Return whether an object is missing. A key that may not list the bucket gets AccessDenied for missing objects."""
    return error.code in (*MISSING, "NoSuchBucket", "AccessDenied")
