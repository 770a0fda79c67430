"""Which provider serves a model under the settings in force, what it is asked for, and what is missing."""

import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

from errors import ProviderRejectedError
from providers.prompt import build_prompt
from providers.provider import PictureProvider, PictureRequest
from providers.redaction import RedactingProvider
from providers.registry import MODELS, Model
from providers.vendor import GEMINI, OPENAI
from settings import Settings

__all__ = ["OpenProvider", "log_models", "open_provider", "picture_request", "provider_faults"]

logger = logging.getLogger(__name__)

# Divisible by 16 and almost the canvas itself, so that next to nothing paid for is cropped away.
NEAR_CANVAS = "1200x640"
OpenProvider = Callable[[Model, Settings], AbstractAsyncContextManager[PictureProvider]]
VENDORS = {"openai": OPENAI, "gemini": GEMINI}


def picture_request(
    model: Model, settings: Settings, *, title: str, style: str, context: str, extra_prompt: str, variation: int
) -> PictureRequest:
    """Return what is asked for: the live model's name, or that name under ``simulated/``, prompt, size, quality."""
    if model.vendor == "openai":
        own_size = model.sizes[0] if model.sizes else NEAR_CANVAS
        size, quality = settings.openai_image_size or own_size, settings.openai_image_quality
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
    """Return a sentence for each thing that keeps these settings from asking for these models.

    A simulation needs no key, and is held to what the models offer all the same: it rehearses the real thing.
    """
    faults: dict[str, str] = {}
    for model in models:
        if not (settings.simulate_providers or _key(model, settings)):
            faults.setdefault(model.vendor, str(VENDORS[model.vendor].missing_key(model.id)))
        if not_offered := _not_offered(model, settings):
            faults[model.id] = not_offered
    return list(faults.values())


def _not_offered(model: Model, settings: Settings) -> str:
    """Return what the settings ask for that the model does not offer, with what it offers, or nothing."""
    size = settings.openai_image_size if model.vendor == "openai" else settings.gemini_image_size
    asked = (
        ("OPENAI_IMAGE_QUALITY", settings.openai_image_quality, model.qualities),
        (f"{model.vendor.upper()}_IMAGE_SIZE", size, model.sizes),
    )
    return "; ".join(
        f"{variable} is {value}, which {model.id} does not offer; set {', '.join(offered)}"
        for variable, value, offered in asked
        if value and offered and value not in offered
    )


@asynccontextmanager
async def open_provider(model: Model, settings: Settings) -> AsyncIterator[PictureProvider]:
    """Open the provider for a model, its client with it, and close both. Only its own SDK is imported.

    Raises:
        ProviderRejectedError: there is no key to ask with, or the settings ask for what the model does not offer.
    """
    if not_offered := _not_offered(model, settings):
        raise ProviderRejectedError("invalid_request", not_offered)
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
            yield RedactingProvider(openai, settings.secrets)
    else:
        with _without_aiohttp():
            from providers.gemini import Gemini

        async with Gemini(key, settings.provider_timeout_seconds) as gemini:
            yield RedactingProvider(gemini, settings.secrets)


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


def _key(model: Model, settings: Settings) -> str | None:
    return settings.openai_api_key if model.vendor == "openai" else settings.google_api_key


def log_models(models: Sequence[str]) -> None:
    """Log what the one who chose these models should know of them: successors, ends, and pictures they share."""
    by_serving: dict[str, list[str]] = {}
    for model in (MODELS[model_id] for model_id in models):
        by_serving.setdefault(model.serving_id, []).append(model.id)
        if model.successor:
            logger.info("%s was shut down; %s serves it", model.id, model.successor)
        if model.notice:
            logger.warning(model.notice)
    for serving_id, ids in by_serving.items():
        if len(ids) > 1:
            logger.warning("%s are all served by %s and share one picture per title", ", ".join(ids), serving_id)
