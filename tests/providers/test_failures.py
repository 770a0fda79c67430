"""Every failure of either vendor, over HTTP through its own SDK: the outcome, the message, and one request sent."""

import asyncio
import base64
import email.utils
import io
import random
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from PIL import Image

from compositing.canvas import open_on_canvas
from errors import PictureError, ProviderRejectedError, ProviderThrottledError, ProviderUnavailableError, ThumbnailError
from providers.choice import open_provider, picture_request
from providers.provider import Picture
from providers.registry import MODELS
from settings import Settings, read_settings
from tests.emulator import (
    KEY,
    Emulator,
    Fault,
    Handler,
    Request,
    encode,
    gemini_answer,
    gemini_error,
    openai_answer,
    openai_error,
)

OPENAI, GEMINI = "gpt-image-2", "gemini-3-pro-image"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


async def ask(emulator: Emulator, model_id: str, monkeypatch: pytest.MonkeyPatch, **changes: str) -> Picture:
    for name, value in {**emulator.environment, "PROVIDER_TIMEOUT_SECONDS": "1", **changes}.items():
        monkeypatch.setenv(name, value)
    settings, model = read_settings(), MODELS[model_id]
    request = picture_request(model, settings, title="A title", style="neon", context="", extra_prompt="", variation=0)
    async with open_provider(model, settings) as provider:
        picture = await provider.generate(request)
    await asyncio.to_thread(open_on_canvas, picture.data)
    return picture


