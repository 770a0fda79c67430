"""The original picture of a request: from the store where it was paid for before, else from the provider."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.choice import open_provider
from providers.provider import PictureRequest
from providers.registry import Model
from settings import Settings
from storage.keys import original_key
from storage.store import Area, Store

__all__ = ["Original", "find_or_generate", "key_of"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Original:
    """A provider's own bytes, whether they were there already, and the provider's usage figures where not."""

    data: bytes = field(repr=False)
    reused: bool
    usage: Mapping[str, int]


def key_of(request: PictureRequest) -> str:
    """Return where the store keeps the picture that this request describes."""
    return original_key(
        served_by=request.served_by,
        prompt=request.prompt,
        size=request.size,
        quality=request.quality,
        variation=request.variation,
    )


async def find_or_generate(request: PictureRequest, model: Model, settings: Settings, store: Store) -> Original:
    """Return the picture, paid for at most once: looked up first, and stored the moment it arrives.

    Raises:
        ProviderRejectedError, ProviderUnavailableError: as the provider does.
        StoreError: the store failed; nothing was paid for unless the message says so.
    """
    key = key_of(request)
    if data := await store.read(Area.ORIGINALS, key):
        return Original(data, reused=True, usage={})
    await store.check()
    logger.debug("asking %s: %s", request.served_by, request.prompt)
    picture = await open_provider(model, settings).generate(request)
    await store.write(Area.ORIGINALS, key, picture.data, "application/octet-stream")
    return Original(picture.data, reused=False, usage=picture.usage)
