"""Where a leaf is: told to whoever runs it in the same process, and to nobody on Render."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Literal

__all__ = ["Stage", "enter", "observer"]

Stage = Literal["looking", "waiting", "asking", "throttled", "storing", "composing", "uploading"]

# What is told of the stages of the leaf that runs in this context.
observer: ContextVar[Callable[[Stage], None] | None] = ContextVar("observer", default=None)


def enter(stage: Stage) -> None:
    """Say what the leaf begins to do."""
    if observe := observer.get():
        observe(stage)
