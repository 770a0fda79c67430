"""Reads Gemini's answers: the picture, or why there is none, and the usage."""

import math
import re
from collections.abc import Mapping
from typing import Any

from errors import ThumbnailError
from providers.answers import is_count, mapping, mappings, read_json, text, token_counts
from providers.failures import Answer
from providers.provider import PictureRequest
from providers.redaction import without_prompt
from providers.vendor import GEMINI
from providers.waiting_time import duration, expected_reset, requested_wait

__all__ = ["FOREIGN", "failure", "read_picture"]

FOREIGN = "the response is not in the API's format; it may be a proxy's"


def read_picture(content: str, request: PictureRequest) -> tuple[bytes, dict[str, float | str]]:
    """Return the last picture that is not a thought, and the usage. Drafts come earlier, and as thoughts.

    Raises:
        ProviderRejectedError, ProviderUnavailableError: as ``PictureProvider``.
    """
    body = _body(content)
    usage = _usage(mapping(_get(body, "usageMetadata")))
    candidates = mappings(body.get("candidates"))
    parts = [part for each in candidates for part in mappings(mapping(each.get("content")).get("parts"))]
    shown = [part for part in parts if part.get("thought") is not True]
    pictures = [data for part in shown if (data := text(mapping(_get(part, "inlineData")).get("data")))]
    if pictures:
        return GEMINI.decoded(pictures[-1], usage), usage
    if mapping(body.get("error")):
        raise GEMINI.failed(failure(200, body, {}, request.prompt), request.served_by)
    words = " ".join(filter(None, (text(part.get("text")) for part in shown)))
    if refusal := _refusal(body, candidates, words, usage, request):
        raise refusal
    reason = without_prompt(f"{_reason(candidates)}. {_said(candidates, words)}", request.prompt)
    raise GEMINI.no_picture(reason, usage, _bytes(content))


def _body(content: str) -> Mapping[str, Any]:
    try:
        body = read_json(content)
    except ValueError as error:
        raise GEMINI.no_picture(FOREIGN, data=_bytes(content)) from error
    if not isinstance(body, Mapping):
        raise GEMINI.no_picture(FOREIGN, data=_bytes(content))
    return body


def _refusal(
    body: Mapping[str, Any],
    candidates: list[Mapping[str, Any]],
    words: str,
    usage: Mapping[str, float | str],
    request: PictureRequest,
) -> ThumbnailError | None:
    """Return our error for an answer that says why there will be no picture."""
    feedback, reason = mapping(_get(body, "promptFeedback")), _reason(candidates)
    if blocked := text(_get(feedback, "blockReason")):
        remedy = GEMINI.documented.remedies["moderation"]
        message = f"the prompt was blocked, {blocked}. {text(_get(feedback, 'blockReasonMessage'))}"
    elif reason in GEMINI.documented.refusals:
        remedy = GEMINI.documented.refusals[reason]
        message = f"{reason}. {_said(candidates, words)}"
    else:
        return None
    # Google exempts only errors 400 and 500 from billing, and leaves out counts that are 0.
    billed = {"output_tokens": 0, **usage} if "input_tokens" in usage else {}
    message = without_prompt(message, request.prompt)
    answer = Answer(200, message=message, usage=billed, maybe_billed=not billed)
    return GEMINI.error(remedy, answer, request.served_by)


def _reason(candidates: list[Mapping[str, Any]]) -> str:
    if not candidates:
        return "no candidates"
    return text(_get(candidates[0], "finishReason")) or "no finish reason"


def _said(candidates: list[Mapping[str, Any]], words: str) -> str:
    message = text(_get(candidates[0], "finishMessage")) if candidates else ""
    return f"{message} {words}".strip()


def _usage(usage: Mapping[str, Any]) -> dict[str, float | str]:
    details = mappings(_get(usage, "candidatesTokensDetails"))
    drawn = [_get(detail, "tokenCount") for detail in details if detail.get("modality") == "IMAGE"]
    counted = [count for count in drawn if count is not None]
    total = sum(counted) if all(is_count(count) for count in counted) else math.nan
    return token_counts(
        {
            "input_tokens": _get(usage, "promptTokenCount"),
            "output_tokens": _get(usage, "candidatesTokenCount"),
            "image_output_tokens": total if counted else None,
            "thought_tokens": _get(usage, "thoughtsTokenCount"),
            "total_tokens": _get(usage, "totalTokenCount"),
        }
    )


def failure(status: int, content: Any, headers: Mapping[str, str], prompt: str) -> Answer:
    """Return an error response in the shape that the tables of failures need; ``content`` is its JSON, if it has any.

    The code of an error that a gateway sends with status 200 is taken for its status.
    """
    body = mapping(content).get("error")
    error = mapping(body)
    code = error.get("code")
    message = without_prompt(text(error.get("message")) or text(mapping(content).get("message")), prompt)
    details = mappings(error.get("details"))
    reasons = [str(detail["reason"]) for detail in details if "reason" in detail]
    delays = [delay for detail in details if (delay := duration(str(detail.get("retryDelay", "")))) is not None]
    violations = [violation for detail in details for violation in mappings(detail.get("violations"))]
    return Answer(
        status=code if status == 200 and isinstance(code, int) else status,
        code=reasons[0] if reasons else "",
        type=text(error.get("status")),
        message=message,
        quotas=tuple(str(violation.get("quotaId", "")) for violation in violations),
        wait_seconds=delays[0] if delays else requested_wait(headers),
        reset_seconds=expected_reset(headers, message),
        from_vendor=isinstance(body, Mapping),
    )


def _get(value: Mapping[str, Any], name: str) -> Any:
    """Return a field by its name, or by the other spelling that Google's servers accept, as in ``inline_data``."""
    return value.get(name, value.get(re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", name)))


def _bytes(content: str) -> bytes:
    return content.encode(errors="replace")
