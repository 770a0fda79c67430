"""Sends requests to the emulator through the vendors' SDKs, and scripts its responses."""

import asyncio
from typing import Any

import pytest

from compositing.canvas import open_on_canvas
from providers.opening import open_provider, picture_request
from providers.provider import Picture
from providers.registry import MODELS
from settings import read_settings
from tests.support.emulator import Emulator, Fault

__all__ = ["GEMINI", "OPENAI", "answering", "ask", "google_detail", "html"]

OPENAI, GEMINI = "gpt-image-2", "gemini-3-pro-image"


async def ask(emulator: Emulator, model_id: str, monkeypatch: pytest.MonkeyPatch, **changes: str) -> Picture:
    """Request one picture, as a leaf does, and decode it."""
    for name, value in {**emulator.environment, **changes}.items():
        monkeypatch.setenv(name, value)
    settings, model = read_settings(), MODELS[model_id]
    request = picture_request(model, settings, title="A title", style="neon", context="", extra_prompt="", variation=0)
    async with open_provider(model, settings) as provider:
        picture = await provider.generate(request)
    await asyncio.to_thread(open_on_canvas, picture.data)
    return picture


def answering(status: int, body: Any, **headers: str) -> Fault:
    """Answer with JSON. Underscores in headers' names become hyphens."""
    hyphenated = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, request: handler.reply(status, body, hyphenated)


def html(status: int, **headers: str) -> Fault:
    """Answer as a proxy does."""
    hyphenated = {name.replace("_", "-"): value for name, value in headers.items()}
    page = b"<html><head><title>Bad gateway</title></head><body>nginx</body></html>"
    return lambda handler, request: handler.reply_raw(status, page, "text/html", hyphenated)


def google_detail(kind: str, **values: Any) -> dict[str, Any]:
    """Return one of the details of a Google error."""
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **values}
