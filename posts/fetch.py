"""A feed from its address, bounded in size, in time and in redirects."""

import time
import zlib
from collections.abc import Callable

import httpx2

from errors import InvalidRequestError

__all__ = ["fetch"]

LONGEST_BYTES = 20_000_000
SECONDS, SECONDS_WITHOUT_A_BYTE = 60.0, 15.0
MOST_REDIRECTS = 5
HEADERS = {
    "User-Agent": "blog-thumbnails",
    "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5",
    "Accept-Encoding": "identity",
}
# zlib's way to say: gzip's header or zlib's own.
EITHER_HEADER = 47


def fetch(url: str, clock: Callable[[], float] = time.monotonic) -> bytes:
    """Return what is at an address.

    Raises:
        InvalidRequestError: it cannot be had, or not within the bounds.
    """
    until = clock() + SECONDS
    try:
        with (
            httpx2.Client(
                follow_redirects=True, max_redirects=MOST_REDIRECTS, timeout=SECONDS_WITHOUT_A_BYTE, headers=HEADERS
            ) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != httpx2.codes.OK:
                raise _refused(url, f"the server answers {answer.status_code}. Check the address")
            data = bytearray()
            for part in answer.iter_raw():
                data += part
                if len(data) > LONGEST_BYTES:
                    raise _refused(url, f"it is larger than {LONGEST_BYTES // 1_000_000} MB. Name a feed")
                if clock() > until:
                    raise _refused(url, f"it takes longer than {SECONDS:g} s. Try again later, or name a file")
            return _decoded(bytes(data), answer.headers.get("content-encoding", "identity").strip().lower(), url)
    except httpx2.TooManyRedirects:
        raise _refused(url, f"it redirects more than {MOST_REDIRECTS} times. Check the address") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError, ValueError) as error:
        why = str(error) or type(error).__name__
        raise _refused(url, f"{why}. Check the address and the connection") from None


def _decoded(data: bytes, encoding: str, url: str) -> bytes:
    if encoding in ("", "identity"):
        return data
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise _refused(url, f"the answer is in the encoding {encoding!r}. Name a file")
    unpacker = zlib.decompressobj(EITHER_HEADER)
    try:
        decoded = unpacker.decompress(data, LONGEST_BYTES + 1)
    except zlib.error as error:
        raise _refused(url, f"the answer is damaged ({error}). Try again later") from None
    if len(decoded) > LONGEST_BYTES:
        raise _refused(url, f"it is larger than {LONGEST_BYTES // 1_000_000} MB. Name a feed")
    if not unpacker.eof:
        raise _refused(url, "the answer is damaged (it ends early). Try again later")
    return decoded


def _refused(url: str, why: str) -> InvalidRequestError:
    return InvalidRequestError([f"{url} cannot be read: {why}"])
