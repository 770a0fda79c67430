"""Responses without a picture and broken connections, over HTTP through each vendor's own SDK."""

import base64
import io
import random
import time
from contextlib import suppress
from typing import Any, NamedTuple

import pytest
from PIL import Image

from errors import PictureError, ProviderRejectedError, ProviderUnavailableError, ThumbnailError, UnusableAnswerError
from providers.failures import read_failures
from tests.providers.asking import GEMINI, OPENAI, answering, ask, html
from tests.support.emulator import (
    KEY,
    Emulator,
    Fault,
    Handler,
    Request,
    encode,
    gemini_answer,
    openai_answer,
    openai_error,
)


def sending(data: bytes) -> Fault:
    return lambda handler, request: handler.picture(request, data)


def raw(data: bytes) -> Fault:
    return lambda handler, request: handler.reply_raw(200, data, "application/json")


def reset(handler: Handler, request: Request) -> None:
    handler.reset()


def reset_in_the_middle(handler: Handler, request: Request) -> None:
    handler.reset(b'{"data": [{"b64_json": "AAAA')


def silent(handler: Handler, request: Request) -> None:
    """Send nothing until the client hangs up."""
    handler.rfile.read(1)


def trickling(handler: Handler, request: Request) -> None:
    """Send a byte now and then until the client hangs up, so that no single wait is long."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    with suppress(OSError):
        while True:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)


def noise(size: tuple[int, int], format: str) -> bytes:
    pixels = random.Random(1).randbytes(size[0] * size[1] * 3)
    return encode(Image.frombytes("RGB", size, pixels), format)


class Row(NamedTuple):
    name: str
    model: str
    fault: Fault
    error: type[ThumbnailError]
    code: str
    message: str


JPEG, PNG = noise((640, 360), "jpeg"), noise((640, 360), "png")


def openai_row(name: str, fault: Fault, error: type[ThumbnailError], code: str, message: str) -> Row:
    return Row(f"openai: {name}", OPENAI, fault, error, code, message)


def gemini_row(name: str, fault: Fault, error: type[ThumbnailError], code: str, message: str) -> Row:
    return Row(f"gemini: {name}", GEMINI, fault, error, code, message)


def both(name: str, fault: Fault, error: type[ThumbnailError], code: str, message: str) -> list[Row]:
    return [openai_row(name, fault, error, code, message), gemini_row(name, fault, error, code, message)]


REJECTED, UNAVAILABLE, UNUSABLE = ProviderRejectedError, ProviderUnavailableError, UnusableAnswerError
GONE, NO_PICTURE = "provider_unavailable", "no_picture"
ROWS = [
    openai_row("bad key, in another shape", answering(401, {"error": "bad key"}), REJECTED, "bad_key", "bad key."),
    openai_row(
        "a key where a long message is cut",
        answering(401, openai_error("invalid_api_key", f"{'word ' * 57}{KEY}{KEY}{KEY} and more", None)),
        REJECTED,
        "bad_key",
        "word word",
    ),
    openai_row("no data", answering(200, {"created": 1, "data": []}), UNUSABLE, NO_PICTURE, "the response has no data"),
    openai_row("null data", answering(200, {"created": 1}), UNUSABLE, NO_PICTURE, "the response has no data"),
    openai_row(
        "truncated base64",
        answering(200, openai_answer(base64.b64encode(JPEG).decode()[:-3], {})),
        UNUSABLE,
        NO_PICTURE,
        "the response has invalid base64",
    ),
    openai_row("a list", answering(200, []), UNUSABLE, NO_PICTURE, "the response has no data"),
    gemini_row(
        "blocked prompt",
        answering(200, {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "modelVersion": "g"}),
        REJECTED,
        "moderation",
        "Gemini refuses to draw this: the prompt was blocked, PROHIBITED_CONTENT.",
    ),
    *(
        gemini_row(
            f"stopped for {reason}",
            answering(200, gemini_answer([], reason)),
            REJECTED,
            "moderation",
            f"Gemini refuses to draw this: {reason}. Change the title",
        )
        for reason, remedy in read_failures("gemini_failures").refusals.items()
        if remedy is read_failures().remedies["moderation"]
    ),
    gemini_row(
        "an account that Google has limited",
        answering(200, gemini_answer([], "PUP_LIMITED_DISABLED")),
        REJECTED,
        "account",
        "Google has limited this account for breaking its use policy: PUP_LIMITED_DISABLED. See https://",
    ),
    gemini_row(
        "a refusal in words",
        answering(200, gemini_answer([{"text": "I cannot draw that."}], "IMAGE_SAFETY")),
        REJECTED,
        "moderation",
        "IMAGE_SAFETY. I cannot draw that.",
    ),
    gemini_row("invalid candidates", answering(200, {"candidates": 5}), UNUSABLE, NO_PICTURE, "no candidates"),
    gemini_row("a number", answering(200, 5), UNUSABLE, NO_PICTURE, "not in the API's"),
    gemini_row(
        "a message that is not text",
        answering(400, {"error": {"code": 400, "message": {"x": 1}, "details": 5}}),
        REJECTED,
        "invalid_request",
        "calls the request invalid",
    ),
    *both("deep nesting", raw(b"[" * 200_000), UNUSABLE, NO_PICTURE, "it may be a proxy's"),
    gemini_row("no candidates", answering(200, {"candidates": []}), UNUSABLE, NO_PICTURE, "no candidates"),
    gemini_row("nothing at all", answering(200, {}), UNUSABLE, NO_PICTURE, "no candidates"),
    gemini_row("no parts", answering(200, gemini_answer([])), UNUSABLE, NO_PICTURE, "STOP"),
    gemini_row(
        "text instead of a picture",
        answering(200, gemini_answer([{"text": "Here is a poem."}])),
        UNUSABLE,
        NO_PICTURE,
        "answered without a picture: STOP. Here is a poem.",
    ),
    *(
        gemini_row(
            f"stopped for {reason}",
            answering(200, gemini_answer([], reason)),
            UNUSABLE,
            NO_PICTURE,
            f"without a picture: {reason}. Request another picture with variation",
        )
        for reason in ("NO_IMAGE", "IMAGE_OTHER", "OTHER", "MAX_TOKENS", "MALFORMED_RESPONSE")
    ),
    gemini_row(
        "only a draft in a thought",
        answering(
            200,
            gemini_answer(
                [{"inlineData": {"mimeType": "image/png", "data": base64.b64encode(PNG).decode()}, "thought": True}]
            ),
        ),
        UNUSABLE,
        NO_PICTURE,
        "without a picture",
    ),
    gemini_row(
        "truncated base64",
        answering(200, gemini_answer([{"inlineData": {"mimeType": "image/png", "data": "AAAAA"}}])),
        UNUSABLE,
        NO_PICTURE,
        "the response has invalid base64",
    ),
    *both(
        "server error",
        answering(500, {"error": {"message": f"oops {KEY}", "code": 500}}),
        UNAVAILABLE,
        GONE,
        "oops [key]",
    ),
    *both("a proxy's page", html(200), UNUSABLE, NO_PICTURE, "it may be a proxy's"),
    *both("half a response", raw(b'{"data": [{"b64_js'), UNUSABLE, NO_PICTURE, "it may be a proxy's"),
    *both("connection reset", reset, UNAVAILABLE, GONE, " broke: "),
    *both("connection reset in the middle", reset_in_the_middle, UNAVAILABLE, GONE, " broke: "),
    *both("truncated JPEG", sending(JPEG[: len(JPEG) // 2]), PictureError, "unusable_picture", "broken or cut off"),
    *both("truncated PNG", sending(PNG[: len(PNG) // 2]), PictureError, "unusable_picture", "broken or cut off"),
    *both("text as a picture", sending(b"not a picture"), PictureError, "unusable_picture", "13 bytes are not"),
    *both(
        "an SVG",
        sending(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        PictureError,
        "unusable_picture",
        "are not an image",
    ),
    *both("one pixel", sending(noise((1, 1), "png")), PictureError, "unusable_picture", "1x1 pixels"),
    *both(
        "a bomb",
        sending(encode(Image.new("1", (30_000, 30_000)), "png")),
        PictureError,
        "unusable_picture",
        "larger than any model makes",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_each_failure_raises_our_error_after_one_request(
    row: Row, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(row.fault)
    with pytest.raises(row.error) as caught:
        await ask(emulator, row.model, monkeypatch)
    assert type(caught.value) is row.error
    assert caught.value.code == row.code
    assert row.message in str(caught.value)
    assert KEY[:12] not in str(caught.value)
    assert KEY not in f"{caught.getrepr(chain=True, style='native')}"
    assert len(emulator.requests) == 1


@pytest.mark.parametrize("reported", [{}, {"candidatesTokenCount": None, "candidatesTokensDetails": None}])
@pytest.mark.parametrize("reason", ["IMAGE_SAFETY", "PROHIBITED_CONTENT"])
async def test_a_refusal_comes_with_the_usage_that_gemini_may_bill(
    reason: str, reported: dict[str, None], emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = gemini_answer([], reason)
    answer["usageMetadata"].update(reported)
    emulator.faults.append(answering(200, answer))
    with pytest.raises(ProviderRejectedError) as caught:
        await ask(emulator, GEMINI, monkeypatch)
    drawn = 0 if reported else answer["usageMetadata"]["candidatesTokenCount"]
    assert caught.value.usage["output_tokens"] == drawn
    assert caught.value.usage["input_tokens"] == answer["usageMetadata"]["promptTokenCount"]


async def test_a_finish_reason_unknown_to_the_sdk_is_unusable(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(answering(200, gemini_answer([], "SOMETHING_NEW")))
    with pytest.raises(UnusableAnswerError, match=r"without a picture: SOMETHING_NEW\."):
        await ask(emulator, GEMINI, monkeypatch)


@pytest.mark.parametrize("fault", [silent, trickling])
@pytest.mark.parametrize("model", [OPENAI, GEMINI])
async def test_the_timeout_limits_the_whole_response(
    model: str, fault: Fault, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(fault)
    with pytest.raises(
        ProviderUnavailableError, match=r"did not answer within 0\.5 s\. Run again, or raise PROVIDER_TIM"
    ):
        await ask(emulator, model, monkeypatch, PROVIDER_TIMEOUT_SECONDS="0.5")
    assert len(emulator.requests) <= 1


@pytest.mark.parametrize(("model", "variable"), [(OPENAI, "OPENAI_BASE_URL"), (GEMINI, "GOOGLE_GEMINI_BASE_URL")])
async def test_a_refused_connection_is_reported_with_the_base_url_variable(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, model: str, variable: str
) -> None:
    with pytest.raises(ProviderUnavailableError, match=f"check the network and {variable}"):
        await ask(emulator, model, monkeypatch, **{variable: "http://127.0.0.1:1/v1"})


async def test_the_last_picture_that_is_not_a_thought_is_returned(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def part(colour: str, **more: Any) -> dict[str, Any]:
        data = base64.b64encode(encode(Image.new("RGB", (1376, 768), colour), "png")).decode()
        return {"inlineData": {"mimeType": "image/png", "data": data}, **more}

    parts = [part("red", thought=True), {"text": "now"}, part("green"), part("blue"), part("red", thought=True)]
    emulator.faults.append(answering(200, gemini_answer(parts)))
    picture = await ask(emulator, GEMINI, monkeypatch)
    with Image.open(io.BytesIO(picture.data)) as image:
        assert image.getpixel((5, 5)) == (0, 0, 255)
