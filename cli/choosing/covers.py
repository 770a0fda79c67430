"""Posts' covers as they were before an action, so that it can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from errors import StoreError
from outcomes import Cover, Finished, Row
from storage.covers import MAX_AGE_SECONDS
from storage.keys import cover_key
from storage.store import Area, Store, StoredObject

__all__ = ["Before", "keep", "newer_look", "original_of", "remove_cover", "restore"]


@dataclass(frozen=True)
class Before:
    """A post's row, and its cover's metadata, None without a cover.

    The picture is not kept if the thumbnail that it copies is still there: a choice for all of 10,000 posts would take
    a gigabyte.
    """

    row: Row
    metadata: Mapping[str, str] | None
    data: bytes | None = field(default=None, repr=False)


def newer_look(row: Row) -> Finished | None:
    """Return the thumbnail that shows a cover's picture as the batch sets it now; None if the cover shows that.

    A thumbnail's key tells its post and model, its digest apart.
    """
    made = [each for each in row["results"] if each["status"] == "ok"]
    cover = row.get("cover")
    if not cover or any(each["key"] == cover["thumbnail"] for each in made):
        return None

    def shows_the_same(each: Finished) -> bool:
        if original_of(each) and original_of(cover):
            return original_of(each) == original_of(cover)
        stems = [key.rpartition("-")[0] for key in (each["key"], cover["thumbnail"])]
        return stems[0] == stems[1] and each.get("variation", 0) == cover["variation"]

    return next(filter(shows_the_same, made), None)


def original_of(picture: Finished | Cover) -> str:
    """Return the key of the original that a picture shows, "" if it is not recorded."""
    return str(cast(Mapping[str, object], picture).get("original", ""))


async def keep(store: Store, row: Row) -> Before:
    """Return a row and its cover as they are now.

    Raises:
        StoreError: the store failed.
    """
    key = cover_key(row["slug"])
    found = await store.stat(Area.THUMBNAILS, key)
    if found is None:
        return Before(row, None)
    thumbnail = found.metadata.get("thumbnail", "")
    if thumbnail and await store.stat(Area.THUMBNAILS, thumbnail):
        return Before(row, found.metadata)
    whole = await store.read(Area.THUMBNAILS, key)
    return Before(row, whole.metadata, whole.data) if whole else Before(row, None)


async def restore(store: Store, before: Before, **changes: str) -> None:
    """Give a post the cover that it had, with ``changes`` of its metadata.

    Raises:
        StoreError: the store failed, or no longer has the picture.
    """
    slug, metadata = before.row["slug"], before.metadata
    if metadata is None:
        await remove_cover(store, slug)
        return
    data = before.data
    if data is None:
        found = await store.read(Area.THUMBNAILS, metadata["thumbnail"])
        if found is None:
            raise StoreError(f"{metadata['thumbnail']} is missing, so the cover of {slug} stays as it is.")
        data = found.data
    cover = StoredObject(data, "image/jpeg", {**metadata, **changes}, immutable=False, max_age_seconds=MAX_AGE_SECONDS)
    await store.write(Area.THUMBNAILS, cover_key(slug), cover)


async def remove_cover(store: Store, slug: str) -> None:
    """Take a post's cover away.

    Raises:
        StoreError: the store failed, or its key may not remove anything.
    """
    if not await store.remove(Area.THUMBNAILS, cover_key(slug)):
        raise StoreError(f"The store's key may not remove {cover_key(slug)}. Allow it s3:DeleteObject, or remove it.")
