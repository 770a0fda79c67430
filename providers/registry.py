"""The models that can be asked for, as data. Adding one is adding one entry to ``MODELS``."""

from dataclasses import dataclass

__all__ = ["MODELS", "Model"]

# What OpenAI is asked for: 16-divisible and almost the canvas, so that next to nothing paid for is cropped away.
NEAR_CANVAS = "1200x640"
STANDARD_LANDSCAPE = "1536x1024"
WIDE_1K = "16:9 1K"


@dataclass(frozen=True)
class Model:
    """One model id that a request may name.

    ``successor`` is the live model that serves an id whose own model was shut down; ``ends`` is the day (ISO 8601)
    on which a live model will be. ``size`` is what the serving model is asked for.
    """

    id: str
    vendor: str
    size: str
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
        Model("gpt-image-2", "openai", NEAR_CANVAS),
        Model("gpt-image-2.5-flare", "openai", NEAR_CANVAS),
        Model("gpt-image-2.5-sunburst", "openai", NEAR_CANVAS),
        Model("gpt-image-2.6-flare", "openai", NEAR_CANVAS),
        Model("gpt-image-2.6-sunburst", "openai", NEAR_CANVAS),
        Model("gpt-image-1.5", "openai", STANDARD_LANDSCAPE, ends="2026-12-01"),
        Model("gpt-image-1-mini", "openai", STANDARD_LANDSCAPE, ends="2026-12-01"),
        Model("gemini-3-pro-image", "gemini", WIDE_1K),
        Model("gemini-3.1-flash-image", "gemini", WIDE_1K),
        Model("gemini-3.1-flash-lite-image", "gemini", WIDE_1K),
        # The tutorial's three, all shut down in 2026, each served by a different live model.
        Model("gemini-3-pro-image-preview", "gemini", WIDE_1K, successor="gemini-3-pro-image"),
        Model("gpt-image-1", "openai", NEAR_CANVAS, successor="gpt-image-2.5-flare"),
        Model("dall-e-3", "openai", NEAR_CANVAS, successor="gpt-image-2.5-sunburst"),
    )
}
