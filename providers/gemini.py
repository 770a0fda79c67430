"""Gemini's API, through its own SDK."""

import time

import httpx2
from google import genai
from google.genai import errors, types

from providers.client import VendorClient
from providers.gemini_answer import FOREIGN, failure, read_picture
from providers.provider import Picture, PictureRequest
from providers.vendor import GEMINI

__all__ = ["Gemini"]


class Gemini:
    """Sends one request per call: Render owns the retries."""

    def __init__(self, api_key: str, timeout_seconds: float) -> None:
        """Create a client whose requests take at most ``timeout_seconds``, response included."""
        # One context for all clients: the SDK would create two more, at 20 ms of CPU each, for clients not used here.
        tls = httpx2.create_ssl_context()
        # The SDK's other transport resends a request after a lost connection, and both are billed.
        self._http = VendorClient(GEMINI, timeout_seconds, tls)
        self._client = genai.Client(
            vertexai=False,
            api_key=api_key,
            http_options=types.HttpOptions(
                timeout=round(timeout_seconds * 1000),  # Milliseconds.
                retry_options=types.HttpRetryOptions(attempts=1),
                httpx_async_client=self._http,
                httpx_client=httpx2.Client(verify=tls, trust_env=False),
                async_client_args={"ssl": tls},
            ),
        ).aio

    async def __aenter__(self) -> "Gemini":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()
        await self._http.aclose()

    async def generate(self, request: PictureRequest) -> Picture:
        """Return one picture, in the format that Gemini chooses; see PictureProvider for the errors."""
        aspect_ratio, image_size = request.size.split()
        config = types.GenerateContentConfig(
            response_modalities=["IMAGE"],
            image_config=types.ImageConfig(aspect_ratio=aspect_ratio, image_size=image_size),
            # The SDK's own types refuse a whole response for one odd field in it.
            should_return_http_response=True,
        )
        began = time.monotonic()
        try:
            answer = await self._client.models.generate_content(
                model=request.served_by, contents=request.prompt, config=config
            )
        except errors.APIError as error:
            headers = getattr(error.response, "headers", {})
            raise GEMINI.failed(
                failure(error.code, error.details, headers, request.prompt), request.served_by
            ) from error
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise GEMINI.no_picture(FOREIGN) from error  # The SDK could not read an error.
        content = answer.sdk_http_response.body if answer.sdk_http_response else None
        picture, usage = read_picture(content or "", request)
        return Picture(picture, {**usage, "latency_seconds": round(time.monotonic() - began, 3)})
