"""A directory as the store, for local runs."""

import asyncio
import errno
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from errors import StoreError, StoreFullError
from settings import Settings
from storage.store import Area, Link, ObjectInfo, StoredObject, Versioned

__all__ = ["DirectoryStore"]

T = TypeVar("T")

FULL = (errno.ENOSPC, errno.EDQUOT)
JPEG_SIGNATURE = b"\xff\xd8\xff"


class DirectoryStore:
    """Keeps thumbnails in ``<root>/<bucket>`` and originals in ``<root>/<bucket>-originals``.

    Writes are atomic: a file is written under a temporary name, flushed to the disk, and renamed. A kill at any moment
    leaves the whole file or nothing, and at most a hidden ``.part`` file.
    """

    def __init__(self, settings: Settings) -> None:
        """Take the directory from the settings. The first write creates it."""
        self._root = settings.thumbnails_dir or Path().absolute()
        self._bucket = settings.minio_bucket

    async def check(self) -> None:
        """Check that the directory is writable."""
        await self._in_thread(_try_writing, self._root)

    prepare = check

    async def read(self, area: Area, key: str) -> Versioned | None:
        """Return the file's bytes, or None if it does not exist."""
        return await self._in_thread(_read, self._path(area, key))

    async def stat(self, area: Area, key: str) -> ObjectInfo | None:
        """Return the file's size, its type by its first bytes, and its metadata, or None if it does not exist."""
        return await self._in_thread(_stat, self._path(area, key))

    async def write(self, area: Area, key: str, stored: StoredObject) -> None:
        """Write the file atomically. The metadata of a mutable object goes into a file beside it."""
        await self._in_thread(_write_metadata, self._path(area, key), stored)
        await self._in_thread(_write, self._path(area, key), stored.data)

    async def create(self, area: Area, key: str, stored: StoredObject) -> str | None:
        """Write the file unless it exists, and return its version."""
        version = await self._in_thread(_create, self._path(area, key), stored.data)
        if version:
            await self._in_thread(_write_metadata, self._path(area, key), stored)
        return version

    async def replace(self, area: Area, key: str, stored: StoredObject, version: str) -> str | None:
        """Write the file if it still has that version, and return its new one."""
        replaced = await self._in_thread(_replace, self._path(area, key), stored.data, version)
        if replaced:
            await self._in_thread(_write_metadata, self._path(area, key), stored)
        return replaced

    async def remove(self, area: Area, key: str) -> bool:
        """Remove the file."""
        await self._in_thread(lambda: self._path(area, key).unlink(missing_ok=True))
        return True

    def link(self, key: str) -> Link:
        """Return a ``file://`` URL."""
        return Link(self._path(Area.THUMBNAILS, key).as_uri())

    def _path(self, area: Area, key: str) -> Path:
        # In UTF-8, whatever the locale: titles are in every script.
        return self._root / f"{self._bucket}{area.value}" / os.fsdecode(key.encode())

    async def _in_thread(self, call: Callable[..., T], *arguments: object) -> T:
        try:
            return await asyncio.to_thread(call, *arguments)
        except OSError as error:
            failed = f"The store {self._root} failed: {error.strerror or error}."
            if error.errno in FULL:
                raise StoreFullError(f"{failed} Free some space there.") from error
            raise StoreError(f"{failed} Check that THUMBNAILS_DIR names a writable directory.") from error


def _try_writing(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=directory) as file:
        file.write(b"writable")


def _read(path: Path) -> Versioned | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    return Versioned(data, _version(data), _metadata(path))


def _stat(path: Path) -> ObjectInfo | None:
    try:
        with path.open("rb") as file:
            is_jpeg = file.read(len(JPEG_SIGNATURE)) == JPEG_SIGNATURE
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        return None
    return ObjectInfo(size, "image/jpeg" if is_jpeg else "application/octet-stream", _metadata(path))


def _metadata_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.json")


def _metadata(path: Path) -> dict[str, str]:
    """Return an object's metadata, empty if there is none or it is damaged."""
    try:
        found = json.loads(_metadata_path(path).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def _write_metadata(path: Path, stored: StoredObject) -> None:
    if stored.metadata and not stored.immutable:
        _write(_metadata_path(path), json.dumps(dict(stored.metadata)).encode())


def _write(path: Path, data: bytes) -> None:
    with _temporary_file(path, data) as part:
        part.replace(path)


def _create(path: Path, data: bytes) -> str | None:
    with _temporary_file(path, data) as part:
        try:
            os.link(part, path)
        except FileExistsError:
            return None
    return _version(data)


def _replace(path: Path, data: bytes, version: str) -> str | None:
    lock = path.with_name(f".{path.name}.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # The kernel releases it however the process ends.
        found = _read(path)
        if found is None or found.version != version:
            return None
        _write(path, data)
    return _version(data)


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def _temporary_file(path: Path, data: bytes) -> Iterator[Path]:
    """Write the bytes to a temporary file beside ``path``, and remove it at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        yield part
    finally:
        part.unlink(missing_ok=True)
