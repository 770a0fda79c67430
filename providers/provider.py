"""What a provider of pictures is: the Protocol that OpenAI, Gemini and the simulation answer to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Picture", "PictureProvider", "PictureRequest"]


@dataclass(frozen=True)
class PictureRequest:
    """All that determines a picture, and so all that decides whether it was paid for before.

    ``size`` is ``"1200x640"`` (pixels) for OpenAI and ``"16:9 1K"`` for Gemini; ``quality`` is the vendor's word, or
    empty where the vendor has none. ``variation`` 0, 1, 2, ... asks for another picture of the same prompt.
    """

    served_by: str
    prompt: str
    style: str
    size: str
    quality: str
    variation: int


@dataclass(frozen=True)
class Picture:
    """A picture as the provider sent it: the bytes untouched, and what it took.

    ``usage`` holds ``latency_seconds`` and, where the vendor reports them, ``input_tokens``, ``output_tokens``, of
    which ``image_output_tokens`` are the picture and the rest words, ``thought_tokens`` beside both, ``total_tokens``
    and ``size`` (pixels).
    """

    data: bytes = field(repr=False)
    usage: Mapping[str, float | str] = field(default_factory=dict)


class PictureProvider(Protocol):
    """Asks one vendor for pictures."""

    async def generate(self, request: PictureRequest) -> Picture:
        """Return one picture.

        Raises:
            ProviderRejectedError: the vendor will not make this picture, now or later.
            ProviderThrottledError: the vendor asks to wait before it is asked again.
            ProviderUnavailableError: the vendor did not deliver; a retry may help.
        """
        ...
