"""What a store is: the Protocol that every place for pictures answers to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Protocol

__all__ = ["Area", "Link", "ObjectInfo", "Store", "StoredObject", "Versioned"]


class Area(Enum):
    """The two places a store keeps things in: what readers browse, and what was paid for."""

    THUMBNAILS = ""
    ORIGINALS = "-originals"


@dataclass(frozen=True)
class StoredObject:
    """Bytes to store, and what a reader is told of them.

    ``metadata`` is text of any script. Bytes that are ``immutable`` are the only ones their key will ever hold, so that
    a reader may keep them; for others a reader asks again after ``max_age_seconds``.
    """

    data: bytes = field(repr=False)
    content_type: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    immutable: bool = True
    max_age_seconds: int = 0


class Versioned(NamedTuple):
    """Bytes as they were read, and the version that they had then."""

    data: bytes
    version: str


class ObjectInfo(NamedTuple):
    """What a store says of an object without its bytes: their number, what they are, and what was said of them."""

    size: int
    content_type: str
    metadata: Mapping[str, str]


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

    async def create(self, area: Area, key: str, stored: StoredObject) -> str | None:
        """Store the bytes and return their version, or return None where the key holds something already."""
        ...

    async def replace(self, area: Area, key: str, stored: StoredObject, version: str) -> str | None:
        """Store the bytes and return their version, or return None where the key no longer holds that version."""
        ...

    async def remove(self, area: Area, key: str) -> bool:
        """Remove what the key holds; say whether the keys allow that."""
        ...

    def link(self, key: str) -> Link:
        """Return where a reader finds a key of the thumbnails area."""
        ...
