"""What a store is: the Protocol that every place for pictures answers to, and the choice between them."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Protocol

from errors import SettingsError
from settings import Settings

__all__ = ["Area", "Link", "ObjectInfo", "Store", "StoredObject", "Versioned", "open_store", "store_faults"]


class Area(Enum):
    """The two places a store keeps things in: what readers browse, and what was paid for."""

    THUMBNAILS = ""
    ORIGINALS = "-originals"


@dataclass(frozen=True)
class StoredObject:
    """Bytes to store, and what a reader is told of them.

    ``metadata`` is text of any script. ``immutable`` bytes are the only ones their key will ever hold, so that a reader
    may keep them.
    """

    data: bytes = field(repr=False)
    content_type: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    immutable: bool = True


class Versioned(NamedTuple):
    """Bytes as they were read, and the version that they had then."""

    data: bytes
    version: str


class ObjectInfo(NamedTuple):
    """What a store says of an object without its bytes: their number, and what they are."""

    size: int
    content_type: str


class Link(NamedTuple):
    """Where a reader finds something, and until when (ISO 8601, UTC) where that is not for ever."""

    url: str
    expires_at: str | None = None


class Store(Protocol):
    """Holds bytes under keys such as ``"neon/a-title/gpt-image-2-0123456789ab.jpg"``, in two areas.

    Every method raises StoreUnavailableError where the store is away for now, StoreFullError where it has no room, and
    StoreError where it refuses.
    """

    async def prepare(self) -> None:
        """Make the areas and open the thumbnails to readers where that is still to be done; then as ``check``."""
        ...

    async def check(self) -> None:
        """Prove that both areas can be written to, before anything is paid for that they must hold."""
        ...

    async def read(self, area: Area, key: str) -> Versioned | None:
        """Return what the key holds, or None."""
        ...

    async def stat(self, area: Area, key: str) -> ObjectInfo | None:
        """Return what the key holds but for its bytes, or None."""
        ...

    async def write(self, area: Area, key: str, stored: StoredObject) -> None:
        """Store the bytes whole or not at all, replacing what was there."""
        ...

    async def create(self, area: Area, key: str, data: bytes) -> str | None:
        """Store the bytes and return their version, or return None where the key holds something already."""
        ...

    async def replace(self, area: Area, key: str, data: bytes, version: str) -> str | None:
        """Store the bytes and return their version, or return None where the key no longer holds that version."""
        ...

    async def remove(self, area: Area, key: str) -> bool:
        """Remove what the key holds; say whether the keys allow that."""
        ...

    def link(self, key: str) -> Link:
        """Return where a reader finds a key of the thumbnails area."""
        ...


def store_faults(settings: Settings) -> list[str]:
    """Return a sentence for each thing that keeps these settings from naming a usable store."""
    if settings.minio_endpoint:
        keys = {"MINIO_ACCESS_KEY": settings.minio_access_key, "MINIO_SECRET_KEY": settings.minio_secret_key}
        return [f"{name} is not set, and MINIO_ENDPOINT needs it: set it" for name, key in keys.items() if not key]
    if settings.thumbnails_dir is None:
        return [
            "No store is set, so a picture would have nowhere to go: set MINIO_ENDPOINT to a MinIO server's URL, "
            "or THUMBNAILS_DIR to a directory"
        ]
    if settings.on_render:
        return [
            "THUMBNAILS_DIR is set on Render, where an instance's disk is thrown away with it: "
            "set MINIO_ENDPOINT to a MinIO server's URL in its place"
        ]
    return []


@functools.lru_cache(maxsize=8)
def open_store(settings: Settings) -> Store:
    """Return the store that the settings name; the same one, with its connections, as long as they stay the same.

    Raises:
        SettingsError: they name none, or one that would lose what it is given.
    """
    if faults := store_faults(settings):
        raise SettingsError(faults)
    if settings.minio_endpoint:
        from storage.minio_store import MinioStore

        return MinioStore(settings)
    from storage.directory_store import DirectoryStore

    return DirectoryStore(settings)
