"""The models that can be asked for, as data. Adding one is adding one entry to ``MODELS``."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["MODELS", "Model"]

# What OpenAI's models offer (gpt-image-2.5 and later, and those before). The same word is not the same money: "medium"
# takes three to four times as many tokens in gpt-image-2.6 as in gpt-image-2.5.
QUALITIES = ("low", "medium", "high", "auto")
MORE_QUALITIES = ("low", "medium", "high", "xhigh", "max", "auto")
# Of the three sizes that OpenAI's older models offer, the one that is wide.
WIDE = ("1536x1024",)
IN_PLACE_OF_1 = ("gpt-image-2.6-flare", "gpt-image-2.6-sunburst")
# What Gemini's models offer, at 16:9.
SIZES = ("1K", "2K", "4K")


@dataclass(frozen=True)
class Model:
    """One model id that a request may name.

    ``qualities`` and ``sizes`` are what the model offers: no qualities where the vendor has no such choice, no sizes
    where it takes any width and height within limits. ``successor`` is the live model that serves an id whose own model
    was shut down. Of a live model, ``deprecated`` is the day (ISO 8601) since which the vendor advises against it,
    ``ends`` the day on which it says that it shuts it down, and ``replacements`` the models that it names instead.
    """

    id: str
    vendor: Literal["openai", "gemini"]
    qualities: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    successor: str | None = None
    deprecated: str | None = None
    ends: str | None = None
    replacements: tuple[str, ...] = ()

    @property
    def serving_id(self) -> str:
        """The id of the live model that makes the picture."""
        return self.successor or self.id

    @property
    def notice(self) -> str | None:
        """What someone who chooses the model should know, or None."""
        if not self.deprecated:
            return None
        fate = f"will be shut down on {self.ends}" if self.ends else f"has been deprecated since {self.deprecated}"
        return f"{self.id} {fate}: choose {' or '.join(self.replacements)} instead"


# Ids, days and successors as the vendors gave them in 2026-11.
MODELS = {
    model.id: model
    for model in (
        Model("gpt-image-2", "openai", QUALITIES),
        Model("gpt-image-2.5-flare", "openai", MORE_QUALITIES),
        Model("gpt-image-2.5-sunburst", "openai", MORE_QUALITIES),
        Model("gpt-image-2.6-flare", "openai", MORE_QUALITIES),
        Model("gpt-image-2.6-sunburst", "openai", MORE_QUALITIES),
        Model(
            "gpt-image-1.5",
            "openai",
            QUALITIES,
            WIDE,
            deprecated="2026-06-02",
            ends="2026-12-01",
            replacements=IN_PLACE_OF_1,
        ),
        Model(
            "gpt-image-1-mini",
            "openai",
            QUALITIES,
            WIDE,
            deprecated="2026-06-02",
            ends="2026-12-01",
            replacements=IN_PLACE_OF_1,
        ),
        Model("gemini-3-pro-image", "gemini", sizes=SIZES),
        Model("gemini-nano-banana-2.1", "gemini", sizes=SIZES),
        # That it was shut down on 2026-10-29 is reported by others, and not confirmed by Google: so it has no end here,
        # and where it is gone, the error names its replacement.
        Model(
            "gemini-3.1-flash-image",
            "gemini",
            sizes=SIZES,
            deprecated="2026-10-06",
            replacements=("gemini-nano-banana-2.1",),
        ),
        Model("gemini-3.1-flash-lite-image", "gemini", sizes=("1K",)),
        # The tutorial's three, all shut down in 2026. The successors are those that the vendors name for them, each a
        # different live model. gpt-image-2.6 is named for neither of OpenAI's, costs three to four times as much at the
        # default quality, and everyone who has pictures of these successors would pay for them again.
        Model("gemini-3-pro-image-preview", "gemini", sizes=SIZES, successor="gemini-3-pro-image"),
        Model("gpt-image-1", "openai", MORE_QUALITIES, successor="gpt-image-2.5-flare"),
        Model("dall-e-3", "openai", MORE_QUALITIES, successor="gpt-image-2.5-sunburst"),
    )
}
