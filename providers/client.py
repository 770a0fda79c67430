"""The HTTP client behind both vendors' SDKs: what becomes of a request that may cost money."""

import asyncio
import io
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2

from network import proxy_for
from providers.vendor import Vendor

__all__ = ["MAX_ANSWER", "VendorClient", "read_bounded"]

# Bytes. The largest pictures that models make, 4K and lossless, take about 25 MB, and a third more as base64.
MAX_ANSWER = 64 * 2**20
# They describe the body as it was sent, and not as it was decoded.
OF_THE_BODY_AS_SENT = {"content-encoding", "content-length", "transfer-encoding"}


class VendorClient(httpx2.AsyncClient):
    """Limits the whole answer in time and size, follows no redirect, and knows whether a request was sent.

    Its errors are ours. The SDKs pass them on as they are.
    """

    def __init__(self, vendor: Vendor, timeout_seconds: float, tls: ssl.SSLContext | None = None) -> None:
        """Create a client whose requests take at most ``timeout_seconds``, answer included.

        Raises:
            SettingsError: the environment names a proxy that cannot be used.
        """
        super().__init__(
            timeout=timeout_seconds,
            verify=tls or httpx2.create_ssl_context(),
            proxy=proxy_for(vendor.address),
            trust_env=False,  # The client fails on addresses and ranges of IPv6 in NO_PROXY.
        )
        self._vendor, self._timeout_seconds = vendor, timeout_seconds

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send a request, and return its answer, read to the end and decompressed.

        Raises:
            ProviderRejectedError: the answer is a redirect.
            ProviderUnavailableError: no answer, none in time, or one that is too large.
        """
        delivery = _Delivery()
        request.extensions = {**request.extensions, "trace": delivery.observe}
        async with self._our_errors(delivery):
            # The client's own timeout restarts with every chunk; this one limits the whole answer.
            async with asyncio.timeout(self._timeout_seconds):
                response = await super().send(request, **{**options, "stream": True, "follow_redirects": False})
                try:
                    return await self._whole(response)
                finally:
                    await response.aclose()

    @asynccontextmanager
    async def _our_errors(self, delivery: "_Delivery") -> AsyncGenerator[None]:
        try:
            yield
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise self._vendor.timed_out(self._timeout_seconds, sent=delivery.began) from error
        # The last two are TLS's and anyio's, which httpx2 does not translate everywhere.
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, anyio.EndOfStream) as error:
            raise self._vendor.disconnected(str(error) or type(error).__name__, sent=delivery.began) from error

    async def _whole(self, response: httpx2.Response) -> httpx2.Response:
        if response.is_redirect:
            raise self._vendor.redirected(response.status_code, _target(response))
        content = await read_bounded(response)
        if content is None:
            raise self._vendor.no_picture(f"the answer is larger than {MAX_ANSWER >> 20} MB, which no picture takes")
        headers = [pair for pair in response.headers.multi_items() if pair[0].lower() not in OF_THE_BODY_AS_SENT]
        return httpx2.Response(response.status_code, headers=headers, content=content, request=response.request)


@dataclass
class _Delivery:
    """Whether the vendor may have a request: its body, with the prompt, began to be sent.

    A failure before that, in looking the host up, in connecting, at a proxy or in TLS, cannot have been billed.
    """

    began: bool = False

    async def observe(self, event: str, details: Mapping[str, Any]) -> None:
        """Take an event of httpx2's ``trace`` extension. A proxy's CONNECT has a body too, an empty one."""
        if event.endswith(".send_request_body.started") and details["request"].method == b"POST":
            self.began = True


async def read_bounded(response: httpx2.Response) -> bytes | None:
    """Return a streamed response's body, decompressed, or None as soon as it is larger than MAX_ANSWER."""
    # Its value shares the buffer's memory, where joining chunks would take it twice.
    content = io.BytesIO()
    async with aclosing(response.aiter_bytes()) as chunks:
        async for chunk in chunks:
            if content.tell() + len(chunk) > MAX_ANSWER:
                return None
            content.write(chunk)
    return content.getvalue()


def _target(response: httpx2.Response) -> str:
    """Return where a redirect leads, without path and query, which may quote a key."""
    try:
        target = response.request.url.join(response.headers["location"])
    except (KeyError, httpx2.InvalidURL):
        return "an unreadable address"
    port = f":{target.port}" if target.port else ""
    return f"{target.scheme}://{target.host}{port}"
