"""OpenAI's Images API and Gemini's generateContent over HTTP, strict about the documented formats.

It rejects what the real APIs reject, with their own errors, and records every request. Faults are scripted: each is a
function that answers instead of the API.
"""

import base64
import http.server
import io
import json
import socket
import struct
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

from PIL import Image

from tests.support.vendor_bills import Tokens, dollars, tokens_used

__all__ = [
    "ABSURD_COUNTS",
    "Emulator",
    "Handler",
    "Request",
    "absurd_usage",
    "billed_answer",
    "cut_body",
    "drip",
    "gateway_failure",
    "gemini_error",
    "huge",
    "late",
    "lost",
    "odd_fields",
    "openai_error",
    "redirect",
]

KEY = "canary-key-0123456789"
OPENAI_LIVE = {
    "gpt-image-2",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-2.6-sunburst",
    "gpt-image-1.5",
    "gpt-image-1-mini",
}
OPENAI_PLANNING = {"gpt-image-2.6-flare", "gpt-image-2.6-sunburst"}  # They alone have a complexity.
OPENAI_STANDARD_ONLY = {"gpt-image-1.5", "gpt-image-1-mini"}
STANDARD_SIZES = {"1024x1024", "1536x1024", "1024x1536", "auto"}
OPENAI_FIELDS = {
    "model",
    "prompt",
    "n",
    "size",
    "quality",
    "complexity",
    "output_format",
    "output_compression",
    "background",
    "user",
}
GEMINI_LIVE = {
    "gemini-3-pro-image",
    "gemini-nano-banana-2.1",
    "gemini-3.1-flash-image",
    "gemini-3.1-flash-lite-image",
}
GEMINI_1K_ONLY = {"gemini-3.1-flash-lite-image"}
# The tokens of a scripted answer.
SCRIPTED = Tokens(50, 1000)
# Published tables differ, and models may: some name the one, some the other of these for 16:9.
GEMINI_SIZES = {"1K": (1376, 768), "2K": (2752, 1536), "4K": (5504, 3072)}
OTHER_GEMINI_SIZES = {"1K": (1344, 768), "2K": (2688, 1536), "4K": (5376, 3072)}
GEMINI_OF_OTHER_SIZES = {"gemini-nano-banana-2.1"}
# What no bill counts; as numbers and words of JSON, of which Python writes some and reads all.
ABSURD_COUNTS = ("-5", "40.5", '"12"', "true", "NaN", "Infinity", "1e308", "1000000", "1" * 5000, "[1]", "{}")


@dataclass
class Request:
    """One request, and whether a picture was made for it, which the provider bills, in dollars."""

    vendor: str
    model: str
    body: dict[str, Any]
    at: float = field(default_factory=time.monotonic)
    billed: bool = False
    dollars: Fraction = Fraction(0)

    @property
    def prompt(self) -> str:
        """The prompt's text."""
        if self.vendor == "openai":
            return str(self.body["prompt"])
        return str(self.body["contents"][0]["parts"][0]["text"])


Fault = Callable[["Handler", Request], None]


