"""A directory as the store, for local runs."""

import asyncio
import errno
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from errors import StoreError, StoreFullError
from settings import Settings
from storage import files
from storage.store import Area, Link, ObjectInfo, StoredObject, Versioned

__all__ = ["DirectoryStore"]

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 16
FULL = (errno.ENOSPC, errno.EDQUOT)
JPEG_SIGNATURE = b"\xff\xd8\xff"


class DirectoryStore:
    """Keeps thumbnails in ``<root>/<bucket>`` and originals in ``<root>/<bucket>-originals``.

    A kill at any moment leaves the old object whole or the new one whole, and at most hidden ``.part`` and ``.lock``
    files.
    """

    def __init__(self, settings: Settings) -> None:
        """Take the directory from the settings. The first write creates it."""
        self._settings = settings
        self._threads = ThreadPoolExecutor(THREADS, "store")
        self._root = settings.thumbnails_dir or Path().absolute()
        self._bucket = settings.minio_bucket

    async def check(self) -> None:
        """Check that the directory is writable."""
        await self._in_thread(_try_writing, self._root)

    prepare = check

    async def read(self, area: Area, key: str) -> Versioned | None:
        """Return the file's bytes, or None if it does not exist."""
        return await self._in_thread(files.read, self._path(area, key))

    async def stat(self, area: Area, key: str) -> ObjectInfo | None:
        """Return the file's size, its type by its first bytes, its metadata and its version, or None."""
        return await self._in_thread(_stat, self._path(area, key))

    async def write(self, area: Area, key: str, stored: StoredObject) -> None:
        """Write the file atomically, with the metadata of a mutable object."""
        await self._in_thread(files.write, self._path(area, key), stored, lambda found: True)

    async def create(self, area: Area, key: str, stored: StoredObject) -> str | None:
        """Write the file unless it exists, and return its version."""
        return await self._in_thread(files.write, self._path(area, key), stored, lambda found: found is None)

    async def replace(self, area: Area, key: str, stored: StoredObject, version: str) -> str | None:
        """Write the file if it still has that version, and return its new one."""
        return await self._in_thread(files.write, self._path(area, key), stored, lambda found: found == version)

    async def remove(self, area: Area, key: str) -> bool:
        """Remove the file."""
        await self._in_thread(files.remove, self._path(area, key))
        return True

    def link(self, key: str) -> Link:
        """Return a ``file://`` URL."""
        return Link(self._path(Area.THUMBNAILS, key).as_uri())

    def urgent(self) -> "DirectoryStore":
        """Return the same store with threads of its own."""
        return self._urgent

    @cached_property
    def _urgent(self) -> "DirectoryStore":
        return DirectoryStore(self._settings)

    def _path(self, area: Area, key: str) -> Path:
        # In UTF-8, whatever the locale: titles are in every script.
        return self._root / f"{self._bucket}{area.value}" / os.fsdecode(key.encode())

    async def _in_thread(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, partial(call, *args, **kwargs))
        except OSError as error:
            failed = f"The store {self._root} failed: {error.strerror or error}."
            if error.errno in FULL:
                raise StoreFullError(f"{failed} Free some space there.") from error
            raise StoreError(f"{failed} Check that THUMBNAILS_DIR names a writable directory.") from error


def _try_writing(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=directory) as file:
        file.write(b"writable")


def _stat(path: Path) -> ObjectInfo | None:
    found = files.read(path)
    if found is None:
        return None
    content_type = "image/jpeg" if found.data.startswith(JPEG_SIGNATURE) else "application/octet-stream"
    return ObjectInfo(len(found.data), content_type, found.metadata, found.version)
