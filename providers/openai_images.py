"""OpenAI's Images API, through its own SDK, and the gateways that imitate it."""

import time
from typing import Any, cast

import httpx2
import openai

from providers.client import VendorClient
from providers.linked_picture import fetch_picture
from providers.openai_answer import failure, read_picture
from providers.provider import Picture, PictureRequest
from providers.registry import MODELS
from providers.vendor import OPENAI

__all__ = ["OpenAIImages"]


class OpenAIImages:
    """Sends one request per call: Render owns the retries."""

    def __init__(self, api_key: str, timeout_seconds: float) -> None:
        """Create a client whose requests take at most ``timeout_seconds``, response included."""
        self._timeout_seconds = timeout_seconds
        client = openai.AsyncOpenAI(
            api_key=api_key,
            timeout=timeout_seconds,
            max_retries=0,
            http_client=VendorClient(OPENAI, timeout_seconds),
        )
        self._client = _with_query(client, api_key)

    async def __aenter__(self) -> "OpenAIImages":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def generate(self, request: PictureRequest) -> Picture:
        """Return one JPEG; see PictureProvider for the errors."""
        began = time.monotonic()
        try:
            answer = await self._client.images.with_raw_response.generate(
                model=request.served_by,
                prompt=request.prompt,
                n=1,
                size=request.size,
                quality=cast(Any, request.quality),
                output_format="jpeg",
                complexity=MODELS[request.served_by].complexity or openai.omit,
            )
        except openai.APIStatusError as error:
            response = error.response
            body = {"error": error.body}
            raise OPENAI.failed(
                failure(response.status_code, body, response.headers, request.prompt), request.served_by
            ) from error
        picture, usage = read_picture(answer.http_response, request)
        if isinstance(picture, httpx2.URL):
            left = self._timeout_seconds - (time.monotonic() - began)
            picture = await fetch_picture(picture, self._client.base_url, left, usage)
        return Picture(picture, {**usage, "latency_seconds": round(time.monotonic() - began, 3)})


def _with_query(client: openai.AsyncOpenAI, api_key: str) -> openai.AsyncOpenAI:
    """Return a client for a base URL with a query, such as Azure's ``?api-version=``, to which the SDK adds paths.

    Azure takes keys in a header of its own.
    """
    url = client.base_url
    if not url.query:
        return client
    return client.with_options(
        base_url=url.copy_with(query=None), default_query=dict(url.params), default_headers={"api-key": api_key}
    )
