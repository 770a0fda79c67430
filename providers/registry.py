"""The models that can be asked for, as data. Adding one is adding one entry to ``MODELS``."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["MODELS", "Model"]

# What OpenAI models offer (gpt-image-2.5 and later, and those before); another quality or size is a 400 there.
QUALITIES = ("low", "medium", "high", "auto")
MORE_QUALITIES = ("low", "medium", "high", "xhigh", "max", "auto")
STANDARD_LANDSCAPE = "1536x1024"


@dataclass(frozen=True)
class Model:
    """One model id that a request may name.

    ``successor`` is the live model that serves an id whose own model was shut down; ``ends`` is the day (ISO 8601)
    on which a live model will be. ``qualities`` is empty where the vendor has no such choice. ``fixed_size`` is what
    a model is asked for that allows only standard sizes, in pixels.
    """

    id: str
    vendor: Literal["openai", "gemini"]
    qualities: tuple[str, ...] = ()
    fixed_size: str | None = None
    successor: str | None = None
    ends: str | None = None

    @property
    def serving_id(self) -> str:
        """The id of the live model that makes the picture."""
        return self.successor or self.id


# Ids, shutdown days and successors as they stood in 2026-11.
MODELS = {
    model.id: model
    for model in (
        Model("gpt-image-2", "openai", QUALITIES),
        Model("gpt-image-2.5-flare", "openai", MORE_QUALITIES),
        Model("gpt-image-2.5-sunburst", "openai", MORE_QUALITIES),
        Model("gpt-image-2.6-flare", "openai", MORE_QUALITIES),
        Model("gpt-image-2.6-sunburst", "openai", MORE_QUALITIES),
        Model("gpt-image-1.5", "openai", QUALITIES, STANDARD_LANDSCAPE, ends="2026-12-01"),
        Model("gpt-image-1-mini", "openai", QUALITIES, STANDARD_LANDSCAPE, ends="2026-12-01"),
        Model("gemini-3-pro-image", "gemini"),
        Model("gemini-3.1-flash-image", "gemini"),
        Model("gemini-3.1-flash-lite-image", "gemini"),
        # The tutorial's three, all shut down in 2026, each served by a different live model.
        Model("gemini-3-pro-image-preview", "gemini", successor="gemini-3-pro-image"),
        Model("gpt-image-1", "openai", MORE_QUALITIES, successor="gpt-image-2.5-flare"),
        Model("dall-e-3", "openai", MORE_QUALITIES, successor="gpt-image-2.5-sunburst"),
    )
}
