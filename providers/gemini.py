"""Gemini's API, through its own SDK."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import httpx2
from google import genai
from google.genai import errors, types

from providers.failures import MODERATION, Answer
from providers.gemini_failures import GEMINI_REFUSALS
from providers.provider import Picture, PictureRequest
from providers.redaction import without_prompt
from providers.vendor import GEMINI
from providers.waiting_time import duration, expected_reset, requested_wait

__all__ = ["Gemini"]


class Gemini:
    """Sends one request per call: Render owns the retries."""

    def __init__(self, api_key: str, timeout_seconds: float) -> None:
        """Create a client whose requests take at most ``timeout_seconds``, response included."""
        self._timeout_seconds = timeout_seconds
        # One context for all clients: the SDK would create two more, at 20 ms of CPU each, for clients not used here.
        tls = httpx2.create_ssl_context()
        # The SDK's other transport resends a request after a lost connection, and both are billed.
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

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()
        await self._http.aclose()

    async def generate(self, request: PictureRequest) -> Picture:
        """Return one picture, in the format that Gemini chooses; see PictureProvider for the errors."""
        aspect_ratio, image_size = request.size.split()
        config = types.GenerateContentConfig(
            response_modalities=["IMAGE"],
            image_config=types.ImageConfig(aspect_ratio=aspect_ratio, image_size=image_size),
        )
        began = time.monotonic()
        try:
            # The client's own timeout restarts with every chunk; this one limits the whole response.
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._client.models.generate_content(
                    model=request.served_by, contents=request.prompt, config=config
                )
        except errors.APIError as error:
            raise GEMINI.failed(_answer(error, request.prompt), request.served_by) from error
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise GEMINI.timed_out(self._timeout_seconds) from error
        except httpx2.HTTPError as error:
            raise GEMINI.unreachable(str(error) or type(error).__name__) from error
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise GEMINI.no_picture("the response is not in the API's format; it may be a proxy's") from error
        return Picture(
            _picture(answer, request), {**_usage(answer), "latency_seconds": round(time.monotonic() - began, 3)}
        )


def _picture(answer: types.GenerateContentResponse, request: PictureRequest) -> bytes:
    """Return the last picture that is not a thought: drafts come earlier, and as thoughts."""
    candidate = answer.candidates[0] if answer.candidates else None
    parts = (candidate.content.parts if candidate and candidate.content else None) or []
    for part in reversed(parts):
        if part.inline_data and part.inline_data.data and not part.thought:
            return part.inline_data.data
    feedback, usage = answer.prompt_feedback, _usage(answer)
    refused = {"output_tokens": 0, **usage} if usage else {}  # Google exempts only errors 400 and 500 from billing.
    if feedback and feedback.block_reason:
        blocked = Answer(200, message=f"the prompt was blocked, {feedback.block_reason.value}", usage=refused)
        raise GEMINI.error(MODERATION, blocked, request.served_by)
    words = " ".join(part.text for part in parts if part.text and not part.thought)
    reason = candidate.finish_reason.value if candidate and candidate.finish_reason else "no candidates"
    message = without_prompt(f"{reason}. {words}", request.prompt)
    if refusal := GEMINI_REFUSALS.get(reason):
        raise GEMINI.error(refusal, Answer(200, message=message, usage=refused), request.served_by)
    raise GEMINI.no_picture(message, usage)


def _usage(answer: types.GenerateContentResponse) -> dict[str, float | str]:
    usage = answer.usage_metadata
    if not usage:
        return {}
    drawn = [
        detail.token_count
        for detail in usage.candidates_tokens_details or []
        if detail.modality is types.MediaModality.IMAGE and detail.token_count is not None
    ]
    counts = {
        "input_tokens": usage.prompt_token_count,
        "output_tokens": usage.candidates_token_count,
        "image_output_tokens": sum(drawn) if drawn else None,
        "thought_tokens": usage.thoughts_token_count,
        "total_tokens": usage.total_token_count,
    }
    return {name: count for name, count in counts.items() if count is not None}


def _answer(error: errors.APIError, prompt: str) -> Answer:
    """Return what the tables of failures need of an answer that the SDK did not take for a success."""
    headers = getattr(error.response, "headers", {})
    message = without_prompt(str(error.message or ""), prompt)
    body = error.details.get("error") if isinstance(error.details, Mapping) else None
    details = _details(body)
    reasons = [str(detail["reason"]) for detail in details if "reason" in detail]
    delays = [delay for detail in details if (delay := duration(str(detail.get("retryDelay", "")))) is not None]
    violations = [violation for detail in details for violation in _mappings(detail.get("violations"))]
    return Answer(
        status=error.code,
        code=reasons[0] if reasons else "",
        type=str(error.status or "") if isinstance(body, Mapping) else "",
        message=message,
        quotas=tuple(str(violation.get("quotaId", "")) for violation in violations),
        wait_seconds=delays[0] if delays else requested_wait(headers),
        reset_seconds=expected_reset(headers, message),
        from_vendor=isinstance(body, Mapping),
    )


def _details(body: object) -> list[Mapping[str, Any]]:
    return _mappings(body.get("details")) if isinstance(body, Mapping) else []


def _mappings(values: object) -> list[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []
