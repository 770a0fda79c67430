"""Chooses the provider for a model under the current settings, builds its request, and checks both."""

import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import date

from errors import Fault, ProviderRejectedError
from network import network_faults
from providers.prompt import build_prompt
from providers.provider import PictureProvider, PictureRequest
from providers.redaction import RedactingProvider
from providers.registry import MODELS, Model
from providers.vendor import GEMINI, OPENAI
from settings import Settings

__all__ = ["OpenProvider", "ended_faults", "log_models", "open_provider", "picture_request", "provider_faults"]

logger = logging.getLogger(__name__)

# Divisible by 16 and almost the canvas's size, so hardly any paid-for pixels are cropped.
NEAR_CANVAS = "1200x640"
OpenProvider = Callable[[Model, Settings], AbstractAsyncContextManager[PictureProvider]]
VENDORS = {"openai": OPENAI, "gemini": GEMINI}


def picture_request(
    model: Model, settings: Settings, *, title: str, style: str, context: str, extra_prompt: str, variation: int
) -> PictureRequest:
    """Return the request for a picture. A simulated one names the live model under ``simulated/``."""
    if model.vendor == "openai":
        default_size = model.sizes[0] if model.sizes else NEAR_CANVAS
        size, quality = settings.openai_image_size or default_size, settings.openai_image_quality
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


def ended_faults(models: Iterable[Model], today: date) -> list[str]:
    """Return a sentence for each of these models that is shut down on that day, with its replacements."""
    serving = {model.serving_id: MODELS[model.serving_id] for model in models}
    return [notice for model in serving.values() if model.has_ended(today) and (notice := model.notice(today))]


def provider_faults(models: Sequence[Model], settings: Settings) -> list[Fault]:
    """Return a fault for each reason why these models cannot be used with these settings.

    A simulation needs no key, but has the models' own qualities and sizes, like a real run.
    """
    faults: dict[str, str] = {}
    for model in models:
        if not (settings.simulate_providers or _key(model, settings)):
            faults.setdefault(model.vendor, str(VENDORS[model.vendor].missing_key(model.id)))
        if unsupported := _unsupported(model, settings):
            faults[model.id] = unsupported
    asked = {} if settings.simulate_providers else {model.vendor: VENDORS[model.vendor].address for model in models}
    return [*map(Fault, faults.values()), *network_faults(asked.values())]


def _unsupported(model: Model, settings: Settings) -> str:
    """Return the settings that the model does not offer, with those it does, or an empty string."""
    size = settings.openai_image_size if model.vendor == "openai" else settings.gemini_image_size
    choices = (
        ("OPENAI_IMAGE_QUALITY", settings.openai_image_quality, model.qualities),
        (f"{model.vendor.upper()}_IMAGE_SIZE", size, model.sizes),
    )
    return "; ".join(
        f"{variable} is {value}, which {model.id} does not offer; set {', '.join(offered)}"
        for variable, value, offered in choices
        if value and offered and value not in offered
    )


@asynccontextmanager
async def open_provider(model: Model, settings: Settings) -> AsyncIterator[PictureProvider]:
    """Open the provider for a model, and close it and its client. Imports only this vendor's SDK.

    Raises:
        ProviderRejectedError: the key is missing, or the model does not offer what the settings ask for.
    """
    if unsupported := _unsupported(model, settings):
        raise ProviderRejectedError("invalid_request", unsupported)
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
    """Hide aiohttp from imports in this block, unless it is already loaded.

    Both vendors' SDKs import it if it is installed, and Render's SDK installs it. It is for a transport that is not
    used here, and costs each leaf a tenth of a second of CPU.
    """
    if "aiohttp" in sys.modules:
        yield
        return
    sys.modules["aiohttp"] = None  # type: ignore[assignment] # Makes its import fail.
    try:
        yield
    finally:
        del sys.modules["aiohttp"]


def _key(model: Model, settings: Settings) -> str | None:
    return settings.openai_api_key if model.vendor == "openai" else settings.google_api_key


def log_models(models: Sequence[str], today: date) -> None:
    """Log the models' successors, their shutdown dates, and which of them share pictures."""
    by_serving: dict[str, list[str]] = {}
    for model in (MODELS[model_id] for model_id in models):
        by_serving.setdefault(model.serving_id, []).append(model.id)
        if model.successor:
            logger.info("%s was shut down; %s serves it", model.id, model.successor)
    for serving_id, ids in by_serving.items():
        if notice := MODELS[serving_id].notice(today):
            logger.warning(notice)
        if len(ids) > 1:
            logger.warning("%s are all served by %s and share one picture per title", ", ".join(ids), serving_id)
