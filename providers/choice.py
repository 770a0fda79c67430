"""Which provider serves a model under the settings in force, what it is asked for, and what is missing."""

import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

from providers.prompt import build_prompt
from providers.provider import Picture, PictureProvider, PictureRequest
from providers.registry import Model
from providers.vendor import GEMINI, OPENAI, hide_secrets
from settings import Settings

__all__ = ["OpenProvider", "open_provider", "picture_request", "provider_faults"]

# Divisible by 16 and almost the canvas itself, so that next to nothing paid for is cropped away.
NEAR_CANVAS = "1200x640"
OpenProvider = Callable[[Model, Settings], AbstractAsyncContextManager[PictureProvider]]
VENDORS = {"openai": OPENAI, "gemini": GEMINI}


def picture_request(
    model: Model, settings: Settings, *, title: str, style: str, context: str, extra_prompt: str, variation: int
) -> PictureRequest:
    """Return what is asked for: the live model's name, or that name under ``simulated/``, prompt, size, quality."""
    if model.vendor == "openai":
        size, quality = model.fixed_size or settings.openai_image_size or NEAR_CANVAS, settings.openai_image_quality
    else:
        size, quality = f"16:9 {settings.gemini_image_size}", ""
    return PictureRequest(
        served_by=f"simulated/{model.serving_id}" if settings.simulate_providers else model.serving_id,
        prompt=build_prompt(title, style, context, extra_prompt),
        style=style,
        size=size,
        quality=quality,
        variation=variation,
    )


def provider_faults(models: Iterable[Model], settings: Settings) -> list[str]:
    """Return a sentence for each thing that keeps these settings from asking for these models."""
    if settings.simulate_providers:
        return []
    faults: dict[str, str] = {}
    for model in models:
        if not _key(model, settings):
            faults.setdefault(model.vendor, str(VENDORS[model.vendor].missing_key(model.id)))
        if model.qualities and settings.openai_image_quality not in model.qualities:
            offered = ", ".join(model.qualities)
            quality = settings.openai_image_quality
            faults[model.id] = f"OPENAI_IMAGE_QUALITY is {quality}, which {model.id} does not offer; set {offered}"
    return list(faults.values())


@asynccontextmanager
async def open_provider(model: Model, settings: Settings) -> AsyncIterator[PictureProvider]:
    """Open the provider for a model, its client with it, and close both. Only its own SDK is imported.

    Raises:
        ProviderRejectedError: there is no key to ask with.
    """
    if settings.simulate_providers:
        from providers.simulated import SimulatedProvider

        yield SimulatedProvider(settings.simulated_latency_seconds)
        return
    key = _key(model, settings)
    if not key:
        raise VENDORS[model.vendor].missing_key(model.id)
    if model.vendor == "openai":
        with _without_aiohttp():
            from providers.openai_images import OpenAIImages

        async with OpenAIImages(key, settings.provider_timeout_seconds) as openai:
            yield _Discreet(openai, settings.secrets)
    else:
        with _without_aiohttp():
            from providers.gemini import Gemini

        async with Gemini(key, settings.provider_timeout_seconds) as gemini:
            yield _Discreet(gemini, settings.secrets)


@contextmanager
def _without_aiohttp() -> Iterator[None]:
    """Let what is imported here find no aiohttp, where that is not loaded already.

    Both vendors' SDKs import it if it is installed, as it is with Render's SDK: for a transport that is not used here,
    and a tenth of a second of every leaf's CPU.
    """
    if "aiohttp" in sys.modules:
        yield
        return
    sys.modules["aiohttp"] = None  # type: ignore[assignment] # Which makes its import fail as if it were missing.
    try:
        yield
    finally:
        del sys.modules["aiohttp"]


class _Discreet:
    """A provider whose errors hold no secret, also where the vendor's message quotes one back."""

    def __init__(self, provider: PictureProvider, secrets: Iterable[str]) -> None:
        self._provider = provider
        self._secrets = tuple(secrets)

    async def generate(self, request: PictureRequest) -> Picture:
        try:
            return await self._provider.generate(request)
        except Exception as error:
            hide_secrets(error, self._secrets)
            raise


def _key(model: Model, settings: Settings) -> str | None:
    return settings.openai_api_key if model.vendor == "openai" else settings.google_api_key
