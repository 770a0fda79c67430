"""Gemini's API, through its own SDK."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

import httpx2
from google import genai
from google.genai import errors, types

from errors import ThumbnailError
from providers.provider import Picture, PictureRequest
from providers.throttling import retry_after
from providers.vendor import GEMINI

__all__ = ["Gemini"]

# Why a model stops that will not draw a prompt, now or later.
REFUSALS = frozenset(
    (
        types.FinishReason.SAFETY,
        types.FinishReason.RECITATION,
        types.FinishReason.LANGUAGE,
        types.FinishReason.BLOCKLIST,
        types.FinishReason.PROHIBITED_CONTENT,
        types.FinishReason.SPII,
        types.FinishReason.IMAGE_SAFETY,
        types.FinishReason.IMAGE_PROHIBITED_CONTENT,
        types.FinishReason.IMAGE_RECITATION,
        types.FinishReason.ESCALATION,
        types.FinishReason.PUP_LIMITED_DISABLED,
    )
)
# What Google says of a 429 that no waiting within a batch mends.
NO_CREDIT = ("credits are depleted", "spending cap", "limit: 0")


class Gemini:
    """Asks Gemini, once per call: Render owns the retries."""

    def __init__(self, api_key: str, timeout_seconds: float) -> None:
        """Take the key, and how long one answer may take in all."""
        self._timeout_seconds = timeout_seconds
        # One for all: the SDK would make two more, 20 ms of CPU each, for clients that are not used here.
        tls = httpx2.create_ssl_context()
        # The SDK's other transport sends a request that lost its connection once more by itself, and pays for both.
        self._http = httpx2.AsyncClient(timeout=timeout_seconds, follow_redirects=True, verify=tls)
        self._client = genai.Client(
            vertexai=False,
            api_key=api_key,
            http_options=types.HttpOptions(
                timeout=round(timeout_seconds * 1000),  # Milliseconds.
                retry_options=types.HttpRetryOptions(attempts=1),
                httpx_async_client=self._http,
                httpx_client=httpx2.Client(verify=tls),
                async_client_args={"ssl": tls},
            ),
        ).aio

    async def __aenter__(self) -> "Gemini":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()
        await self._http.aclose()

    async def generate(self, request: PictureRequest) -> Picture:
        """Return one picture, of the format that Gemini chooses; see PictureProvider for the errors."""
        aspect_ratio, image_size = request.size.split()
        config = types.GenerateContentConfig(
            response_modalities=["IMAGE"],
            image_config=types.ImageConfig(aspect_ratio=aspect_ratio, image_size=image_size),
        )
        began = time.monotonic()
        try:
            # The client's own timeout starts again with every piece that arrives; this one bounds the whole.
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._client.models.generate_content(
                    model=request.served_by, contents=request.prompt, config=config
                )
        except errors.APIError as error:
            raise _translated(error, request.served_by) from error
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise GEMINI.timed_out(self._timeout_seconds) from error
        except httpx2.HTTPError as error:
            raise GEMINI.unreachable(str(error) or type(error).__name__) from error
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise GEMINI.no_picture("the answer is not what the API documents, as if from a proxy") from error
        return Picture(_picture(answer), {**_usage(answer), "latency_seconds": round(time.monotonic() - began, 3)})


def _picture(answer: types.GenerateContentResponse) -> bytes:
    """Return the last picture that is not a thought: drafts come first, and as thoughts."""
    candidate = answer.candidates[0] if answer.candidates else None
    parts = (candidate.content.parts if candidate and candidate.content else None) or []
    for part in reversed(parts):
        if part.inline_data and part.inline_data.data and not part.thought:
            return part.inline_data.data
    feedback = answer.prompt_feedback
    if feedback and feedback.block_reason:
        raise GEMINI.moderation(f"the prompt was blocked, {feedback.block_reason.value}")
    words = " ".join(part.text for part in parts if part.text and not part.thought)
    reason = candidate.finish_reason if candidate else None
    told = f"{reason.value if reason else 'no candidates'}. {words}"
    raise GEMINI.moderation(told) if reason in REFUSALS else GEMINI.no_picture(told)


def _usage(answer: types.GenerateContentResponse) -> dict[str, float | str]:
    usage = answer.usage_metadata
    counts = {
        "input_tokens": usage.prompt_token_count if usage else None,
        "output_tokens": usage.candidates_token_count if usage else None,
        "total_tokens": usage.total_token_count if usage else None,
    }
    return {name: count for name, count in counts.items() if count is not None}


def _translated(error: errors.APIError, model: str) -> ThumbnailError:
    """Return our error for one of the SDK's; statuses and details as Google documents them."""
    status, reason = error.code, str(error.message or "")
    body = error.details.get("error") if isinstance(error.details, Mapping) else None
    if not isinstance(body, Mapping):  # Not the API's own answer: a proxy's, on the way to it.
        return GEMINI.failed(status, reason)
    given = body.get("details")
    details = [detail for detail in given if isinstance(detail, Mapping)] if isinstance(given, list) else []
    if status == 429:
        return _throttled(reason, details, error)
    if status == 401 or _reason(details) == "API_KEY_INVALID" or (status == 403 and "key" in reason.lower()):
        return GEMINI.bad_key(reason)
    if status in (403, 404):
        return GEMINI.model_unavailable(model, reason)
    if status == 408 or status >= 500 or status < 400:
        return GEMINI.failed(status, reason)
    return GEMINI.invalid(reason)


def _throttled(reason: str, details: Iterable[Mapping[str, Any]], error: errors.APIError) -> ThumbnailError:
    wait = retry_after(getattr(error.response, "headers", {}).get("retry-after"))
    for detail in details:
        kind = str(detail.get("@type", ""))
        if kind.endswith("QuotaFailure") and "PerDay" in str(detail.get("violations")):
            return GEMINI.quota_used_up(reason)
        if kind.endswith("RetryInfo"):
            wait = retry_after(str(detail.get("retryDelay", "")).removesuffix("s")) or wait
    if any(words in reason for words in NO_CREDIT):
        return GEMINI.quota_used_up(reason)
    return GEMINI.throttled(reason, wait)


def _reason(details: Iterable[Mapping[str, Any]]) -> str | None:
    return next((detail["reason"] for detail in details if "reason" in detail), None)
