"""OpenAI's Images API, through its own SDK."""

import asyncio
import base64
import time
from collections.abc import Mapping
from typing import Any, cast

import openai

from errors import ThumbnailError
from providers.failures import Answer
from providers.provider import Picture, PictureRequest
from providers.redaction import without_prompt
from providers.registry import MODELS
from providers.vendor import OPENAI
from providers.waiting_time import expected_reset, requested_wait

__all__ = ["OpenAIImages"]


class OpenAIImages:
    """Sends one request per call: Render owns the retries."""

    def __init__(self, api_key: str, timeout_seconds: float) -> None:
        """Create a client whose requests take at most ``timeout_seconds``, response included."""
        self._timeout_seconds = timeout_seconds
        self._client = openai.AsyncOpenAI(api_key=api_key, timeout=timeout_seconds, max_retries=0)

    async def __aenter__(self) -> "OpenAIImages":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def generate(self, request: PictureRequest) -> Picture:
        """Return one JPEG; see PictureProvider for the errors."""
        began = time.monotonic()
        try:
            # The client's own timeout restarts with every chunk; this one limits the whole response.
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._client.images.with_raw_response.generate(
                    model=request.served_by,
                    prompt=request.prompt,
                    n=1,
                    size=request.size,
                    quality=cast(Any, request.quality),
                    output_format="jpeg",
                    complexity=MODELS[request.served_by].complexity or openai.omit,
                )
                body = answer.http_response.json()
        except openai.APIError as error:
            raise self._translated(error, request) from error
        except TimeoutError as error:
            raise OPENAI.timed_out(self._timeout_seconds) from error
        except (ValueError, RecursionError) as error:
            raise OPENAI.no_picture("the response is not JSON; it may be a proxy's") from error
        return Picture(_picture(body), {**_usage(body), "latency_seconds": round(time.monotonic() - began, 3)})

    def _translated(self, error: openai.APIError, request: PictureRequest) -> ThumbnailError:
        if isinstance(error, openai.APITimeoutError):
            return OPENAI.timed_out(self._timeout_seconds)
        if not isinstance(error, openai.APIStatusError):
            return OPENAI.unreachable(str(error.__cause__ or error))
        return OPENAI.failed(_answer(error, request.prompt), request.served_by)


def _picture(body: Any) -> bytes:
    try:
        encoded = body["data"][0]["b64_json"]
        return base64.b64decode(encoded, validate=True)
    except (LookupError, TypeError) as error:
        raise OPENAI.no_picture("the response has no data", _usage(body)) from error
    except ValueError as error:
        raise OPENAI.no_picture("the response has invalid base64", _usage(body)) from error


def _usage(body: Any) -> dict[str, float | str]:
    answer = _mapping(body)
    usage = _mapping(answer.get("usage"))
    reported = {
        "input_tokens": usage.get("input_tokens"),
        "output_tokens": usage.get("output_tokens"),
        "image_output_tokens": _mapping(usage.get("output_tokens_details")).get("image_tokens"),
        "total_tokens": usage.get("total_tokens"),
        "size": answer.get("size"),
    }
    return {name: value for name, value in reported.items() if isinstance(value, int | str)}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _answer(error: openai.APIStatusError, prompt: str) -> Answer:
    """Return an error response in the shape that the tables of failures need."""
    headers = error.response.headers
    text = error.body.get("message") if isinstance(error.body, Mapping) else None
    message = without_prompt(str(text or error.body or ""), prompt)
    return Answer(
        status=error.status_code,
        code=error.code or "",
        type=str(error.type or ""),
        message=message,
        wait_seconds=requested_wait(headers),
        reset_seconds=expected_reset(headers, message),
        from_vendor="json" in headers.get("content-type", ""),
    )
