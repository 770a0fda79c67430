"""MinIO as the store: two buckets, one that readers may read and one that they may not."""

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
from storage.minio_failures import NoBucketError, UnreadableError, store_error
from storage.store import Area, Link, ObjectInfo, StoredObject, Versioned

__all__ = ["MinioStore", "connections"]

logger = logging.getLogger(__name__)
# It logs the URLs of requests that it sends again, and those of conditional writes are signed.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)

T = TypeVar("T")

# Seconds to connect, and to wait for the next piece; and how often a request is sent again after a broken connection
# or one of the server's own errors. All that is sent may be sent twice: a conditional write tells its own apart.
TIMEOUT = urllib3.Timeout(connect=5, read=30)
RETRIES = urllib3.Retry(total=1, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504), raise_on_status=False)
# Claims are renewed every few seconds: a renewal that hangs must be over before the claim expires. S3 answers 409
# (ConditionalRequestConflict) where conditional writes meet, and asks for another try.
CLAIM_TIMEOUT = urllib3.Timeout(connect=3, read=4)
CLAIM_RETRIES = RETRIES.new(total=3, connect=1, read=1, status_forcelist=(409, 500, 502, 503, 504))
CONNECTIONS = 32
LONGEST_METADATA = 1000  # Bytes for one value; S3 allows 2 KB for all of an object's.
FOR_EVER = "public, max-age=31536000, immutable"
METADATA = "x-amz-meta-"
# A version that no object has, for a write that must fail.
NO_VERSION = '"0"'
MISSING = ("NoSuchKey", "NoSuchObject")


