"""The requests to the vendors, and the settings that each model supports."""

from dataclasses import replace
from typing import Any

import pytest

from errors import ProviderRejectedError
from providers.opening import open_provider, picture_request, provider_faults
from providers.registry import MODELS
from settings import Settings
from tests.providers.asking import GEMINI, OPENAI, ask
from tests.support.emulator import Emulator


@pytest.mark.parametrize(("model", "variable"), [(OPENAI, "OPENAI_API_KEY"), (GEMINI, "GOOGLE_API_KEY")])
async def test_a_missing_key_is_reported_by_its_variable_and_sends_no_request(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, model: str, variable: str
) -> None:
    with pytest.raises(ProviderRejectedError, match=f"{variable} is not set, and {model} needs it"):
        await ask(emulator, model, monkeypatch, **{variable: ""})
    assert emulator.requests == []


@pytest.mark.parametrize(
    ("model", "size", "drawn", "output"),
    [
        ("gpt-image-2", "1200x640", {"image_output_tokens": 864}, 864),
        ("gpt-image-1", "1200x640", {"image_output_tokens": 216}, 216),
        ("gpt-image-1.5", "1536x1024", {"image_output_tokens": 1568}, 1711),
        ("gpt-image-1-mini", "1536x1024", {}, 1568),
    ],
)
async def test_openai_gets_this_request_and_its_usage_is_returned(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, model: str, size: str, drawn: dict[str, int], output: int
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
        "input_tokens": (asked := 3 + len(request.prompt) // 5),
        "output_tokens": output,
        **drawn,
        "total_tokens": asked + output,
        "size": size,
        "latency_seconds": latency,
    }


@pytest.mark.parametrize(
    ("model", "complexity"),
    [("gpt-image-2", None), ("gpt-image-1", None), ("gpt-image-2.6-flare", "low"), ("gpt-image-2.6-sunburst", "high")],
)
async def test_only_models_that_plan_are_told_how_much(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, model: str, complexity: str | None
) -> None:
    await ask(emulator, model, monkeypatch)
    [request] = emulator.requests
    assert request.body.get("complexity") == complexity


def test_how_much_a_model_plans_is_in_no_key() -> None:
    """A picture's key is made from its request, so that what was paid for before is found."""
    look = {"title": "A title", "style": "neon", "context": "", "extra_prompt": "", "variation": 0}
    for model in MODELS.values():
        plain = picture_request(replace(model, complexity=""), Settings(), **look)  # type: ignore[arg-type]
        assert picture_request(model, Settings(), **look) == plain  # type: ignore[arg-type]


async def test_gemini_gets_this_request_and_its_usage_is_returned(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = await ask(emulator, "gemini-3-pro-image-preview", monkeypatch)
    [request] = emulator.requests
    assert request.model == "gemini-3-pro-image"
    assert request.body["generationConfig"] == {
        "responseModalities": ["IMAGE"],
        "imageConfig": {"aspectRatio": "16:9", "imageSize": "1K"},
    }
    asked, thought = 3 + len(request.prompt) // 5, 90 + len(request.prompt) % 200
    assert picture.usage == {
        "input_tokens": asked,
        "output_tokens": 1120,
        "image_output_tokens": 1120,
        "thought_tokens": thought,
        "total_tokens": asked + 1120 + thought,
        "latency_seconds": picture.usage["latency_seconds"],
    }


async def test_settings_determine_quality_and_size(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"OPENAI_IMAGE_QUALITY": "low", "OPENAI_IMAGE_SIZE": "1536x864", "GEMINI_IMAGE_SIZE": "2K"}
    await ask(emulator, OPENAI, monkeypatch, **sizes)
    await ask(emulator, GEMINI, monkeypatch, **sizes)
    openai, gemini = emulator.requests
    assert (openai.body["size"], openai.body["quality"]) == ("1536x864", "low")
    assert gemini.body["generationConfig"]["imageConfig"]["imageSize"] == "2K"


KEYS = Settings(openai_api_key="k", google_api_key="k")


@pytest.mark.parametrize(
    ("changes", "model", "fault"),
    [
        (
            {"openai_image_quality": "max"},
            "gpt-image-2",
            "OPENAI_IMAGE_QUALITY is max, which gpt-image-2 does not offer; set low, medium, high, auto",
        ),
        (
            {"gemini_image_size": "2K"},
            "gemini-3.1-flash-lite-image",
            "GEMINI_IMAGE_SIZE is 2K, which gemini-3.1-flash-lite-image does not offer; set 1K",
        ),
        (
            {"openai_image_size": "1200x640"},
            "gpt-image-1.5",
            "OPENAI_IMAGE_SIZE is 1200x640, which gpt-image-1.5 does not offer; set 1536x1024",
        ),
    ],
)
@pytest.mark.parametrize("simulated", [False, True])
async def test_an_unsupported_quality_or_size_is_rejected_before_any_request(
    changes: dict[str, Any], model: str, fault: str, simulated: bool
) -> None:
    settings = replace(KEYS, simulate_providers=simulated, **changes)
    assert list(map(str, provider_faults([MODELS[model]], settings))) == [fault]
    with pytest.raises(ProviderRejectedError) as caught:
        async with open_provider(MODELS[model], settings):
            pytest.fail("opened")
    assert (caught.value.code, str(caught.value)) == ("invalid_request", fault)


@pytest.mark.parametrize(
    ("changes", "model"),
    [
        ({"openai_image_quality": "max", "openai_image_size": "3840x2160"}, "gpt-image-2.6-flare"),
        ({"openai_image_size": "1536x1024"}, "gpt-image-1-mini"),
        ({"gemini_image_size": "4K"}, "gemini-nano-banana-2.1"),
        ({"gemini_image_size": "4K", "openai_image_quality": "max"}, GEMINI),
        ({"openai_image_size": "1536x864"}, "gemini-3.1-flash-lite-image"),
    ],
)
def test_a_supported_quality_or_size_is_accepted(changes: dict[str, Any], model: str) -> None:
    assert provider_faults([MODELS[model]], replace(KEYS, **changes)) == []


def test_every_model_supports_the_default_settings() -> None:
    assert provider_faults([*MODELS.values()], KEYS) == []


@pytest.mark.parametrize("size", ["1K", "2K", "4K"])
async def test_nano_banana_is_requested_in_each_of_its_sizes(
    size: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(emulator, "gemini-nano-banana-2.1", monkeypatch, GEMINI_IMAGE_SIZE=size)
    [request] = emulator.requests
    assert request.model == "gemini-nano-banana-2.1"
    assert request.body["generationConfig"]["imageConfig"] == {"aspectRatio": "16:9", "imageSize": size}


async def test_ranges_of_ipv6_in_no_proxy_do_not_keep_a_vendor_from_being_asked(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "fd00::/8,[::1],10.0.0.0/8")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    for model in (OPENAI, GEMINI):
        assert (await ask(emulator, model, monkeypatch)).data


def test_a_proxy_that_cannot_be_used_is_refused_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    faults = provider_faults([MODELS[OPENAI]], Settings(openai_api_key="key"))
    assert [fault for fault in faults if "ALL_PROXY names a SOCKS proxy" in str(fault)]
    assert not provider_faults([MODELS[OPENAI]], Settings(simulate_providers=True))
