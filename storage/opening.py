"""Chooses the store from the settings."""

import functools

from errors import SettingsError
from settings import Settings
from storage.store import Store

__all__ = ["open_store", "store_faults"]


def store_faults(settings: Settings) -> list[str]:
    """Return a sentence for each problem with the store settings."""
    if settings.minio_endpoint:
        keys = {"MINIO_ACCESS_KEY": settings.minio_access_key, "MINIO_SECRET_KEY": settings.minio_secret_key}
        return [f"{name} is not set, and MINIO_ENDPOINT needs it: set it" for name, key in keys.items() if not key]
    if settings.thumbnails_dir is None:
        return ["No store is set: set MINIO_ENDPOINT to a MinIO server's URL, or THUMBNAILS_DIR to a directory"]
    if settings.on_render:
        return [
            "THUMBNAILS_DIR is set on Render, where an instance's disk is discarded: "
            "set MINIO_ENDPOINT to a MinIO server's URL instead"
        ]
    return []


@functools.lru_cache(maxsize=8)
def open_store(settings: Settings) -> Store:
    """Return the store that the settings name. Equal settings share one store and its connections.

    Raises:
        SettingsError: the settings name no usable store.
    """
    if faults := store_faults(settings):
        raise SettingsError(faults)
    if settings.minio_endpoint:
        from storage.minio_store import MinioStore

        return MinioStore(settings)
    from storage.directory_store import DirectoryStore

    return DirectoryStore(settings)