class Emulator:
    """Serves both APIs on one port of 127.0.0.1 until it is closed."""

    def __init__(self, latency_seconds: float = 0.0, quota: tuple[int, float] | None = None) -> None:
        """Start serving, with the latency of a picture and an optional quota as (pictures, window in seconds)."""
        self.latency_seconds = latency_seconds
        self.requests: list[Request] = []
        self.faults: deque[Fault] = deque()
        # Chooses a fault by the request if none is scripted, or None for the API's own answer.
        self.choose_fault: Callable[[Request], Fault | None] | None = None
        self._quota = quota
        self._lock = threading.Lock()
        self._served: deque[float] = deque()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.emulator = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def __enter__(self) -> "Emulator":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point the vendors' SDKs here."""
        url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return {
            "OPENAI_API_KEY": KEY,
            "GOOGLE_API_KEY": KEY,
            "OPENAI_BASE_URL": f"{url}/v1",
            "GOOGLE_GEMINI_BASE_URL": url,
        }

    @property
    def billed(self) -> int:
        """How many pictures were made."""
        return sum(request.billed for request in self.requests)

    @property
    def bill(self) -> Fraction:
        """The total bill in US dollars."""
        return sum((request.dollars for request in self.requests), Fraction(0))

    def throttled(self) -> float | None:
        """Return the seconds until the quota has room, or use one place of it and return None."""
        if self._quota is None:
            return None
        pictures, window = self._quota
        with self._lock:
            now = time.monotonic()
            while self._served and self._served[0] <= now - window:
                self._served.popleft()
            if len(self._served) >= pictures:
                return self._served[0] + window - now
            self._served.append(now)
            return None


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    emulator: Emulator

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore connections that a test breaks on purpose."""


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        """Record the request, and answer with a fault, a rejection or a picture."""
        emulator = self.server.emulator
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/v1/images/generations":
            request = Request("openai", str(body.get("model")), body)
        else:
            request = Request("gemini", self.path.rpartition("/")[2].partition(":")[0], body)
        emulator.requests.append(request)
        if emulator.faults:
            emulator.faults.popleft()(self, request)
            return
        if emulator.choose_fault and (fault := emulator.choose_fault(request)):
            fault(self, request)
            return
        refusal = (
            self._openai_refusal(body) if request.vendor == "openai" else self._gemini_refusal(request.model, body)
        )
        if refusal:
            self.reply(*refusal)
        elif (wait := emulator.throttled()) is not None:
            self.throttle(request, wait)
        else:
            time.sleep(emulator.latency_seconds)
            self.picture(request, picture_for(request))

    def picture(self, request: Request, data: bytes, mime_type: str = "image/png") -> None:
        """Answer with a picture, as the vendor does, and bill it."""
        self.reply(200, billed_answer(request, data, mime_type))

    def throttle(self, request: Request, wait: float) -> None:
        """Answer with the vendor's rate limit error."""
        if request.vendor == "openai":
            error = openai_error("rate_limit_exceeded", "Rate limit reached for images per minute.", "requests")
            self.reply(429, error, {"Retry-After": f"{wait:.2f}"})
        else:
            info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{wait:.2f}s"}
            self.reply(429, gemini_error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", [info]))

    def reply(self, status: int, body: Any, headers: Mapping[str, str] = {}) -> None:
        """Answer with JSON."""
        self.reply_raw(status, json.dumps(body).encode(), "application/json", headers)

    def reply_raw(self, status: int, data: bytes, content_type: str, headers: Mapping[str, str] = {}) -> None:
        """Answer with any bytes."""
        with suppress(OSError):  # The client may have given up.
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

    def start(self, length: int, headers: Mapping[str, str] = {}) -> None:
        """Begin an answer of so many bytes with status 200; the caller writes them."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def reset(self, after: bytes = b"") -> None:
        """Break the connection, after an optional part of an answer."""
        if after:
            self.start(len(after) * 2)
            self.wfile.write(after)
            self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def _openai_refusal(self, body: dict[str, Any]) -> tuple[int, Any] | None:
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            given = self.headers.get("Authorization")
            return 401, openai_error(
                "invalid_api_key", f"Incorrect API key provided: {given}.", "invalid_request_error"
            )
        if unknown := body.keys() - OPENAI_FIELDS:
            return 400, openai_error("unknown_parameter", f"Unknown parameter: {unknown}.", "invalid_request_error")
        if body["model"] not in OPENAI_LIVE:
            message = f"The model '{body['model']}' does not exist or you do not have access to it."
            return 404, openai_error("model_not_found", message, "invalid_request_error")
        if not isinstance(body.get("prompt"), str) or not 0 < len(body["prompt"]) <= 32_000:
            return 400, openai_error("invalid_value", "Invalid prompt.", "invalid_request_error")
        if not _size_allowed(body["model"], body.get("size", "auto")):
            return 400, openai_error("invalid_value", f"Invalid size {body['size']}.", "invalid_request_error")
        more = () if body["model"] in OPENAI_STANDARD_ONLY | {"gpt-image-2"} else ("xhigh", "max")
        if body.get("quality", "auto") not in ("low", "medium", "high", "auto", *more):
            return 400, openai_error("invalid_value", f"Invalid quality {body['quality']}.", "invalid_request_error")
        planned = ("low", "medium", "high") if body["model"] in OPENAI_PLANNING else ()
        if "complexity" in body and body["complexity"] not in planned:
            return 400, openai_error("invalid_value", "Invalid complexity.", "invalid_request_error")
        if body.get("output_format", "png") not in ("png", "jpeg", "webp"):
            return 400, openai_error("invalid_value", "Invalid output_format.", "invalid_request_error")
        return None

    def _gemini_refusal(self, model: str, body: dict[str, Any]) -> tuple[int, Any] | None:
        if not self.path.startswith(("/v1/models/", "/v1beta/models/")) or not self.path.endswith(":generateContent"):
            return 404, gemini_error(404, "NOT_FOUND", f"no method {self.path}")
        if self.headers.get("x-goog-api-key") != KEY:
            info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
            return 400, gemini_error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [info])
        if model not in GEMINI_LIVE:
            return 404, gemini_error(404, "NOT_FOUND", f"models/{model} is not found for API version v1beta.")
        if unknown := body.keys() - {"contents", "generationConfig"}:
            return 400, gemini_error(400, "INVALID_ARGUMENT", f"Unknown name {unknown}.")
        config = body["generationConfig"]
        image = config.get("imageConfig", {})
        if config.keys() - {"responseModalities", "imageConfig"} or image.keys() - {"aspectRatio", "imageSize"}:
            return 400, gemini_error(400, "INVALID_ARGUMENT", "Unknown name in generationConfig.")
        if image.get("imageSize", "1K") not in (("1K",) if model in GEMINI_1K_ONLY else GEMINI_SIZES):
            return 400, gemini_error(400, "INVALID_ARGUMENT", "Invalid imageSize.")
        return None


def billed_answer(request: Request, data: bytes | None = None, mime_type: str = "image/png") -> dict[str, Any]:
    """Bill a picture, and return the answer with it; ``data`` is None for a plain one."""
    tokens = tokens_used(request.model, request.prompt, request.body)
    request.billed = True
    request.dollars = dollars(request.model, tokens)
    encoded = base64.b64encode(picture_for(request) if data is None else data).decode()
    if request.vendor == "openai":
        return openai_answer(encoded, request.body, tokens)
    return gemini_answer([{"inlineData": {"mimeType": mime_type, "data": encoded}}], tokens=tokens)


def openai_answer(encoded: str, body: Mapping[str, Any], tokens: Tokens = SCRIPTED) -> dict[str, Any]:
    """Return an Images API answer with one picture. The smallest model does not itemize its output tokens."""
    words_and_picture = tokens.words + tokens.picture
    details = {"image_tokens": tokens.picture, "text_tokens": tokens.words}
    return {
        "created": 1_795_000_000,
        "background": "opaque",
        "output_format": body.get("output_format", "png"),
        "quality": body.get("quality", "auto"),
        "size": body.get("size", "1024x1024"),
        "data": [{"b64_json": encoded}],
        "usage": {
            "input_tokens": tokens.prompt,
            "input_tokens_details": {"image_tokens": 0, "text_tokens": tokens.prompt},
            "output_tokens": words_and_picture,
            **({} if body.get("model") == "gpt-image-1-mini" else {"output_tokens_details": details}),
            "total_tokens": tokens.prompt + words_and_picture,
        },
    }


def gemini_answer(
    parts: list[Any], finish_reason: str = "STOP", tokens: Tokens = SCRIPTED, **candidate: Any
) -> dict[str, Any]:
    """Return a generateContent answer with one candidate."""
    content = {"content": {"role": "model", "parts": parts}} if parts else {}
    return {
        "candidates": [{**content, "finishReason": finish_reason, "index": 0, **candidate}],
        "usageMetadata": {
            "promptTokenCount": tokens.prompt,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens.prompt}],
            "candidatesTokenCount": tokens.picture,
            "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": tokens.picture}],
            "thoughtsTokenCount": tokens.thoughts,
            "totalTokenCount": tokens.prompt + tokens.picture + tokens.thoughts,
        },
        "modelVersion": "gemini",
        "responseId": "r",
    }


def openai_error(code: str | None, message: str, kind: str | None) -> dict[str, Any]:
    """Return an error in OpenAI's format."""
    return {"error": {"code": code, "message": message, "param": None, "type": kind}}


def gemini_error(code: int, status: str, message: str, details: list[Any] | None = None) -> dict[str, Any]:
    """Return an error in Google's format."""
    return {"error": {"code": code, "message": message, "status": status, **({"details": details} if details else {})}}


def lost(handler: Handler, request: Request) -> None:
    """Bill a picture, and break the connection in place of an answer."""
    billed_answer(request)
    handler.reset()


def cut_body(handler: Handler, request: Request) -> None:
    """Bill a picture, and break the connection in the middle of the answer."""
    answer = json.dumps(billed_answer(request)).encode()
    handler.reset(answer[: len(answer) // 2])


def drip(handler: Handler, request: Request) -> None:
    """Bill a picture, and send the answer a byte now and then until the client hangs up."""
    answer = json.dumps(billed_answer(request)).encode()
    with suppress(OSError):
        handler.start(len(answer))
        for byte in answer:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)


def late(seconds: float) -> Fault:
    """Bill a picture, and answer after so many seconds, whether or not the client still waits."""

    def fault(handler: Handler, request: Request) -> None:
        answer = billed_answer(request)
        time.sleep(seconds)
        handler.reply(200, answer)

    return fault


def gateway_failure(status: int) -> Fault:
    """Bill a picture, and answer as a proxy that gave up waiting for it."""

    def fault(handler: Handler, request: Request) -> None:
        billed_answer(request)
        handler.reply_raw(status, b"<html><body>Bad gateway</body></html>", "text/html")

    return fault


def absurd_usage(count: str) -> Fault:
    """Answer with a picture and an impossible count of what it took, one of ABSURD_COUNTS. The bill is right."""

    def fault(handler: Handler, request: Request) -> None:
        answer = billed_answer(request)
        usage, name = (
            (answer["usage"], "output_tokens")
            if request.vendor == "openai"
            else (answer["usageMetadata"], "candidatesTokenCount")
        )
        usage[name] = "COUNT"
        handler.reply_raw(200, json.dumps(answer).replace('"COUNT"', count).encode(), "application/json")

    return fault


def odd_fields(top: Mapping[str, Any] = {}, candidate: Mapping[str, Any] = {}, usage: Mapping[str, Any] = {}) -> Fault:
    """Answer with a picture and odd fields: some on top, and others in those parts that only Gemini's answer has."""

    def fault(handler: Handler, request: Request) -> None:
        answer = billed_answer(request)
        if request.vendor == "gemini":
            answer["candidates"][0].update(candidate)
            answer["usageMetadata"].update(usage)
        handler.reply(200, {**answer, **top})

    return fault


def redirect(status: int, location: str) -> Fault:
    """Answer with a redirect, which costs nothing."""
    return lambda handler, request: handler.reply_raw(status, b"", "text/html", {"Location": location})


def huge(megabytes: int, *, compressed: bool = False) -> Fault:
    """Bill a picture, and answer with so many megabytes of white space, of which gzip makes a thousandth."""

    def fault(handler: Handler, request: Request) -> None:
        billed_answer(request)
        pack = zlib.compressobj(wbits=31)  # As gzip.
        with suppress(OSError):
            if compressed:
                packed = b"".join(pack.compress(b" " * 2**20) for _ in range(megabytes)) + pack.flush()
                handler.start(len(packed), {"Content-Encoding": "gzip"})
                handler.wfile.write(packed)
                return
            handler.start(megabytes * 2**20)
            for _ in range(megabytes):
                handler.wfile.write(b" " * 2**20)

    return fault


def picture_for(request: Request) -> bytes:
    """Return a plain picture of the requested size and format."""
    if request.vendor == "openai":
        size = request.body.get("size", "1024x1024")
        width, height = map(int, size.split("x"))
        return _plain((width, height), "#336699", str(request.body.get("output_format", "png")))
    image_size = request.body["generationConfig"].get("imageConfig", {}).get("imageSize", "1K")
    sizes = OTHER_GEMINI_SIZES if request.model in GEMINI_OF_OTHER_SIZES else GEMINI_SIZES
    return _plain(sizes[image_size], "#996633", "png")


@cache
def _plain(size: tuple[int, int], colour: str, format: str) -> bytes:
    return encode(Image.new("RGB", size, colour), format)


def encode(image: Image.Image, format: str) -> bytes:
    """Return an image file's bytes."""
    out = io.BytesIO()
    image.save(out, format)
    return out.getvalue()


def _size_allowed(model: str, size: str) -> bool:
    if model in OPENAI_STANDARD_ONLY or size == "auto":
        return size in STANDARD_SIZES
    width, height = map(int, size.split("x"))
    edges = not (width % 16 or height % 16) and max(width, height) <= 3840
    return edges and 655_360 <= width * height <= 8_294_400 and 1 / 3 <= width / height <= 3
