"""Downloads a feed, a cover or a picture, with limits on size, time, redirects and addresses."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from typing import NamedTuple

import httpx2

from errors import InvalidRequestError
from network import proxy_for, tls_context
from posts.unpacking import DamagedError, TooLargeError, unpacked

__all__ = ["Download", "FetchError", "download", "fetch"]

MAX_BYTES = 20_000_000
TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS = 60.0, 15.0
MAX_REDIRECTS = 5
HEADERS = {
    "User-Agent": "blog-thumbnails",
    "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5",
    "Accept-Encoding": "identity",
}
PACKED, UNSUPPORTED = ("gzip", "x-gzip", "deflate"), ("br", "zstd", "compress", "x-compress")


class FetchError(InvalidRequestError):
    """An address cannot be read, for a reason; the remedy is for someone who gave it as a feed's."""

    def __init__(self, url: str, reason: str, remedy: str) -> None:
        """Take the parts of the sentence."""
        self.reason = reason
        super().__init__([f"{url} cannot be read: {reason}. {remedy}"])


class Download(NamedTuple):
    """What is at an address, and the encoding that its server declares, if any."""

    data: bytes
    charset: str


def fetch(url: str) -> bytes:
    """Return the content at a URL.

    Raises:
        InvalidRequestError: it cannot be downloaded within the limits.
    """
    return download(url).data


def download(
    url: str,
    seconds: float = TIMEOUT_SECONDS,
    is_public: Callable[[str], bool] | None = None,
    *,
    only_public: bool = False,
) -> Download:
    """Return the content at a URL, within so many seconds in all. ``is_public`` tells hosts on the internet.

    A user may name any host. An address that others wrote, as in a feed, is read if it is ``only_public``.

    Raises:
        FetchError: it cannot be downloaded within the limits, or leads to a host that it may not.
    """
    try:
        return asyncio.run(asyncio.wait_for(_download(url, is_public or _is_public, only_public), seconds))
    except TimeoutError:
        raise FetchError(url, f"it takes longer than {seconds:g} s", "Try again later, or give a file") from None
    except InvalidRequestError:
        raise
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError, ExceptionGroup) as error:
        reason = str(error) or type(error).__name__
        raise FetchError(url, reason, "Check the address and the connection") from None


async def _download(url: str, is_public: Callable[[str], bool], was_public: bool) -> Download:
    address = httpx2.URL(url)
    for _ in range(MAX_REDIRECTS + 1):
        is_inside = not await asyncio.to_thread(is_public, address.host)
        if was_public and is_inside:
            how = "it redirects to" if address != httpx2.URL(url) else "its host is"
            raise FetchError(url, f"{how} {address.host}, which is not on the internet", "Give the feed's own address")
        was_public = was_public or not is_inside
        proxy = proxy_for(str(address))
        async with (
            httpx2.AsyncClient(
                timeout=READ_TIMEOUT_SECONDS,
                headers=HEADERS,
                proxy=proxy,
                verify=tls_context() if address.scheme == "https" else True,
                trust_env=False,
            ) as client,
            client.stream("GET", address) as response,
        ):
            if was_public and not proxy and not is_public(_peer(response) or address.host):
                raise FetchError(url, f"{address.host} is not on the internet after all", "Give the feed's own address")
            if not response.has_redirect_location:
                return await _content(response, url)
            address = address.join(response.headers["location"])
    raise FetchError(url, f"it redirects more than {MAX_REDIRECTS} times", "Check the address")


def _peer(response: httpx2.Response) -> str:
    """Return the address of the server that answered: its name may have got another one since it was looked up."""
    peer = response.extensions["network_stream"].get_extra_info("server_addr")
    return str(peer[0]) if peer else ""


async def _content(response: httpx2.Response, url: str) -> Download:
    if response.status_code in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
        raise FetchError(
            url,
            f"the server answers {response.status_code}: it refuses programs that it does not know, or asks for a "
            "password",
            "Save the feed with a browser, and give the file",
        )
    if response.status_code != httpx2.codes.OK:
        raise FetchError(url, f"the server answers {response.status_code}", "Check the address")
    data = bytearray()
    async for chunk in response.aiter_raw():
        data += chunk
        if len(data) > MAX_BYTES:
            raise _too_large(url)
    encodings = response.headers.get("content-encoding", "").lower().split(",")
    return Download(_decoded(bytes(data), [each.strip() for each in encodings], url), response.charset_encoding or "")


def _decoded(data: bytes, encodings: list[str], url: str) -> bytes:
    """Return data unpacked. Servers also name what is no encoding of a content, such as ``none`` or ``utf-8``."""
    for encoding in reversed(encodings):
        if encoding in UNSUPPORTED:
            raise FetchError(url, f"the response has the unsupported encoding {encoding!r}", "Give a file")
        if encoding in PACKED:
            try:
                data = unpacked(data, MAX_BYTES)
            except TooLargeError:
                raise _too_large(url) from None
            except DamagedError as error:
                raise FetchError(url, f"the response is damaged ({error})", "Try again later") from None
    return data


def _is_public(host: str) -> bool:
    """Return whether every address of a host is on the internet. A name that only a proxy knows may be."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return "." in host and not host.endswith((".local", ".internal", ".localhost"))
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    return all((getattr(address, "ipv4_mapped", None) or address).is_global for address in addresses)


def _too_large(url: str) -> FetchError:
    return FetchError(url, f"it is larger than {MAX_BYTES // 1_000_000} MB", "Give a feed")
