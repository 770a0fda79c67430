"""Reads the Images API's answers, OpenAI's and gateways': the picture, or why there is none, and the usage."""

import re
from collections.abc import Mapping
from typing import Any

import httpx2

from providers.answers import mapping, mappings, read_json, text, token_counts
from providers.failures import Answer
from providers.provider import PictureRequest
from providers.redaction import without_prompt
from providers.vendor import OPENAI
from providers.waiting_time import expected_reset, requested_wait

__all__ = ["failure", "read_picture"]


def read_picture(
    response: httpx2.Response, request: PictureRequest
) -> tuple[bytes | httpx2.URL, dict[str, float | str]]:
    """Return the picture, or the address that some gateways send in its place, and the usage.

    Raises:
        ProviderRejectedError, ProviderUnavailableError: as ``PictureProvider``.
    """
    content = response.content
    try:
        body = mapping(read_json(content.decode(errors="replace")))
    except ValueError as error:
        raise OPENAI.no_picture("the response is not JSON; it may be a proxy's", data=content) from error
    usage = _usage(body)
    for item in mappings(body.get("data")):
        if encoded := text(item.get("b64_json")):
            return OPENAI.decoded(encoded, usage), usage
        if address := text(item.get("url")):
            return OPENAI.decoded(address, usage) if address.startswith("data:") else _url(address, usage), usage
    if body.get("error"):
        raise OPENAI.failed(failure(200, body, response.headers, request.prompt), request.served_by)
    raise OPENAI.no_picture("the response has no data", usage, content)


def _url(address: str, usage: Mapping[str, float | str]) -> httpx2.URL:
    try:
        return httpx2.URL(address)
    except httpx2.InvalidURL as error:
        undecoded = address.encode(errors="replace")
        raise OPENAI.no_picture("the response has an invalid address", usage, undecoded) from error


def _usage(body: Mapping[str, Any]) -> dict[str, float | str]:
    usage, size = mapping(body.get("usage")), text(body.get("size"))
    counts = token_counts(
        {
            "input_tokens": usage.get("input_tokens"),
            "output_tokens": usage.get("output_tokens"),
            "image_output_tokens": mapping(usage.get("output_tokens_details")).get("image_tokens"),
            "total_tokens": usage.get("total_tokens"),
        }
    )
    return {**counts, **({"size": size} if re.fullmatch(r"\d{1,5}x\d{1,5}", size) else {})}


def failure(status: int, body: Mapping[str, Any], headers: Mapping[str, str], prompt: str) -> Answer:
    """Return an error response in the shape that the tables of failures need.

    ``body["error"]`` is an object, or a text. An error that a gateway sends with status 200 has the status of its code.
    """
    error = mapping(body.get("error"))
    code, error_type = str(error.get("code") or ""), str(error.get("type") or "")
    message = without_prompt(text(error.get("message")) or str(body.get("error") or ""), prompt)
    if status == 200:
        status = _status_of(code) or _status_of(error_type) or status
    return Answer(
        status=status,
        code=code,
        type=error_type,
        message=message,
        wait_seconds=requested_wait(headers),
        reset_seconds=expected_reset(headers, message),
        usage=_usage(body),
        # Gateways answer in JSON too, but a failure of OpenAI's own says which.
        from_vendor="json" in headers.get("content-type", "") and (status < 500 or "type" in error or "code" in error),
    )


def _status_of(name: str) -> int | None:
    return int(name) if re.fullmatch(r"[45]\d\d", name) else OPENAI.documented.statuses.get(name)
