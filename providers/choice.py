"""Which provider serves a model under the settings in force, and what is missing where none can."""

from collections.abc import Iterable

from errors import ProviderRejectedError
from providers.provider import PictureProvider
from providers.registry import Model
from settings import Settings

__all__ = ["open_provider", "provider_faults", "served_by"]


def served_by(model: Model, settings: Settings) -> str:
    """Return the name of what makes the picture: the live model's id, or that id under ``simulated/``."""
    return f"simulated/{model.serving_id}" if settings.simulate_providers else model.serving_id


def provider_faults(models: Iterable[Model], settings: Settings) -> list[str]:
    """Return a sentence for each vendor that these models need and these settings cannot reach."""
    if settings.simulate_providers:
        return []
    vendors = {model.vendor: model for model in models}
    return [
        f"{model.id} is served by {vendor}, whose client is not part of this version yet; "
        "set SIMULATE_PROVIDERS=1 to try the system with simulated pictures"
        for vendor, model in vendors.items()
    ]


def open_provider(model: Model, settings: Settings) -> PictureProvider:
    """Return the provider for a model.

    Raises:
        ProviderRejectedError: the settings do not allow to ask for it.
    """
    if faults := provider_faults([model], settings):
        raise ProviderRejectedError("not_configured", "; ".join(faults))
    from providers.simulated import SimulatedProvider

    return SimulatedProvider(settings.simulated_latency_seconds)
