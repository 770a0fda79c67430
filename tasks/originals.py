"""The original picture of a request: from the store where it was paid for before, else from the provider."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from errors import PictureError
from providers.choice import open_provider
from providers.provider import Picture, PictureRequest
from providers.registry import Model
from providers.throttling import patiently
from settings import Settings
from storage.keys import original_key
from storage.store import Area, Store
from tasks.app import LEAF_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Original", "find_or_generate", "key_of"]

logger = logging.getLogger(__name__)

# Seconds that a leaf keeps for all but waiting for the provider: its start, compositing, the upload.
RESERVE_SECONDS = 60


@dataclass(frozen=True)
class Original:
    """A picture that was paid for once, on the canvas; whether it was there already; and what it took where not."""

    canvas: "Image.Image"
    reused: bool
    usage: Mapping[str, float | str]


def key_of(request: PictureRequest) -> str:
    """Return where the store keeps the picture that this request describes."""
    return original_key(
        served_by=request.served_by,
        prompt=request.prompt,
        size=request.size,
        quality=request.quality,
        variation=request.variation,
    )


async def find_or_generate(
    request: PictureRequest, model: Model, settings: Settings, store: Store, meanwhile: Callable[[], None]
) -> Original:
    """Return the picture, paid for at most once: looked up first, and stored the moment it has proved to be one.

    ``meanwhile`` is called, in a thread, while the provider is answering.

    Raises:
        ProviderRejectedError, ProviderUnavailableError: as the provider does.
        PictureError: what the provider sent is no usable picture; it was not stored.
        StoreError: the store failed.
    """
    key = key_of(request)
    if data := await store.read(Area.ORIGINALS, key):
        return Original(
            await _decoded(data, f"The stored original {key} cannot be used. Delete it, and run again. "), True, {}
        )
    await store.check()
    picture = await _generate(request, model, settings, meanwhile)
    canvas = await _decoded(picture.data)
    await store.write(Area.ORIGINALS, key, picture.data, "application/octet-stream")
    return Original(canvas, False, picture.usage)


async def _generate(
    request: PictureRequest, model: Model, settings: Settings, meanwhile: Callable[[], None]
) -> Picture:
    async with open_provider(model, settings) as provider:
        logger.debug("asking %s: %s", request.served_by, request.prompt)
        preparing = asyncio.create_task(asyncio.to_thread(meanwhile))
        try:
            budget = LEAF_TIMEOUT_SECONDS - RESERVE_SECONDS - settings.provider_timeout_seconds
            return await patiently(lambda: provider.generate(request), budget)
        finally:
            logger.debug("%s answered", request.served_by)
            await asyncio.wait([preparing])


async def _decoded(data: bytes, remedy: str = "") -> "Image.Image":
    from compositing.canvas import open_on_canvas

    try:
        return await asyncio.to_thread(open_on_canvas, data)
    except PictureError as error:
        if remedy:
            raise PictureError(f"{remedy}{error}") from error
        raise
