"""A directory as the store: for a laptop, and for trying things out."""

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from errors import StoreError
from storage.store import Area

__all__ = ["DirectoryStore"]

T = TypeVar("T")


class DirectoryStore:
    """Keeps thumbnails in ``<root>/thumbnails`` and originals in ``<root>/thumbnails-originals``.

    A file appears under its name only when it is whole: it is written beside its place, flushed to the disk, and
    renamed. A kill at any moment leaves either all of it or nothing, and at most a hidden ``.part`` file.
    """

    def __init__(self, root: Path) -> None:
        """Take the directory; it is made when something is first written."""
        self._root = root.absolute()

    async def check(self) -> None:
        """Prove that files can be made in the directory."""
        await self._blocking(self._try_writing, self._root)

    async def read(self, area: Area, key: str) -> bytes | None:
        """Return the file's bytes, or None where there is no such file."""
        return await self._blocking(self._read_file, self._path(area, key))

    async def write(self, area: Area, key: str, data: bytes, content_type: str) -> None:
        """Write the file whole or not at all. A directory has no use for the content type."""
        await self._blocking(self._write_file, self._path(area, key), data)

    async def holds(self, area: Area, key: str) -> bool:
        """Say whether there is such a file."""
        return await self._blocking(self._path(area, key).is_file)

    def url(self, key: str) -> str:
        """Return a ``file://`` URL."""
        return self._path(Area.THUMBNAILS, key).as_uri()

    def _path(self, area: Area, key: str) -> Path:
        return self._root / f"thumbnails{area.value}" / key

    async def _blocking(self, call: Callable[..., T], *arguments: object) -> T:
        try:
            return await asyncio.to_thread(call, *arguments)
        except OSError as error:
            raise StoreError(
                f"The store {self._root} failed: {error.strerror or error}. "
                "Check that THUMBNAILS_DIR names a directory that can be written to and has room."
            ) from error

    @staticmethod
    def _try_writing(directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory) as file:
            file.write(b"writable")

    @staticmethod
    def _read_file(path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    @staticmethod
    def _write_file(path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.chmod(0o644)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
