"""The Protocol that OpenAI, Gemini and the simulation implement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Picture", "PictureProvider", "PictureRequest"]


@dataclass(frozen=True)
class PictureRequest:
    """Everything that determines a picture, and so whether it has already been paid for.

    ``size`` is ``"1200x640"`` (pixels) for OpenAI and ``"16:9 1K"`` for Gemini; ``quality`` is the vendor's own word,
    or empty if the vendor has none. ``variation`` 0, 1, 2, ... gives different pictures for the same prompt.
    """

    served_by: str
    prompt: str
    style: str
    size: str
    quality: str
    variation: int

    @property
    def simulated(self) -> bool:
        """Whether no vendor is asked, so that the picture costs nothing."""
        return self.served_by.startswith("simulated/")


@dataclass(frozen=True)
class Picture:
    """A picture as the provider sent it, with its usage.

    ``usage`` has ``latency_seconds`` and, if the vendor reports them, ``input_tokens``, ``output_tokens``,
    ``image_output_tokens`` (the part of the output that is the picture; the rest is words), ``thought_tokens`` (not
    part of the output), ``total_tokens`` and ``size`` (pixels).
    """

    data: bytes = field(repr=False)
    usage: Mapping[str, float | str] = field(default_factory=dict)


class PictureProvider(Protocol):
    """Requests pictures from one vendor."""

    async def generate(self, request: PictureRequest) -> Picture:
        """Return one picture.

        Raises:
            ProviderRejectedError: the vendor will never make this picture.
            ProviderThrottledError: the vendor asks to wait before the next request.
            ProviderUnavailableError: the vendor did not deliver; a retry may help.
        """
        ...