def answering(status: int, body: Any, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, request: handler.reply(status, body, named)


def sending(data: bytes) -> Fault:
    return lambda handler, request: handler.picture(request, data)


def html(status: int) -> Fault:
    page = b"<html><head><title>Bad gateway</title></head><body>nginx</body></html>"
    return lambda handler, request: handler.reply_raw(status, page, "text/html")


def raw(data: bytes) -> Fault:
    return lambda handler, request: handler.reply_raw(200, data, "application/json")


def reset(handler: Handler, request: Request) -> None:
    handler.reset()


def reset_in_the_middle(handler: Handler, request: Request) -> None:
    handler.reset(b'{"data": [{"b64_json": "AAAA')


def slow(handler: Handler, request: Request) -> None:
    time.sleep(1.5)
    handler.reply(200, {})


def trickling(handler: Handler, request: Request) -> None:
    """Send a piece every so often, so that no single wait is long."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(8):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.3)


def noise(size: tuple[int, int], format: str) -> bytes:
    pixels = random.Random(1).randbytes(size[0] * size[1] * 3)
    return encode(Image.frombytes("RGB", size, pixels), format)


def google_detail(kind: str, **values: Any) -> dict[str, Any]:
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **values}


class Row(NamedTuple):
    name: str
    model: str
    fault: Fault
    error: type[ThumbnailError]
    code: str
    message: str


JPEG, PNG = noise((640, 360), "jpeg"), noise((640, 360), "png")
INVALID = "invalid_request_error"
PER_DAY = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel", "quotaValue": "100"}]}


def openai_row(name: str, fault: Fault, error: type[ThumbnailError], code: str, message: str) -> Row:
    return Row(f"openai: {name}", OPENAI, fault, error, code, message)


def gemini_row(name: str, fault: Fault, error: type[ThumbnailError], code: str, message: str) -> Row:
    return Row(f"gemini: {name}", GEMINI, fault, error, code, message)


def both(name: str, fault: Fault, error: type[ThumbnailError], code: str, message: str) -> list[Row]:
    return [openai_row(name, fault, error, code, message), gemini_row(name, fault, error, code, message)]


REJECTED, UNAVAILABLE = ProviderRejectedError, ProviderUnavailableError
GONE = "provider_unavailable"
ROWS = [
    openai_row(
        "moderation",
        answering(400, openai_error("moderation_blocked", "Your request was rejected by the safety system.", INVALID)),
        REJECTED,
        "moderation",
        "OpenAI refuses to draw this: Your request was rejected by the safety system. Change the title",
    ),
    openai_row(
        "content policy",
        answering(400, openai_error("content_policy_violation", "Not allowed.", INVALID)),
        REJECTED,
        "moderation",
        "Not allowed.",
    ),
    openai_row(
        "bad key",
        answering(401, openai_error("invalid_api_key", f"Incorrect API key provided: {KEY}.", INVALID)),
        REJECTED,
        "bad_key",
        "OpenAI does not accept the key in OPENAI_API_KEY: Incorrect API key provided: [key].",
    ),
    openai_row(
        "bad key, in another shape",
        answering(401, {"error": "bad key"}),
        REJECTED,
        "bad_key",
        "bad key.",
    ),
    openai_row(
        "a key where a long message is cut",
        answering(401, openai_error("invalid_api_key", f"{'word ' * 57}{KEY}{KEY}{KEY} and more", INVALID)),
        REJECTED,
        "bad_key",
        "word word",
    ),
    openai_row(
        "moderation without a code",
        answering(400, openai_error(None, "Your request was rejected as a result of our safety system.", INVALID)),
        REJECTED,
        "moderation",
        "rejected as a result of our safety system",
    ),
    openai_row(
        "no access",
        answering(403, openai_error(None, "Your organization must be verified to use the model.", INVALID)),
        REJECTED,
        "model_unavailable",
        "OpenAI does not let this account use gpt-image-2: Your organization must be verified",
    ),
    openai_row(
        "unknown model",
        answering(404, openai_error("model_not_found", "The model does not exist.", INVALID)),
        REJECTED,
        "model_unavailable",
        "The model does not exist. Choose another model",
    ),
    openai_row(
        "invalid request",
        answering(400, openai_error("invalid_value", "Invalid size.", INVALID)),
        REJECTED,
        "invalid_request",
        "OpenAI calls the request invalid: Invalid size. Change the request or the settings.",
    ),
    openai_row(
        "unprocessable",
        answering(422, openai_error(None, "No.", INVALID)),
        REJECTED,
        "invalid_request",
        "No.",
    ),
    openai_row(
        "quota gone",
        answering(
            429, openai_error("insufficient_quota", "You exceeded your quota.", "insufficient_quota"), Retry_After="1"
        ),
        REJECTED,
        "quota",
        "The OpenAI account has nothing left to spend: You exceeded your quota. Add credit",
    ),
    openai_row(
        "billing limit",
        answering(400, openai_error("billing_hard_limit_reached", "Billing hard limit has been reached.", INVALID)),
        REJECTED,
        "quota",
        "Billing hard limit has been reached.",
    ),
    openai_row(
        "throttled",
        answering(429, openai_error("rate_limit_exceeded", "Rate limit reached.", "requests"), Retry_After="7"),
        ProviderThrottledError,
        "throttled",
        "OpenAI asks to wait: Rate limit reached.",
    ),
    openai_row(
        "conflict",
        answering(409, openai_error(None, "Conflict.", INVALID)),
        UNAVAILABLE,
        GONE,
        "failed with status 409",
    ),
    openai_row("no data", answering(200, {"created": 1, "data": []}), UNAVAILABLE, GONE, "the answer holds no data"),
    openai_row("null data", answering(200, {"created": 1}), UNAVAILABLE, GONE, "the answer holds no data"),
    openai_row(
        "a URL in place of data",
        answering(200, {"created": 1, "data": [{"url": "http://x"}]}),
        UNAVAILABLE,
        GONE,
        "the answer holds no data",
    ),
    openai_row(
        "truncated base64",
        answering(200, openai_answer(base64.b64encode(JPEG).decode()[:-3], {})),
        UNAVAILABLE,
        GONE,
        "its base64 is broken",
    ),
    openai_row("a list", answering(200, []), UNAVAILABLE, GONE, "the answer holds no data"),
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
        for reason in ("SAFETY", "IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "RECITATION", "SPII")
    ),
    gemini_row(
        "a refusal in words",
        answering(200, gemini_answer([{"text": "I cannot draw that."}], "IMAGE_SAFETY")),
        REJECTED,
        "moderation",
        "IMAGE_SAFETY. I cannot draw that.",
    ),
    gemini_row(
        "bad key",
        answering(
            400,
            gemini_error(
                400, "INVALID_ARGUMENT", "API key not valid.", [google_detail("ErrorInfo", reason="API_KEY_INVALID")]
            ),
        ),
        REJECTED,
        "bad_key",
        "Gemini does not accept the key in GOOGLE_API_KEY: API key not valid.",
    ),
    gemini_row(
        "leaked key",
        answering(403, gemini_error(403, "PERMISSION_DENIED", f"Your API key {KEY} was reported as leaked.")),
        REJECTED,
        "bad_key",
        "Your API key [key] was reported as leaked.",
    ),
    gemini_row(
        "no access",
        answering(403, gemini_error(403, "PERMISSION_DENIED", "The caller does not have permission.")),
        REJECTED,
        "model_unavailable",
        "Gemini does not let this account use gemini-3-pro-image",
    ),
    gemini_row(
        "unknown model",
        answering(404, gemini_error(404, "NOT_FOUND", "models/x is not found.")),
        REJECTED,
        "model_unavailable",
        "models/x is not found.",
    ),
    gemini_row(
        "invalid request",
        answering(400, gemini_error(400, "INVALID_ARGUMENT", "Invalid imageSize.")),
        REJECTED,
        "invalid_request",
        "Gemini calls the request invalid: Invalid imageSize.",
    ),
    gemini_row(
        "quota of the day gone",
        answering(
            429,
            gemini_error(
                429,
                "RESOURCE_EXHAUSTED",
                "You exceeded your current quota.",
                [google_detail("QuotaFailure", **PER_DAY), google_detail("RetryInfo", retryDelay="30s")],
            ),
        ),
        REJECTED,
        "quota",
        "The Gemini account has nothing left to spend",
    ),
    gemini_row(
        "credit gone",
        answering(429, gemini_error(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.")),
        REJECTED,
        "quota",
        "Your prepayment credits are depleted.",
    ),
    gemini_row(
        "throttled",
        answering(
            429,
            gemini_error(
                429, "RESOURCE_EXHAUSTED", "Too many requests.", [google_detail("RetryInfo", retryDelay="7.5s")]
            ),
        ),
        ProviderThrottledError,
        "throttled",
        "Gemini asks to wait: Too many requests.",
    ),
    gemini_row("candidates that are none", answering(200, {"candidates": 5}), UNAVAILABLE, GONE, "not what the API"),
    gemini_row("a number", answering(200, 5), UNAVAILABLE, GONE, "not what the API"),
    gemini_row(
        "a message that is no text",
        answering(400, {"error": {"code": 400, "message": {"x": 1}, "details": 5}}),
        REJECTED,
        "invalid_request",
        "calls the request invalid",
    ),
    *both("deep nesting", raw(b"[" * 200_000), UNAVAILABLE, GONE, "as if from a proxy"),
    gemini_row("no candidates", answering(200, {"candidates": []}), UNAVAILABLE, GONE, "no candidates"),
    gemini_row("nothing at all", answering(200, {}), UNAVAILABLE, GONE, "no candidates"),
    gemini_row("no parts", answering(200, gemini_answer([])), UNAVAILABLE, GONE, "STOP"),
    gemini_row(
        "text in place of a picture",
        answering(200, gemini_answer([{"text": "Here is a poem."}])),
        UNAVAILABLE,
        GONE,
        "answered without a picture: STOP. Here is a poem.",
    ),
    gemini_row(
        "no image made",
        answering(200, gemini_answer([], "NO_IMAGE")),
        UNAVAILABLE,
        GONE,
        "without a picture: NO_IMAGE.",
    ),
    gemini_row(
        "only a draft in a thought",
        answering(
            200,
            gemini_answer(
                [{"inlineData": {"mimeType": "image/png", "data": base64.b64encode(PNG).decode()}, "thought": True}]
            ),
        ),
        UNAVAILABLE,
        GONE,
        "without a picture",
    ),
    gemini_row(
        "truncated base64",
        answering(200, gemini_answer([{"inlineData": {"mimeType": "image/png", "data": "AAAAA"}}])),
        UNAVAILABLE,
        GONE,
        "not what the API documents",
    ),
    *both(
        "server error",
        answering(500, {"error": {"message": f"oops {KEY}", "code": 500}}),
        UNAVAILABLE,
        GONE,
        "oops [key]",
    ),
    *both(
        "overloaded",
        answering(503, {"error": {"message": "Overloaded.", "code": 503}}),
        UNAVAILABLE,
        GONE,
        "Overloaded.",
    ),
    *both("a proxy's page", html(502), UNAVAILABLE, GONE, "failed with status 502: Bad gateway nginx."),
    *both("a proxy's refusal", html(403), UNAVAILABLE, GONE, "failed with status 403"),
    *both("a proxy's page as the answer", html(200), UNAVAILABLE, GONE, "as if from a proxy"),
    *both("half an answer", raw(b'{"data": [{"b64_js'), UNAVAILABLE, GONE, "as if from a proxy"),
    *both("connection reset", reset, UNAVAILABLE, GONE, "could not be reached"),
    *both("connection reset in the middle", reset_in_the_middle, UNAVAILABLE, GONE, "could not be reached"),
    *both("no answer in time", slow, UNAVAILABLE, GONE, "did not answer within 1 s"),
    *both("an answer that trickles", trickling, UNAVAILABLE, GONE, "did not answer within 1 s"),
    *both("truncated JPEG", sending(JPEG[: len(JPEG) // 2]), PictureError, "unusable_picture", "broken or cut off"),
    *both("truncated PNG", sending(PNG[: len(PNG) // 2]), PictureError, "unusable_picture", "broken or cut off"),
    *both("no picture at all", sending(b"not a picture"), PictureError, "unusable_picture", "(13 bytes) is none"),
    *both("an SVG", sending(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), PictureError, "unusable_picture", "is none"),
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
async def test_each_failure_is_one_of_ours_after_one_request(
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


@pytest.mark.parametrize(("model", "variable"), [(OPENAI, "OPENAI_API_KEY"), (GEMINI, "GOOGLE_API_KEY")])
async def test_a_missing_key_names_its_variable_and_asks_no_one(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, model: str, variable: str
) -> None:
    with pytest.raises(ProviderRejectedError, match=f"{variable} is not set, and {model} needs it"):
        await ask(emulator, model, monkeypatch, **{variable: ""})
    assert emulator.requests == []


@pytest.mark.parametrize(("model", "variable"), [(OPENAI, "OPENAI_BASE_URL"), (GEMINI, "GOOGLE_GEMINI_BASE_URL")])
async def test_no_one_there_names_the_variable_that_says_where(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, model: str, variable: str
) -> None:
    with pytest.raises(ProviderUnavailableError, match=f"check the network and {variable}"):
        await ask(emulator, model, monkeypatch, **{variable: "http://127.0.0.1:1/v1"})


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_openais_wait_is_read_from_its_header(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    wait = "7" if form == "seconds" else email.utils.formatdate(time.time() + 7, usegmt=True)
    error = openai_error("rate_limit_exceeded", "Slow down.", "requests")
    emulator.faults.append(answering(429, error, Retry_After=wait))
    with pytest.raises(ProviderThrottledError) as caught:
        await ask(emulator, OPENAI, monkeypatch)
    assert caught.value.wait_seconds == pytest.approx(7, abs=2.5)


async def test_geminis_wait_is_read_from_the_errors_details(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = google_detail("RetryInfo", retryDelay="12.5s")
    emulator.faults.append(answering(429, gemini_error(429, "RESOURCE_EXHAUSTED", "Slow down.", [info])))
    with pytest.raises(ProviderThrottledError) as caught:
        await ask(emulator, GEMINI, monkeypatch)
    assert caught.value.wait_seconds == 12.5


async def test_the_last_picture_that_is_not_a_thought_is_taken(
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


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ("gpt-image-2", "1200x640"),
        ("gpt-image-1", "1200x640"),
        ("gpt-image-1.5", "1536x1024"),
        ("gpt-image-1-mini", "1536x1024"),
    ],
)
async def test_what_openai_is_asked_for(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, model: str, size: str
) -> None:
    picture = await ask(emulator, model, monkeypatch)
    [request] = emulator.requests
    assert request.body == {
        "model": MODELS[model].serving_id,
        "prompt": request.prompt,
        "n": 1,
        "size": size,
        "quality": "medium",
        "output_format": "jpeg",
    }
    latency = picture.usage["latency_seconds"]
    assert isinstance(latency, float)
    assert picture.usage == {
        "input_tokens": 50,
        "output_tokens": 1000,
        "total_tokens": 1050,
        "size": size,
        "latency_seconds": latency,
    }


async def test_what_gemini_is_asked_for(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = await ask(emulator, "gemini-3-pro-image-preview", monkeypatch)
    [request] = emulator.requests
    assert request.model == "gemini-3-pro-image"
    assert request.body["generationConfig"] == {
        "responseModalities": ["IMAGE"],
        "imageConfig": {"aspectRatio": "16:9", "imageSize": "1K"},
    }
    assert picture.usage["total_tokens"] == 1330


async def test_quality_and_size_are_settings(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"OPENAI_IMAGE_QUALITY": "low", "OPENAI_IMAGE_SIZE": "1536x864", "GEMINI_IMAGE_SIZE": "2K"}
    await ask(emulator, OPENAI, monkeypatch, **sizes)
    await ask(emulator, GEMINI, monkeypatch, **sizes)
    openai, gemini = emulator.requests
    assert (openai.body["size"], openai.body["quality"]) == ("1536x864", "low")
    assert gemini.body["generationConfig"]["imageConfig"]["imageSize"] == "2K"


def test_a_quality_that_a_model_does_not_offer_is_a_fault() -> None:
    from providers.choice import provider_faults

    settings = Settings(openai_api_key="k", google_api_key="k", openai_image_quality="max")
    [fault] = provider_faults(MODELS.values(), settings)[:1]
    assert fault == "OPENAI_IMAGE_QUALITY is max, which gpt-image-2 does not offer; set low, medium, high, auto"
    assert provider_faults([MODELS["gpt-image-2.6-flare"], MODELS[GEMINI]], settings) == []
