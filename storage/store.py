"""The interface of every store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Protocol

__all__ = ["Area", "Link", "ObjectInfo", "Store", "StoredObject", "Versioned"]


class Area(Enum):
    """The two areas of a store: thumbnails for readers, and the originals that were paid for."""

    THUMBNAILS = ""
    ORIGINALS = "-originals"


@dataclass(frozen=True)
class StoredObject:
    """Bytes to store, with their type, metadata and cache time.

    ``metadata`` may be in any script. An ``immutable`` object never changes, so clients may cache it forever; other
    objects may be cached for ``max_age_seconds``.
    """

    data: bytes = field(repr=False)
    content_type: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    immutable: bool = True
    max_age_seconds: int = 0


class Versioned(NamedTuple):
    """An object's bytes, version and metadata, and the seconds since it was written, by the store's own clock."""

    data: bytes
    version: str
    metadata: Mapping[str, str]
    age_seconds: float = 0.0


class ObjectInfo(NamedTuple):
    """An object's size in bytes, content type, metadata and version."""

    size: int
    content_type: str
    metadata: Mapping[str, str]
    version: str


class Link(NamedTuple):
    """An object's URL, and when it expires (ISO 8601, UTC), if it does."""

    url: str
    expires_at: str | None = None


class Store(Protocol):
    """Holds bytes under keys such as ``"neon/a-title/gpt-image-2-0123456789ab.jpg"``, in two areas.

    Every method raises StoreUnavailableError if the store is temporarily unavailable, StoreFullError if it is full, and
    StoreError if it refuses.
    """

    async def prepare(self) -> None:
        """Do what ``check`` does, create missing areas, and make the thumbnails public."""
        ...

    async def check(self) -> None:
        """Check that both areas are writable, before anything is paid for."""
        ...

    async def read(self, area: Area, key: str) -> Versioned | None:
        """Return the object, or None if there is none."""
        ...

    async def stat(self, area: Area, key: str) -> ObjectInfo | None:
        """Return what is known about the object without reading it, or None if there is none."""
        ...

    async def write(self, area: Area, key: str, stored: StoredObject) -> None:
        """Store the object atomically, replacing any other."""
        ...

    async def create(self, area: Area, key: str, stored: StoredObject) -> str | None:
        """Store the object and return its version, or return None if the key exists."""
        ...

    async def replace(self, area: Area, key: str, stored: StoredObject, version: str) -> str | None:
        """Store the object and return its version, or return None if the key no longer has ``version``."""
        ...

    async def remove(self, area: Area, key: str) -> bool:
        """Remove the object, and return whether the store's credentials allow that."""
        ...

    def link(self, key: str) -> Link:
        """Return a reader's link to a thumbnail."""
        ...

    def urgent(self) -> "Store":
        """Return this store with threads and connections of its own, for what must never wait behind an upload."""
        ...
