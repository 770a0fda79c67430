"""Objects as files: the bytes in one file, the metadata in a hidden one beside it, and one rename that commits both.

The hidden file holds the metadata by the digest of the bytes that it belongs to: of those that are there, and of those
that are about to be. It is renamed first, so a kill or a full disk between the two renames leaves the old object. The
same bytes with other metadata are committed by the first rename.
"""

import errno
import fcntl
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.store import StoredObject, Versioned

__all__ = ["read", "remove", "write"]

# What file systems answer that cannot flush a folder.
NO_SYNC = (errno.EINVAL, errno.ENOTSUP)


def read(path: Path) -> Versioned | None:
    """Return an object as one commit left it, or None if there is none."""
    while True:
        try:
            with path.open("rb") as file:
                data, status = file.read(), os.fstat(file.fileno())
                version = _version(data)
                metadata = _metadata(path, version)
                if os.path.samestat(status, path.stat()):  # Otherwise the metadata may be a later commit's.
                    return Versioned(data, version, metadata, max(0.0, time.time() - status.st_mtime))
        except FileNotFoundError:
            return None


def write(path: Path, stored: StoredObject, may_replace: Callable[[str | None], bool]) -> str | None:
    """Write an object if ``may_replace`` is true of the present version, None if there is none.

    Return the new version, or None if nothing was written. Only a mutable object's metadata is kept.
    """
    version = _version(stored.data)
    with _locked(path):
        found = read(path)
        if not may_replace(found.version if found else None):
            return None
        with _temporary_file(path, stored.data) as part:
            _write_metadata(path, found, version, {} if stored.immutable else dict(stored.metadata))
            part.replace(path)
            _sync(path.parent)
    return version


def remove(path: Path) -> None:
    """Remove an object, if there is one."""
    if path.parent.is_dir():
        with _locked(path):
            path.unlink(missing_ok=True)
            _hidden(path, "json").unlink(missing_ok=True)


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hidden(path: Path, kind: str) -> Path:
    return path.with_name(f".{path.name}.{kind}")


def _metadata(path: Path, version: str) -> dict[str, str]:
    """Return the metadata of that version, empty if there is none or it is damaged."""
    try:
        found = json.loads(_hidden(path, "json").read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    entry = found.get(version) if isinstance(found, dict) else None
    return {name: value for name, value in entry.items() if isinstance(value, str)} if isinstance(entry, dict) else {}


def _write_metadata(path: Path, found: Versioned | None, version: str, metadata: dict[str, str]) -> None:
    described = _hidden(path, "json")
    entries = {**({found.version: dict(found.metadata)} if found else {}), version: metadata}
    if any(entries.values()) or described.exists():
        with _temporary_file(described, json.dumps(entries).encode()) as part:
            part.replace(described)
            _sync(path.parent)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock of an object's writers. The kernel releases it however the process ends."""
    lock = _hidden(path, "lock")
    _make_folder(path.parent)
    while True:
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if not _is_open_file(held.fileno(), lock):  # The last holder has removed it, and others may have made anew.
                continue
            try:
                yield
            finally:
                lock.unlink(missing_ok=True)
            return


def _is_open_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def _temporary_file(path: Path, data: bytes) -> Iterator[Path]:
    """Write the bytes to a temporary file beside ``path``, flushed to the disk, and remove it at the end."""
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


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        with suppress(FileExistsError):  # Another writer may have made it.
            folder.mkdir()
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    """Flush a folder's entries to the disk, so that a rename outlives a power failure."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NO_SYNC:
            raise
    finally:
        os.close(handle)
