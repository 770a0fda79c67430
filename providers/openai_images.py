"""OpenAI's Images API, through its own SDK."""

import asyncio
import base64
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, cast

import openai

from errors import ThumbnailError
from providers.provider import Picture, PictureRequest
from providers.throttling import retry_after
from providers.vendor import OPENAI

__all__ = ["OpenAIImages"]

MODERATION = ("moderation_blocked", "content_policy_violation")
SAFETY = "safety system"  # Some refusals have no code, and these words.
NO_QUOTA = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
NO_MODEL = ("model_not_found",)


class OpenAIImages:
    """Asks OpenAI, once per call: Render owns the retries."""

    def __init__(self, api_key: str, timeout_seconds: float) -> None:
        """Take the key, and how long one answer may take in all."""
        self._timeout_seconds = timeout_seconds
        self._client = openai.AsyncOpenAI(api_key=api_key, timeout=timeout_seconds, max_retries=0)

    async def __aenter__(self) -> "OpenAIImages":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def generate(self, request: PictureRequest) -> Picture:
        """Return one JPEG; see PictureProvider for the errors."""
        began = time.monotonic()
        try:
            # The client's own timeout starts again with every piece that arrives; this one bounds the whole.
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._client.images.with_raw_response.generate(
                    model=request.served_by,
                    prompt=request.prompt,
                    n=1,
                    size=request.size,
                    quality=cast(Any, request.quality),
                    output_format="jpeg",
                )
                body = answer.http_response.json()
        except openai.APIError as error:
            raise _translated(error, request.served_by, self._timeout_seconds) from error
        except TimeoutError as error:
            raise OPENAI.timed_out(self._timeout_seconds) from error
        except (ValueError, RecursionError) as error:
            raise OPENAI.no_picture("it is not JSON, as if from a proxy") from error
        return Picture(_picture(body), {**_usage(body), "latency_seconds": round(time.monotonic() - began, 3)})


def _picture(body: Any) -> bytes:
    try:
        encoded = body["data"][0]["b64_json"]
        return base64.b64decode(encoded, validate=True)
    except (LookupError, TypeError) as error:
        raise OPENAI.no_picture("the answer holds no data") from error
    except ValueError as error:
        raise OPENAI.no_picture("its base64 is broken") from error


def _usage(body: Mapping[str, Any]) -> dict[str, float | str]:
    reported = {**(body["usage"] if isinstance(body.get("usage"), dict) else {}), "size": body.get("size")}
    names = ("input_tokens", "output_tokens", "total_tokens", "size")
    return {name: reported[name] for name in names if isinstance(reported.get(name), int | str)}


def _translated(error: openai.APIError, model: str, timeout_seconds: float) -> ThumbnailError:
    """Return our error for one of the SDK's; codes and statuses as OpenAI documents them."""
    if isinstance(error, openai.APITimeoutError):
        return OPENAI.timed_out(timeout_seconds)
    if not isinstance(error, openai.APIStatusError):
        return OPENAI.unreachable(str(error.__cause__ or error))
    status, code = error.status_code, error.code or ""
    if "json" not in error.response.headers.get("content-type", ""):  # Not the API's answer: a proxy's, on the way.
        return OPENAI.failed(status, str(error.body or ""))
    reason = str(error.body.get("message") or error.body) if isinstance(error.body, Mapping) else str(error.body)
    if code in MODERATION or (status == 400 and SAFETY in reason):
        return OPENAI.moderation(reason)
    if code in NO_QUOTA or status == 402:
        return OPENAI.quota_used_up(reason)
    if status == 429:
        return OPENAI.throttled(reason, retry_after(error.response.headers.get("retry-after")))
    if status == 401:
        return OPENAI.bad_key(reason)
    if status in (403, 404) or code in NO_MODEL:
        return OPENAI.model_unavailable(model, reason)
    if status in (408, 409, 425) or status >= 500 or status < 400:
        return OPENAI.failed(status, reason)
    return OPENAI.invalid(reason)
