"""Answers that are odd and hold a picture all the same, over HTTP through each vendor's own SDK."""

import base64
import json
from typing import Any

import httpx2
import pytest

from errors import (
    ProviderRejectedError,
    ProviderThrottledError,
    ThumbnailError,
    UndocumentedAnswerError,
    UnusableAnswerError,
)
from providers.answers import MAX_TOKENS, decode_picture, token_counts
from providers.openai_images import OpenAIImages
from providers.prices import read_prices
from providers.provider import PictureRequest
from tests.providers.asking import GEMINI, OPENAI, answering, ask
from tests.support.emulator import (
    ABSURD_COUNTS,
    KEY,
    Emulator,
    Fault,
    Handler,
    Request,
    absurd_usage,
    billed_answer,
    gemini_answer,
    odd_fields,
    openai_answer,
    picture_for,
)

REQUEST = PictureRequest(OPENAI, "A neon scene.", "neon", "1200x640", "low", 0)


@pytest.mark.parametrize("model", [OPENAI, GEMINI])
@pytest.mark.parametrize("count", ABSURD_COUNTS, ids=lambda count: count[:9])
async def test_an_impossible_count_is_no_usage_and_loses_no_picture(
    count: str, model: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(absurd_usage(count))
    picture = await ask(emulator, model, monkeypatch)
    assert picture.usage.keys() <= {"latency_seconds", "size"}


@pytest.mark.parametrize("bad", [-1, 40.5, "12", True, float("nan"), float("inf"), MAX_TOKENS + 1, 10**400, [], {}])
@pytest.mark.parametrize("name", ["input_tokens", "output_tokens", "image_output_tokens", "thought_tokens"])
def test_one_impossible_count_leaves_no_sum_to_guess_from(name: str, bad: Any) -> None:
    good = dict.fromkeys(("input_tokens", "output_tokens", "image_output_tokens", "thought_tokens", "total_tokens"), 7)
    assert token_counts(good) == good
    assert token_counts({**good, name: bad}) == {}
    without = {key: count for key, count in good.items() if key != "total_tokens"}
    assert token_counts({**good, "total_tokens": bad}) == without


def test_a_count_may_be_missing_null_or_written_with_a_fraction_of_zero() -> None:
    counts = token_counts({"input_tokens": 0, "output_tokens": 1120.0, "thought_tokens": None})
    assert counts == {"input_tokens": 0, "output_tokens": 1120}
    assert isinstance(counts["output_tokens"], int)


def test_every_picture_of_the_price_table_is_far_below_the_bound() -> None:
    counts = [
        price.pictures.count("3840x2160", quality)
        for price in read_prices().values()
        if price.pictures
        for quality in price.pictures.tiles
    ]
    counts += [count for price in read_prices().values() if price.pictures for count in price.pictures.tokens.values()]
    largest = max(count for count in counts if count)
    assert largest == 13_342
    assert 4 * largest < MAX_TOKENS


@pytest.mark.parametrize(
    "fault",
    [
        odd_fields({"responseId": 12345}),
        odd_fields({"modelStatus": {"retirementTime": "soon", "message": 7}}),
        odd_fields({"usageMetadata": [1, 2]}),
        odd_fields({"promptFeedback": "none"}),
        odd_fields({"createTime": {}, "modelVersion": 3, "automaticFunctionCallingHistory": 1}),
        odd_fields({"more": {"a": [None]}, "sdkHttpResponse": "x"}),
        odd_fields(candidate={"safetyRatings": "x", "citationMetadata": 5, "index": "0", "avgLogprobs": "NaN"}),
        odd_fields(candidate={"finishReason": 7, "finishMessage": [], "groundingMetadata": [], "tokenCount": "x"}),
        odd_fields(candidate={"finishReason": "A_REASON_OF_NEXT_YEAR"}),
        odd_fields(usage={"promptTokenCount": 40.5}),
        odd_fields(usage={"candidatesTokensDetails": 5, "trafficType": 1}),
        odd_fields(usage={"candidatesTokensDetails": [None, {"modality": "IMAGE", "tokenCount": "many"}]}),
    ],
)
async def test_an_odd_field_never_loses_geminis_picture(
    fault: Fault, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(fault)
    picture = await ask(emulator, GEMINI, monkeypatch)
    assert picture.data == picture_for(emulator.requests[0])
    assert emulator.billed == 1


async def test_geminis_picture_may_be_spelled_as_its_servers_accept_it(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def snake(handler: Handler, request: Request) -> None:
        answer = json.dumps(billed_answer(request))
        handler.reply(200, json.loads(answer.replace("inlineData", "inline_data").replace("mimeType", "mime_type")))

    emulator.faults.append(snake)
    assert (await ask(emulator, GEMINI, monkeypatch)).data == picture_for(emulator.requests[0])


@pytest.mark.parametrize("noise", [b'"\xff\xfe"', b'"\x01"', b"1" * 5000], ids=["not UTF-8", "control", "endless"])
@pytest.mark.parametrize("model", [OPENAI, GEMINI])
async def test_bytes_that_json_forbids_lose_no_picture(
    model: str, noise: bytes, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def noisy(handler: Handler, request: Request) -> None:
        answer = json.dumps({**billed_answer(request), "noise": "NOISE"}).encode()
        handler.reply_raw(200, b"\xef\xbb\xbf" + answer.replace(b'"NOISE"', noise), "application/json")

    emulator.faults.append(noisy)
    await ask(emulator, model, monkeypatch)


async def test_geminis_finish_message_reaches_the_error_without_the_prompt(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(reason: str) -> Fault:
        return lambda handler, request: handler.reply(
            200, gemini_answer([], reason, finishMessage=f"Not drawn: {request.prompt}; see the policy.")
        )

    emulator.faults += [stopped("IMAGE_SAFETY"), stopped("IMAGE_OTHER")]
    for error, reason in ((ProviderRejectedError, "IMAGE_SAFETY"), (UnusableAnswerError, "IMAGE_OTHER")):
        with pytest.raises(error, match=rf"{reason}\. Not drawn: \[prompt\].*see the policy\.") as caught:
            await ask(emulator, GEMINI, monkeypatch)
        assert "neon" not in str(caught.value)


PICTURE = bytes(range(256)) * 3
STANDARD, URL_SAFE = base64.b64encode(PICTURE).decode(), base64.urlsafe_b64encode(PICTURE).decode()


@pytest.mark.parametrize(
    "encoded",
    [
        STANDARD,
        f"{STANDARD}\n",
        "\r\n".join(STANDARD[start : start + 76] for start in range(0, len(STANDARD), 76)),
        f"data:image/png;base64,{STANDARD}",
        f" data:image/png;base64, {URL_SAFE}",
        URL_SAFE,
        base64.b64encode(PICTURE[:-1]).decode().rstrip("="),
        base64.b64encode(PICTURE[:-2]).decode().rstrip("="),
    ],
)
def test_base64_is_read_in_any_form(encoded: str) -> None:
    assert PICTURE.startswith(decode_picture(encoded))
    assert len(decode_picture(encoded)) >= len(PICTURE) - 2


@pytest.mark.parametrize("encoded", ["AAAAA", "not base64!", "data:image/png;base64,!", "AA=A"])
@pytest.mark.parametrize("model", [OPENAI, GEMINI])
async def test_what_cannot_be_decoded_is_kept_as_it_came(
    model: str, encoded: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"inlineData": {"mimeType": "image/png", "data": encoded}}
    emulator.faults.append(answering(200, openai_answer(encoded, {}) if model == OPENAI else gemini_answer([part])))
    with pytest.raises(UnusableAnswerError, match="invalid base64") as caught:
        await ask(emulator, model, monkeypatch)
    assert caught.value.data == encoded.encode()
    assert caught.value.usage["output_tokens"] == 1000
    assert not caught.value.maybe_billed


@pytest.mark.parametrize("body", [b"<html>not JSON", b'{"data": [{"b64_js', b"[5]", b"{}"])
@pytest.mark.parametrize("model", [OPENAI, GEMINI])
async def test_an_answer_without_a_picture_is_kept_as_it_came(
    model: str, body: bytes, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(lambda handler, request: handler.reply_raw(200, body, "application/json"))
    with pytest.raises(UnusableAnswerError) as caught:
        await ask(emulator, model, monkeypatch)
    assert caught.value.data == body


@pytest.mark.parametrize(
    ("body", "error", "code", "says"),
    [
        ({"code": 429, "message": "Slow."}, ProviderThrottledError, "throttled", "asks to wait: Slow."),
        ({"code": "429", "message": "Slow."}, ProviderThrottledError, "throttled", "asks to wait: Slow."),
        ({"code": "rate_limit_exceeded"}, ProviderThrottledError, "throttled", "asks to wait"),
        (
            {"code": "content_filter", "message": "No."},
            ProviderRejectedError,
            "moderation",
            "refuses to draw this: No.",
        ),
        ({"code": 401, "message": "No key."}, ProviderRejectedError, "bad_key", "No key."),
        ({"type": "invalid_request_error", "message": "No."}, ProviderRejectedError, "invalid_request", "invalid: No."),
        ({"code": "insufficient_quota", "message": "Pay."}, ProviderRejectedError, "quota", "cannot spend any more"),
        ("it broke", UndocumentedAnswerError, "provider_unavailable", "it broke."),
    ],
)
async def test_an_error_inside_a_success_is_that_error(
    body: Any, error: type[ThumbnailError], code: str, says: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(answering(200, {"error": body}))
    with pytest.raises(error) as caught:
        await ask(emulator, OPENAI, monkeypatch)
    assert type(caught.value) is error
    assert caught.value.code == code
    assert says in str(caught.value)
    assert getattr(caught.value, "maybe_billed", False) is (error is UndocumentedAnswerError)


async def test_an_error_inside_a_success_of_gemini_is_that_error(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(answering(200, {"error": {"code": 429, "message": "Slow.", "status": "X"}}))
    with pytest.raises(ProviderThrottledError, match="asks to wait: Slow"):
        await ask(emulator, GEMINI, monkeypatch)


async def test_a_query_in_the_base_url_is_sent_with_the_request_and_the_key_as_azure_takes_it(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str | None]] = []

    def look(handler: Handler, request: Request) -> None:
        request.vendor, request.model = "openai", OPENAI
        seen.append((handler.path, handler.headers["api-key"]))
        handler.picture(request, b"picture")

    emulator.faults.append(look)
    url = httpx2.URL(emulator.environment["OPENAI_BASE_URL"])
    for path in ("/openai/deployments/gpt-image-2", "/v1/"):
        emulator.faults.append(look)
        monkeypatch.setenv(
            "OPENAI_BASE_URL", f"{url.scheme}://{url.netloc.decode()}{path}?api-version=2025-04-01-preview"
        )
        async with OpenAIImages(KEY, 10) as provider:
            await provider.generate(REQUEST)
    query = "images/generations?api-version=2025-04-01-preview"
    assert seen == [(f"/openai/deployments/gpt-image-2/{query}", KEY), (f"/v1/{query}", KEY)]
