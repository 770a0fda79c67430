"""What goes wrong with a MinIO server, in our words: each failure with its remedy, and whether waiting can help."""

import socket
from xml.etree.ElementTree import ParseError

import urllib3
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError

from errors import StoreError, StoreFullError, StoreUnavailableError

__all__ = ["NoBucketError", "UnreadableError", "store_error"]

PRESIGNED_TOO_LATE_OR_EARLY = ("Request has expired", "Request is not valid yet")
# What MinIO's console answers to a signed request.
CONSOLE = "S3 API Requests must be made to API port."
# What goes on until someone changes something. What is in neither table passes by itself: a server that starts or is
# overloaded has many names for it.
PERMANENT = {
    "AccessDenied": "MINIO_ACCESS_KEY may not do that: give it s3:GetObject and s3:PutObject on both buckets.",
    "InvalidAccessKeyId": "The server does not know MINIO_ACCESS_KEY: set it and MINIO_SECRET_KEY again.",
    "SignatureDoesNotMatch": "MINIO_SECRET_KEY does not fit MINIO_ACCESS_KEY: set both again.",
    "RequestTimeTooSkewed": "This machine's clock and the server's are minutes apart: set them right.",
    "NoSuchBucket": "The bucket does not exist: make it, or give MINIO_ACCESS_KEY the right to.",
}
FULL = {
    "XMinioStorageFull": "The server's disk is full: make room.",
    "XMinioAdminBucketQuotaExceeded": "The bucket's quota is used up: raise it, or make room.",
}


class NoBucketError(MinioException):
    """The bucket is missing, and the keys do not allow to make it."""


class UnreadableError(MinioException):
    """What was written cannot be read back."""


def store_error(where: str, error: Exception) -> StoreError:
    """Return what happened there and what to do about it, without the request and its signature."""
    if isinstance(error, S3Error):
        return _refusal(where, error)
    if isinstance(error, urllib3.exceptions.HTTPError):
        return _connection_failure(where, error)
    if isinstance(error, NoBucketError):
        return StoreError(
            f"{where}: the bucket does not exist, and MINIO_ACCESS_KEY may not make it. Make it, "
            "or give the key s3:CreateBucket and s3:PutBucketPolicy."
        )
    if isinstance(error, UnreadableError):
        return StoreError(
            f"{where}: what is written there cannot be read back, so every run would pay again. "
            "Give MINIO_ACCESS_KEY s3:GetObject on both buckets."
        )
    if isinstance(error, ServerError | InvalidResponseError) and (status := _status(error)) >= 500:
        return StoreUnavailableError(f"{where}: the server failed with status {status}. Check that it is up.")
    if isinstance(error, MinioException | KeyError | ParseError):
        return _not_s3(where)
    return StoreError(f"{where}: {error}. Check MINIO_ENDPOINT and MINIO_BUCKET.")


def _not_s3(where: str) -> StoreError:
    return StoreError(
        f"{where}: the server there does not speak S3. Check that MINIO_ENDPOINT names the API and not the console."
    )


def _refusal(where: str, error: S3Error) -> StoreError:
    code = error.code or "no code"
    if error.message in PRESIGNED_TOO_LATE_OR_EARLY:
        return StoreError(f"{where}: {error.message}. {PERMANENT['RequestTimeTooSkewed']}")
    if error.message == CONSOLE:
        return _not_s3(where)
    if code in PERMANENT:
        return StoreError(f"{where}: {code}. {PERMANENT[code]}")
    if code in FULL:
        return StoreFullError(f"{where}: {code}. {FULL[code]}")
    return StoreUnavailableError(f"{where}: {code}. {error.message}")


def _connection_failure(where: str, error: urllib3.exceptions.HTTPError) -> StoreError:
    reason = getattr(error, "reason", None) or error
    text = f"{where}: not reached ({type(reason).__name__}). Check MINIO_ENDPOINT, and that the server is up."
    if isinstance(reason, urllib3.exceptions.SSLError):
        return StoreError(f"{text} A server without TLS is reached by http://.")
    looked_up = reason.__cause__ if isinstance(reason, urllib3.exceptions.NameResolutionError) else None
    if isinstance(looked_up, socket.gaierror) and looked_up.errno != socket.EAI_AGAIN:
        return StoreError(f"{where}: there is no such host. Check MINIO_ENDPOINT.")
    return StoreUnavailableError(text)


def _status(error: ServerError | InvalidResponseError) -> int:
    return error.status_code if isinstance(error, ServerError) else error._code  # The client has no public way to it.
