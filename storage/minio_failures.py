"""Maps a MinIO server's failures to errors with a remedy, and tells temporary from permanent ones."""

import re
import socket
import ssl
from xml.etree.ElementTree import ParseError

import urllib3
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError

from errors import StoreError, StoreFullError, StoreUnavailableError

__all__ = ["NOT_PUBLIC", "NO_BUCKET", "NO_CONDITIONS", "UNREADABLE", "UnsuitableError", "store_error"]

CLOCK_MESSAGES = ("Request has expired", "Request is not valid yet")
# The answer of MinIO's console to a signed request.
CONSOLE = "S3 API Requests must be made to API port."
NO_CONDITIONS = "The server lacks what this needs, such as conditional writes: use another."
# Failures that last until someone acts. Any other code is temporary: a starting or overloaded server has many of them.
PERMANENT = {
    "AccessDenied": "MINIO_ACCESS_KEY may not do that: allow it s3:GetObject and s3:PutObject on both buckets, "
    "and s3:PutBucketPolicy to make a new one public.",
    "InvalidAccessKeyId": "The server does not know MINIO_ACCESS_KEY: set it and MINIO_SECRET_KEY again.",
    "SignatureDoesNotMatch": "MINIO_SECRET_KEY does not match MINIO_ACCESS_KEY: set both again.",
    "RequestTimeTooSkewed": "This machine's clock and the server's are minutes apart: correct them.",
    "AuthorizationHeaderMalformed": "The server is in another region: set MINIO_REGION to it.",
    "NotImplemented": NO_CONDITIONS,
    "KeyTooLongError": "Shorten the title or slug.",
    "XMinioInvalidObjectName": "Change the title or slug.",
    "NoSuchBucket": "The bucket does not exist: create it, or allow MINIO_ACCESS_KEY to.",
}
# What proxies answer without S3's XML: the request took too long, or there were too many.
BUSY = (408, 429)
PROXY_AUTHENTICATION_REQUIRED = 407
UNAUTHORIZED = (
    "the proxy wants a user and a password: set HTTPS_PROXY, HTTP_PROXY or ALL_PROXY to "
    "http://<user>:<password>@<host>:<port>."
)
# A peer that is restarting ends the TLS handshake so; one without TLS does not.
CUT_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
FULL = {
    "XMinioStorageFull": "The server's disk is full: free some space.",
    "XMinioAdminBucketQuotaExceeded": "The bucket's quota is used up: raise it, or delete objects.",
}


# What our own errors say, each with its remedy.
NO_BUCKET = (
    "the bucket does not exist, and MINIO_ACCESS_KEY may not create it. Create it, or allow the key s3:CreateBucket "
    "and s3:PutBucketPolicy."
)
NOT_PUBLIC = (
    "it may not be made public. Set MINIO_PRESIGNED_HOURS, for signed links, or MINIO_PUBLIC_BASE_URL to an address "
    "that serves the bucket. Or let it be public: on AWS, switch off 'Block public access' for bucket and account; "
    "everywhere, allow MINIO_ACCESS_KEY s3:PutBucketPolicy."
)
UNREADABLE = (
    "written objects cannot be read back, so every run would pay again. Allow MINIO_ACCESS_KEY s3:GetObject on both "
    "buckets."
)


class UnsuitableError(MinioException):
    """The server or the key cannot do what this needs; the message has the remedy. No answer of the server says so."""


def store_error(where: str, error: Exception) -> StoreError:
    """Return the error with its place and remedy, without the request and its signature."""
    if isinstance(error, S3Error):
        return _refusal(where, error)
    if isinstance(error, urllib3.exceptions.HTTPError):
        return _connection_failure(where, error)
    if isinstance(error, UnsuitableError):
        return StoreError(f"{where}: {error}")
    if isinstance(error, ServerError | InvalidResponseError):
        status = _status(error)
        if status == PROXY_AUTHENTICATION_REQUIRED:
            return StoreError(f"{where}: {UNAUTHORIZED}")
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
    if isinstance(reason, urllib3.exceptions.ProxyError):
        return _proxy_failure(where, reason)
    if isinstance(reason, urllib3.exceptions.SSLError):
        return _tls_failure(where, text, reason.args[0])
    if _is_unknown_host(reason):
        return StoreError(f"{where}: there is no such host. Check MINIO_ENDPOINT.")
    return StoreUnavailableError(text)


def _tls_failure(where: str, text: str, reason: object) -> StoreError:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return StoreError(
            f"{where}: its certificate is not trusted ({reason.verify_message}). If an authority of your own or a "
            "company's proxy signs certificates here, set SSL_CERT_FILE to a PEM file with its certificate; otherwise "
            "check MINIO_ENDPOINT and the server's certificate."
        )
    error_type = StoreUnavailableError if isinstance(reason, CUT_OFF) else StoreError
    return error_type(f"{text} If the server has no TLS, use http://.")


def _proxy_failure(where: str, error: urllib3.exceptions.ProxyError) -> StoreError:
    """Return the error of a proxy that cannot be reached, or that opens no tunnel to the server."""
    answer = re.search(r"Tunnel connection failed: (\d+)", str(error.original_error))
    status = int(answer[1]) if answer else None
    if status == PROXY_AUTHENTICATION_REQUIRED:
        return StoreError(f"{where}: {UNAUTHORIZED}")
    what = f"the proxy answers with status {status}" if status else "the proxy cannot be reached"
    lasts = _is_unknown_host(error.original_error) if status is None else status < 500 and status not in BUSY
    error_type = StoreError if lasts else StoreUnavailableError
    return error_type(f"{where}: {what}. Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or name the server in NO_PROXY.")


def _is_unknown_host(error: BaseException) -> bool:
    looked_up = error.__cause__ if isinstance(error, urllib3.exceptions.NameResolutionError) else None
    return isinstance(looked_up, socket.gaierror) and looked_up.errno != socket.EAI_AGAIN


def _status(error: ServerError | InvalidResponseError) -> int:
    return error.status_code if isinstance(error, ServerError) else error._code  # The client has no public accessor.
