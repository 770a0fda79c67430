"""What a store is: the Protocol that every place for pictures answers to, and the choice between them."""

from enum import Enum
from typing import Protocol

from errors import SettingsError
from settings import Settings

__all__ = ["Area", "Store", "open_store", "store_faults"]


class Area(Enum):
    """The two places a store keeps things in: what readers browse, and what was paid for."""

    THUMBNAILS = ""
    ORIGINALS = "-originals"


class Store(Protocol):
    """Holds bytes under keys such as ``"neon/a-title/gpt-image-2-0123456789ab.jpg"``, in two areas.

    Every method raises StoreError where the store cannot be reached or refuses.
    """

    async def check(self) -> None:
        """Prove that the store can be written to, before anything is paid for that it must hold."""
        ...

    async def read(self, area: Area, key: str) -> bytes | None:
        """Return what the key holds, or None."""
        ...

    async def write(self, area: Area, key: str, data: bytes, content_type: str) -> None:
        """Store the bytes whole or not at all, replacing what was there."""
        ...

    async def holds(self, area: Area, key: str) -> bool:
        """Say whether the key holds anything."""
        ...

    def url(self, key: str) -> str:
        """Return where a reader finds a key of the thumbnails area."""
        ...


def store_faults(settings: Settings) -> list[str]:
    """Return a sentence for each thing that keeps these settings from naming a usable store."""
    if settings.thumbnails_dir is None:
        return ["No store is set, so a picture would have nowhere to go: set THUMBNAILS_DIR to a directory"]
    if settings.on_render:
        return [
            "THUMBNAILS_DIR is set on Render, where an instance's disk is thrown away with it: "
            "unset it and use a store that outlives the instance"
        ]
    return []


def open_store(settings: Settings) -> Store:
    """Return the store that the settings name.

    Raises:
        SettingsError: they name none, or one that would lose what it is given.
    """
    if (faults := store_faults(settings)) or settings.thumbnails_dir is None:
        raise SettingsError(faults)
    from storage.directory_store import DirectoryStore

    return DirectoryStore(settings.thumbnails_dir)
