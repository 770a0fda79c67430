"""The available models, from ``models.toml``. To add one, add an entry there."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, TypeAdapter, with_config

__all__ = ["MODELS", "Model"]


@with_config(ConfigDict(extra="forbid"))
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


TABLE = tomllib.loads(Path(__file__).with_name("models.toml").read_text(encoding="utf-8"))
MODELS = TypeAdapter(dict[str, Model]).validate_python({name: {"id": name, **fields} for name, fields in TABLE.items()})
