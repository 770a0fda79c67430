"""The available models, as data. To add one, add an entry to ``MODELS``."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

__all__ = ["MODELS", "Model"]

# The qualities of OpenAI's models, before gpt-image-2.5 and from it on. The same quality may differ in price: "medium"
# takes three to four times as many tokens in gpt-image-2.6 as in gpt-image-2.5.
QUALITIES = ("low", "medium", "high", "auto")
MORE_QUALITIES = ("low", "medium", "high", "xhigh", "max", "auto")
# The only wide one of the three sizes that OpenAI's older models offer.
WIDE = ("1536x1024",)
IN_PLACE_OF_1 = ("gpt-image-2.6-flare", "gpt-image-2.6-sunburst")
# The sizes of Gemini's models, at 16:9.
SIZES = ("1K", "2K", "4K")


@dataclass(frozen=True)
class Model:
    """One model id that a request may name.

    ``qualities`` is empty if the vendor has no such choice; ``sizes`` is empty if the model takes any width and height
    within limits. ``complexity`` is how much OpenAI's model plans before it draws, which costs time and no money; it is
    empty if the model has no such choice, and is in no picture's key. ``successor`` is the live model that serves an id
    whose own model was shut down. For other models, ``deprecated`` is the day on which the vendor deprecated it,
    ``ends`` the announced day of its shutdown (UTC), and ``replacements`` the models that the vendor recommends
    instead.
    """

    id: str
    vendor: Literal["openai", "gemini"]
    qualities: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    complexity: Literal["", "low", "medium", "high"] = ""
    successor: str | None = None
    deprecated: date | None = None
    ends: date | None = None
    replacements: tuple[str, ...] = ()

    @property
    def serving_id(self) -> str:
        """The id of the live model that makes the picture."""
        return self.successor or self.id

    def has_ended(self, today: date) -> bool:
        """Return whether the model is shut down on that day."""
        return self.ends is not None and today >= self.ends

    def notice(self, today: date) -> str | None:
        """Return what those who choose the model on that day should know, or None."""
        if not self.deprecated:
            return None
        status = f"has been deprecated since {self.deprecated}"
        if self.ends:
            status = f"{'was' if self.has_ended(today) else 'will be'} shut down on {self.ends}"
        return f"{self.id} {status}: choose {' or '.join(self.replacements)} instead"


# Ids, days and successors as published by the vendors in 2026-11.
MODELS = {
    model.id: model
    for model in (
        Model("gpt-image-2", "openai", QUALITIES),
        Model("gpt-image-2.5-flare", "openai", MORE_QUALITIES),
        Model("gpt-image-2.5-sunburst", "openai", MORE_QUALITIES),
        # Planning is for dense text and intricate layouts, and our prompts ask for a scene without text. So the fast
        # one plans little; the precise one as much as OpenAI's default of today.
        Model("gpt-image-2.6-flare", "openai", MORE_QUALITIES, complexity="low"),
        Model("gpt-image-2.6-sunburst", "openai", MORE_QUALITIES, complexity="high"),
        Model(
            "gpt-image-1.5",
            "openai",
            QUALITIES,
            WIDE,
            deprecated=date(2026, 6, 2),
            ends=date(2026, 12, 1),
            replacements=IN_PLACE_OF_1,
        ),
        Model(
            "gpt-image-1-mini",
            "openai",
            QUALITIES,
            WIDE,
            deprecated=date(2026, 6, 2),
            ends=date(2026, 12, 1),
            replacements=IN_PLACE_OF_1,
        ),
        Model("gemini-3-pro-image", "gemini", sizes=SIZES),
        # Its thinking level stays Google's own, reported as medium. "minimal" would save thoughts, which are billed and
        # counted; but it is recommended for drafts, and its pictures have not been seen here.
        Model("gemini-nano-banana-2.1", "gemini", sizes=SIZES),
        # Others report its shutdown on 2026-10-29, but Google has not confirmed it. So it has no end here; if it is
        # gone, the error names its replacement.
        Model(
            "gemini-3.1-flash-image",
            "gemini",
            sizes=SIZES,
            deprecated=date(2026, 10, 6),
            replacements=("gemini-nano-banana-2.1",),
        ),
        Model("gemini-3.1-flash-lite-image", "gemini", sizes=("1K",)),
        # The tutorial's three, all shut down in 2026. Their successors are those that the vendors name, each a
        # different live model. OpenAI does not name gpt-image-2.6, which costs three to four times as much at the
        # default quality; and with it, everyone who has these successors' pictures would pay for them again.
        Model("gemini-3-pro-image-preview", "gemini", sizes=SIZES, successor="gemini-3-pro-image"),
        Model("gpt-image-1", "openai", MORE_QUALITIES, successor="gpt-image-2.5-flare"),
        Model("dall-e-3", "openai", MORE_QUALITIES, successor="gpt-image-2.5-sunburst"),
    )
}
