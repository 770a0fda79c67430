"""MinIO as the store: a public bucket for thumbnails, a private one for originals."""

import asyncio
import hashlib
import io
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property, partial
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import ParseError

import urllib3
from minio import Minio
from minio import time as minio_time
from minio.credentials.credentials import Credentials
from minio.error import MinioException, S3Error, ServerError
from minio.signer import sign_v4_s3

from errors import StoreError
from settings import Endpoint, Settings
from storage.bucket_policy import BucketPolicy
from storage.minio_connections import CONNECTIONS, RETRIES, TIMEOUT, connections
from storage.minio_failures import NO_BUCKET, NO_CONDITIONS, UNREADABLE, UnsuitableError, store_error
from storage.store import Area, Link, ObjectInfo, StoredObject, Versioned

__all__ = ["MinioStore"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

# A hanging claim renewal must end before the claim expires. S3 answers concurrent conditional writes with 409
# (ConditionalRequestConflict) and asks to retry.
CLAIM_TIMEOUT = urllib3.Timeout(connect=3, read=4)
CLAIM_RETRIES = RETRIES.new(total=3, connect=1, read=1, status_forcelist=(409, 500, 502, 503, 504))
LARGEST_CLAIM = 10_000  # Bytes. Manifests and covers, which are larger, may take longer.
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
        """Take endpoint, keys and bucket from the settings. Sends nothing yet.

        Raises:
            SettingsError: the environment names a proxy or certificates that cannot be used.
            StoreError: the client refuses the region or the endpoint.
        """
        self._settings = settings
        self._threads = ThreadPoolExecutor(CONNECTIONS, "store")
        endpoint = settings.minio_endpoint or Endpoint("localhost:9000", secure=False)
        self._endpoint = endpoint.url
        self._bucket = settings.minio_bucket
        self._presigned_hours = settings.minio_presigned_hours
        self._public_base_url = settings.minio_public_base_url or endpoint.url
        self._http = connections(endpoint.url)
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

        try:
            # A presigned link is signed for the reader's host.
            public = Endpoint.parse(self._public_base_url) if self._presigned_hours else endpoint
            self._client = client(endpoint.host, endpoint.secure)
            self._reader = client(public.host, public.secure)
        except ValueError as error:
            raise StoreError(f"MinIO at {self._endpoint}: {error}. Check MINIO_REGION and MINIO_ENDPOINT.") from error
        self._policy = BucketPolicy(self._client, settings, self._public_base_url)

    async def prepare(self) -> None:
        """Create missing buckets, and make the thumbnails public unless links are presigned."""
        await self.check()
        await self._in_thread(Area.THUMBNAILS, self._policy.prepare)

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
            base = self._public_base_url
            # Some stores, such as Cloudflare R2, serve a bucket at an address of its own, whose path is the key.
            return Link(base.replace("{key}", quote(key)) if "{key}" in base else f"{base}/{self._bucket}/{quote(key)}")
        lasts = timedelta(hours=self._presigned_hours)
        url = self._reader.get_presigned_url("GET", self._bucket, key, expires=lasts)
        return Link(url, (datetime.now(UTC) + lasts).isoformat(timespec="seconds"))

    def urgent(self) -> "MinioStore":
        """Return the same store with threads and connections of its own."""
        return self._urgent

    @cached_property
    def _urgent(self) -> "MinioStore":
        return MinioStore(self._settings)

    def _bucket_name(self, area: Area) -> str:
        return f"{self._bucket}{area.value}"

    async def _in_thread(self, area: Area, call: Callable[..., T], *arguments: object) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, partial(call, *arguments))
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
            headers = response.headers
            return Versioned(response.data, headers["ETag"], _metadata(headers), _age(headers))
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
        headers = found.metadata or {}
        return ObjectInfo(found.size or 0, found.content_type or "", _metadata(headers), headers["ETag"])

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
            raise UnsuitableError(UNREADABLE)
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
                raise UnsuitableError(NO_CONDITIONS)
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
                raise UnsuitableError(NO_BUCKET) from error
            if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise
        if area is Area.THUMBNAILS:
            self._policy.prepare()

    def _remove(self, area: Area, key: str) -> bool:
        try:
            self._client.remove_object(self._bucket_name(area), key)
        except S3Error as error:
            if error.code != "AccessDenied":
                raise
            return False
        return True


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


def _age(headers: Mapping[str, str]) -> float:
    """Return the seconds since the object was written, by the server's clock; 0.0 if the server does not say."""
    try:
        answered, written = (parsedate_to_datetime(headers[name]) for name in ("Date", "Last-Modified"))
        return max(0.0, (answered - written).total_seconds())
    except (KeyError, ValueError, TypeError):  # TypeError: one has a time zone, the other has none.
        return 0.0


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
