"""Downloads a feed, with limits on size, time and redirects."""

import time
import zlib
from collections.abc import Callable

import httpx2

from errors import InvalidRequestError

__all__ = ["fetch"]

MAX_BYTES = 20_000_000
TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS = 60.0, 15.0
MAX_REDIRECTS = 5
HEADERS = {
    "User-Agent": "blog-thumbnails",
    "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5",
    "Accept-Encoding": "identity",
}
# zlib's wbits that accept both gzip's header and zlib's own.
GZIP_OR_ZLIB = 47


def fetch(url: str, clock: Callable[[], float] = time.monotonic) -> bytes:
    """Return the content at a URL.

    Raises:
        InvalidRequestError: it cannot be downloaded within the limits.
    """
    deadline = clock() + TIMEOUT_SECONDS
    try:
        with (
            httpx2.Client(
                follow_redirects=True, max_redirects=MAX_REDIRECTS, timeout=READ_TIMEOUT_SECONDS, headers=HEADERS
            ) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code != httpx2.codes.OK:
                raise _error(url, f"the server answers {response.status_code}. Check the address")
            data = bytearray()
            for chunk in response.iter_raw():
                data += chunk
                if len(data) > MAX_BYTES:
                    raise _too_large(url)
                if clock() > deadline:
                    raise _error(url, f"it takes longer than {TIMEOUT_SECONDS:g} s. Try again later, or give a file")
            return _decoded(bytes(data), response.headers.get("content-encoding", "identity").strip().lower(), url)
    except httpx2.TooManyRedirects:
        raise _error(url, f"it redirects more than {MAX_REDIRECTS} times. Check the address") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise _error(url, f"{reason}. Check the address and the connection") from None


def _decoded(data: bytes, encoding: str, url: str) -> bytes:
    if encoding in ("", "identity"):
        return data
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise _error(url, f"the response has the unsupported encoding {encoding!r}. Give a file")
    decompressor = zlib.decompressobj(GZIP_OR_ZLIB)
    try:
        decoded = decompressor.decompress(data, MAX_BYTES + 1)
    except zlib.error as error:
        raise _error(url, f"the response is damaged ({error}). Try again later") from None
    if len(decoded) > MAX_BYTES:
        raise _too_large(url)
    if not decompressor.eof:
        raise _error(url, "the response is damaged (it ends early). Try again later")
    return decoded


def _too_large(url: str) -> InvalidRequestError:
    return _error(url, f"it is larger than {MAX_BYTES // 1_000_000} MB. Give a feed")


def _error(url: str, reason: str) -> InvalidRequestError:
    return InvalidRequestError([f"{url} cannot be read: {reason}"])
