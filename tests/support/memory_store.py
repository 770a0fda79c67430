"""An in-memory store for tests, which can be down, full, or lose a response."""

import hashlib
from collections.abc import Callable

from errors import StoreError, StoreFullError, StoreUnavailableError
from storage.store import Area, Link, ObjectInfo, StoredObject, Versioned
from waiting import Clock

__all__ = ["MemoryStore", "plain"]


def plain(data: bytes) -> StoredObject:
    """Return bytes without a specific content type or metadata."""
    return StoredObject(data, "application/octet-stream", immutable=False)


class MemoryStore:
    """Keeps objects in dicts; tests set attributes to make it fail."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.objects: dict[Area, dict[str, StoredObject]] = {area: {} for area in Area}
        self._clock = clock or Clock()
        # When each object was written, in the clock's seconds.
        self._written: dict[tuple[Area, str], float] = {}
        self.down = False
        self.refusing = False
        # Larger objects, in bytes, do not fit.
        self.room: float = float("inf")
        # How many of the next writes are carried out without a response.
        self.lost_answers = 0
        self.operations: list[str] = []
        # Called before each operation, so that a test can decide whether it fails.
        self.before_each: Callable[[], None] = lambda: None

    def keys(self) -> list[str]:
        """Return the keys of the originals' area."""
        return sorted(self.objects[Area.ORIGINALS])

    async def prepare(self) -> None:
        self._fail("prepare")

    async def check(self) -> None:
        self._fail("check")

    async def read(self, area: Area, key: str) -> Versioned | None:
        self._fail(f"read {key}")
        found = self.objects[area].get(key)
        age = self._clock.now() - self._written.get((area, key), self._clock.now())
        return Versioned(found.data, _version(found.data), found.metadata, age) if found else None

    async def stat(self, area: Area, key: str) -> ObjectInfo | None:
        self._fail(f"stat {key}")
        found = self.objects[area].get(key)
        if not found:
            return None
        return ObjectInfo(len(found.data), found.content_type, found.metadata, _version(found.data))

    async def write(self, area: Area, key: str, stored: StoredObject) -> None:
        self._fail(f"write {key}", len(stored.data))
        self._put(area, key, stored)

    async def create(self, area: Area, key: str, stored: StoredObject) -> str | None:
        self._fail(f"create {key}", len(stored.data))
        if key in self.objects[area]:
            return None
        self._put(area, key, stored)
        return _version(stored.data)

    async def replace(self, area: Area, key: str, stored: StoredObject, version: str) -> str | None:
        self._fail(f"replace {key}", len(stored.data))
        found = self.objects[area].get(key)
        if not found or _version(found.data) != version:
            return None
        self._put(area, key, stored)
        return _version(stored.data)

    async def remove(self, area: Area, key: str) -> bool:
        self._fail(f"remove {key}")
        self.objects[area].pop(key, None)
        return True

    def link(self, key: str) -> Link:
        return Link(f"memory:{key}")

    def urgent(self) -> "MemoryStore":
        return self

    def _put(self, area: Area, key: str, stored: StoredObject) -> None:
        self.objects[area][key] = stored
        self._written[area, key] = self._clock.now()
        if self.lost_answers:
            self.lost_answers -= 1
            raise StoreUnavailableError("the connection broke")

    def _fail(self, operation: str, size: int = 0) -> None:
        self.before_each()
        self.operations.append(operation)
        if self.refusing:
            raise StoreError("the key is wrong")
        if self.down:
            raise StoreUnavailableError("the store is down")
        if size > self.room:
            raise StoreFullError("the disk is full")


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
