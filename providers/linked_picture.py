"""Fetches a picture that a gateway sends the address of, from nowhere but the internet or the gateway itself."""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping

import anyio
import httpx2

from errors import UnusableAnswerError
from providers.client import MAX_ANSWER, read_bounded
from providers.vendor import OPENAI

__all__ = ["fetch_picture"]

MAX_REDIRECTS = 3


class _CannotFetchError(Exception):
    """Why a picture is not fetched, in words."""


async def fetch_picture(
    url: httpx2.URL, gateway: httpx2.URL, seconds: float, usage: Mapping[str, float | str]
) -> bytes:
    """Return what is at an address, without sending the key there.

    It must be on the public internet, or on the gateway's own host, and use HTTPS, or HTTP if the gateway does too.

    Raises:
        UnusableAnswerError: it cannot be fetched within ``seconds``. The error has the address, to fetch it by hand.
    """
    try:
        async with asyncio.timeout(max(seconds, 0)), httpx2.AsyncClient(timeout=max(seconds, 0.001)) as client:
            for _ in range(1 + MAX_REDIRECTS):
                found = await _get(client, url, gateway)
                if isinstance(found, bytes):
                    return found
                url = found
            raise _CannotFetchError("it redirects too often")
    except _CannotFetchError as error:
        raise _not_fetched(url, str(error), usage) from error
    except (TimeoutError, httpx2.TimeoutException) as error:
        raise _not_fetched(url, "it did not answer in time", usage) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, anyio.EndOfStream) as error:
        raise _not_fetched(url, str(error) or type(error).__name__, usage) from error


async def _get(client: httpx2.AsyncClient, url: httpx2.URL, gateway: httpx2.URL) -> bytes | httpx2.URL:
    """Return the content of an address, or where it redirects to."""
    response = await _connected(client, url, await _allowed_addresses(url, gateway))
    try:
        if response.has_redirect_location:
            return url.join(response.headers["location"])
        if not response.is_success:
            raise _CannotFetchError(f"it answers with status {response.status_code}")
        content = await read_bounded(response)
    finally:
        await response.aclose()
    if content is None:
        raise _CannotFetchError(f"it is larger than {MAX_ANSWER >> 20} MB")
    return content


async def _connected(client: httpx2.AsyncClient, url: httpx2.URL, addresses: list[str]) -> httpx2.Response:
    """Return the response of the first of these addresses that can be reached; a host may listen at one only.

    The name is not looked up again, so that it cannot lead elsewhere than to an address that was checked.
    """
    for address in addresses:
        request = client.build_request(
            "GET",
            url.copy_with(host=address),
            headers={"Host": url.netloc.decode()},
            extensions={"sni_hostname": url.host},
        )
        try:
            return await client.send(request, stream=True)
        except httpx2.ConnectError:
            if address == addresses[-1]:
                raise
    raise _CannotFetchError("it has no address")


async def _allowed_addresses(url: httpx2.URL, gateway: httpx2.URL) -> list[str]:
    """Return the network addresses to connect to."""
    if url.scheme not in ("https", gateway.scheme) or url.userinfo:
        raise _CannotFetchError("only HTTPS is allowed")
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    inside = [address for address in addresses if not ipaddress.ip_address(address.partition("%")[0]).is_global]
    if inside and url.host != gateway.host:
        raise _CannotFetchError(f"{inside[0]} is not a public address")
    return addresses


def _not_fetched(url: httpx2.URL, reason: str, usage: Mapping[str, float | str]) -> UnusableAnswerError:
    what = f"its picture is at {url.host} and cannot be fetched: {reason}"
    return OPENAI.no_picture(what, usage, str(url).encode())
