"""Maps a MinIO server's failures to errors with a remedy, and tells temporary from permanent ones."""

import socket
import ssl
from xml.etree.ElementTree import ParseError

import urllib3
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError

from errors import StoreError, StoreFullError, StoreUnavailableError

__all__ = ["NoBucketError", "NoConditionsError", "UnreadableError", "store_error"]

CLOCK_MESSAGES = ("Request has expired", "Request is not valid yet")
# The answer of MinIO's console to a signed request.
CONSOLE = "S3 API Requests must be made to API port."
# Failures that last until someone acts. Any other code is temporary: a starting or overloaded server has many of them.
PERMANENT = {
    "AccessDenied": "MINIO_ACCESS_KEY may not do that: allow it s3:GetObject and s3:PutObject on both buckets, "
    "and s3:PutBucketPolicy to make a new one public.",
    "InvalidAccessKeyId": "The server does not know MINIO_ACCESS_KEY: set it and MINIO_SECRET_KEY again.",
    "SignatureDoesNotMatch": "MINIO_SECRET_KEY does not match MINIO_ACCESS_KEY: set both again.",
    "RequestTimeTooSkewed": "This machine's clock and the server's are minutes apart: correct them.",
    "AuthorizationHeaderMalformed": "The server is in another region: set MINIO_REGION to it.",
    "NotImplemented": "The server lacks what this needs, such as conditional writes: use another.",
    "KeyTooLongError": "Shorten the title or slug.",
    "XMinioInvalidObjectName": "Change the title or slug.",
    "NoSuchBucket": "The bucket does not exist: create it, or allow MINIO_ACCESS_KEY to.",
}
# What proxies answer without S3's XML: the request took too long, or there were too many.
BUSY = (408, 429)
# A peer that is restarting ends the TLS handshake so; one without TLS does not.
CUT_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
FULL = {
    "XMinioStorageFull": "The server's disk is full: free some space.",
    "XMinioAdminBucketQuotaExceeded": "The bucket's quota is used up: raise it, or delete objects.",
}


class NoBucketError(MinioException):
    """The bucket does not exist, and the key may not create it."""


class NoConditionsError(MinioException):
    """The server ignores a write's condition."""


class UnreadableError(MinioException):
    """A written object cannot be read back."""


def store_error(where: str, error: Exception) -> StoreError:
    """Return the error with its place and remedy, without the request and its signature."""
    if isinstance(error, S3Error):
        return _refusal(where, error)
    if isinstance(error, urllib3.exceptions.HTTPError):
        return _connection_failure(where, error)
    if isinstance(error, NoBucketError):
        return StoreError(
            f"{where}: the bucket does not exist, and MINIO_ACCESS_KEY may not create it. Create it, "
            "or allow the key s3:CreateBucket and s3:PutBucketPolicy."
        )
    if isinstance(error, NoConditionsError):
        return StoreError(f"{where}: {PERMANENT['NotImplemented']}")
    if isinstance(error, UnreadableError):
        return StoreError(
            f"{where}: written objects cannot be read back, so every run would pay again. "
            "Allow MINIO_ACCESS_KEY s3:GetObject on both buckets."
        )
    if isinstance(error, ServerError | InvalidResponseError):
        status = _status(error)
        if status >= 500 or status in BUSY:
            return StoreUnavailableError(f"{where}: the server failed with status {status}. Check that it is up.")
    if isinstance(error, UnicodeDecodeError | ParseError):  # The client hides its status.
        return StoreUnavailableError(
            f"{where}: the answer is not S3's XML; it may be a proxy's. Check MINIO_ENDPOINT, and that "
            "the server is up."
        )
    if isinstance(error, MinioException | KeyError):
        return _not_s3(where)
    return StoreError(f"{where}: {error}. Check MINIO_ENDPOINT and MINIO_BUCKET.")


def _not_s3(where: str) -> StoreError:
    return StoreError(
        f"{where}: the server does not speak S3. Check that MINIO_ENDPOINT names the API and not the console."
    )


def _refusal(where: str, error: S3Error) -> StoreError:
    code = error.code or "no code"
    if error.message in CLOCK_MESSAGES:
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
    text = f"{where}: cannot be reached ({type(reason).__name__}). Check MINIO_ENDPOINT, and that the server is up."
    if isinstance(reason, urllib3.exceptions.SSLError):
        kind = StoreUnavailableError if isinstance(reason.args[0], CUT_OFF) else StoreError
        return kind(f"{text} If the server has no TLS, use http://.")
    looked_up = reason.__cause__ if isinstance(reason, urllib3.exceptions.NameResolutionError) else None
    if isinstance(looked_up, socket.gaierror) and looked_up.errno != socket.EAI_AGAIN:
        return StoreError(f"{where}: there is no such host. Check MINIO_ENDPOINT.")
    return StoreUnavailableError(text)


def _status(error: ServerError | InvalidResponseError) -> int:
    return error.status_code if isinstance(error, ServerError) else error._code  # The client has no public accessor.