class MinioStore:
    """Keeps thumbnails in a bucket and originals in ``<bucket>-originals``, over one pool of connections."""

    def __init__(self, settings: Settings) -> None:
        """Take endpoint, keys and bucket from the settings. Nothing is sent yet."""
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
        # A presigned link is signed for the host that its reader asks.
        public = Endpoint.parse(self._public_base_url) if self._presigned_hours else endpoint
        self._reader = client(public.host, public.secure)

    async def prepare(self) -> None:
        """Make the buckets that are missing, and open the thumbnails to readers unless links are presigned."""
        await self.check()
        await self._blocking(Area.THUMBNAILS, self._warn_if_public if self._presigned_hours else self._publish)

    async def check(self) -> None:
        """Prove that both buckets can be written to, by writes whose condition fails, so that nothing is left."""
        for area in Area:
            if not await self._blocking(area, self._writable, area):
                await self._blocking(area, self._make_bucket, area)
                for _ in range(20):  # Another worker may have begun to make it, and not have finished yet.
                    if await self._blocking(area, self._writable, area):
                        break
                    await asyncio.sleep(0.25)

    async def read(self, area: Area, key: str) -> Versioned | None:
        """Return the object's bytes and its ETag, or None where there is no such object."""
        return await self._blocking(area, self._read, area, key)

    async def stat(self, area: Area, key: str) -> ObjectInfo | None:
        """Return the object's size and content type, or None where there is no such object."""
        return await self._blocking(area, self._stat, area, key)

    async def write(self, area: Area, key: str, stored: StoredObject) -> None:
        """Put the object; it appears whole or not at all."""
        await self._blocking(area, self._write, area, key, stored)

    async def create(self, area: Area, key: str, stored: StoredObject) -> str | None:
        """Put the object where there is none, and return its ETag."""
        return await self._blocking(area, self._create, area, key, stored)

    async def replace(self, area: Area, key: str, stored: StoredObject, version: str) -> str | None:
        """Put the object where it still has that ETag, and return its new one."""
        return await self._blocking(area, self._conditional_put, area, key, stored, {"If-Match": version})

    async def remove(self, area: Area, key: str) -> bool:
        """Remove the object; say whether the keys allow that."""
        return await self._blocking(area, self._remove, area, key)

    def link(self, key: str) -> Link:
        """Return the object's public URL, or a presigned one with its expiry where the bucket is private."""
        if not self._presigned_hours:
            return Link(f"{self._public_base_url}/{self._bucket}/{quote(key)}")
        lasts = timedelta(hours=self._presigned_hours)
        url = self._reader.get_presigned_url("GET", self._bucket, key, expires=lasts)
        return Link(url, (datetime.now(UTC) + lasts).isoformat(timespec="seconds"))

    def _name(self, area: Area) -> str:
        return f"{self._bucket}{area.value}"

    async def _blocking(self, area: Area, call: Callable[..., T], *arguments: object) -> T:
        try:
            return await asyncio.to_thread(call, *arguments)
        except (MinioException, urllib3.exceptions.HTTPError, ValueError, KeyError, ParseError) as error:
            raise store_error(f"MinIO at {self._endpoint}, bucket {self._name(area)}", error) from error

    def _read(self, area: Area, key: str) -> Versioned | None:
        try:
            response = self._client.get_object(self._name(area), key)
        except S3Error as error:
            if _is_missing(error):
                return None
            raise
        try:
            return Versioned(response.data, response.headers["ETag"])
        finally:
            response.close()
            response.release_conn()

    def _stat(self, area: Area, key: str) -> ObjectInfo | None:
        try:
            found = self._client.stat_object(self._name(area), key)
        except S3Error as error:
            if _is_missing(error):
                return None
            raise
        metadata = {
            name.lower().removeprefix(METADATA): unquote(value)
            for name, value in (found.metadata or {}).items()
            if name.lower().startswith(METADATA)
        }
        return ObjectInfo(found.size or 0, found.content_type or "", metadata)

    def _write(self, area: Area, key: str, stored: StoredObject) -> None:
        written = self._client.put_object(
            self._name(area),
            key,
            io.BytesIO(stored.data),
            len(stored.data),
            content_type=stored.content_type,
            metadata={**_headers(stored)},
        )
        if not written.etag:
            raise MinioException("an answer without an ETag")

    def _create(self, area: Area, key: str, stored: StoredObject) -> str | None:
        version = self._conditional_put(area, key, stored, {"If-None-Match": "*"})
        # Keys that may write and not read are told AccessDenied of what is there as of what is missing.
        if version and self._stat(area, key) is None:
            self._remove(area, key)
            raise UnreadableError
        return version

    def _conditional_put(self, area: Area, key: str, stored: StoredObject, condition: dict[str, str]) -> str | None:
        # put_object has no parameter for a condition, so the request is signed here, by the client's own function.
        place = urlsplit(self._client.get_presigned_url("PUT", self._name(area), key))._replace(query="")
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
        response = self._http.request(
            "PUT", place.geturl(), body=stored.data, headers=headers, timeout=CLAIM_TIMEOUT, retries=CLAIM_RETRIES
        )
        if response.status == 200:
            return response.headers["ETag"]
        if "xml" not in response.headers.get("Content-Type", ""):
            raise ServerError("an answer without S3's XML", response.status)
        error: S3Error = S3Error.fromxml(response)
        if error.code in ("PreconditionFailed", *MISSING):
            return None
        raise error

    def _writable(self, area: Area) -> bool:
        """Say whether the bucket is there; raise where it may not be written to."""
        try:
            self._conditional_put(area, "never-written", StoredObject(b"", ""), {"If-Match": NO_VERSION})
        except S3Error as error:
            if error.code != "NoSuchBucket":
                raise
            return False
        return True

    def _make_bucket(self, area: Area) -> None:
        name = self._name(area)
        try:
            self._client.make_bucket(name)
            logger.info("made the bucket %s", name)
        except S3Error as error:
            if error.code == "AccessDenied":
                raise NoBucketError(name) from error
            if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise
        if area is Area.THUMBNAILS and not self._presigned_hours:
            self._publish()

    def _publish(self) -> None:
        """Let anyone read single thumbnails, where that is still to be done and the keys allow it."""
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
                logger.debug("the policy of %s is not this worker's to see", self._bucket)
                return
            if error.code != "NoSuchBucketPolicy":
                raise
            policy = {"Version": "2012-10-17", "Statement": [statement]}
            self._client.set_bucket_policy(self._bucket, json.dumps(policy))
            logger.info("opened the bucket %s to readers", self._bucket)

    def _warn_if_public(self) -> None:
        try:
            self._client.get_bucket_policy(self._bucket)
        except S3Error as error:
            if error.code not in ("AccessDenied", "NoSuchBucketPolicy"):
                raise
        else:
            logger.warning(
                "MINIO_PRESIGNED_HOURS is set, but the bucket %s has a policy of its own, which may open it to anyone: "
                "remove the policy, or take another bucket",
                self._bucket,
            )

    def _remove(self, area: Area, key: str) -> bool:
        try:
            self._client.remove_object(self._name(area), key)
        except S3Error as error:
            if error.code != "AccessDenied":
                raise
            return False
        return True


def connections() -> urllib3.PoolManager:
    """Return a pool of connections that waits and retries as this store does, in place of the client's own."""
    return urllib3.PoolManager(
        timeout=TIMEOUT,
        retries=RETRIES,
        maxsize=CONNECTIONS,
        cert_reqs="CERT_REQUIRED",
        ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
    )


def _headers(stored: StoredObject) -> dict[str, str]:
    """Return what a reader is told of the bytes, beside their type."""
    cached = FOR_EVER if stored.immutable else f"public, max-age={stored.max_age_seconds}"
    return {
        **{f"{METADATA}{name}": _header(value) for name, value in stored.metadata.items()},
        "Cache-Control": cached if stored.immutable or stored.max_age_seconds else "no-cache",
    }


def _header(text: str) -> str:
    """Return a text as a header can hold it, percent-encoded; its beginning, where all of it would be too much."""
    kept = ""
    for character in text:
        encoded = quote(character, safe="")
        if len(kept) + len(encoded) > LONGEST_METADATA:
            break
        kept += encoded
    return kept


def _is_missing(error: S3Error) -> bool:
    """Say whether an object is not there. Keys that may not list a bucket are told AccessDenied of what is missing."""
    return error.code in (*MISSING, "NoSuchBucket", "AccessDenied")
