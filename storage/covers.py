"""Covers: one picture for each post, a copy of one of its thumbnails, at an address known before the batch has run."""

import logging
from collections.abc import Mapping

from errors import StoreError
from outcomes import Cover, Finished, Row
from storage.keys import cover_key
from storage.store import Area, ObjectInfo, Store, StoredObject
from waiting import gather_limited

__all__ = ["cover_of", "ensure_covers", "put_cover"]

logger = logging.getLogger(__name__)

# Seconds that a reader may keep a cover before it asks again: a choice is seen within that time.
MAX_AGE_SECONDS = 300


async def ensure_covers(store: Store, rows: list[Row]) -> list[Row]:
    """Return the rows with their covers; a post that has none gets the first of its thumbnails, in the models' order.

    A cover that is there is never replaced, except one that was made of a simulated picture, by a real one. A store
    that fails here is logged, and takes nothing back.
    """

    async def kept(row: Row) -> Row:
        try:
            cover = await _keep(store, row)
        except StoreError as error:
            logger.error("the cover of %s was not written: %s", row.get("slug"), error)
            cover = None
        return {**row, "cover": cover} if cover else row

    return await gather_limited(kept, rows)


async def cover_of(store: Store, slug: str) -> Cover | None:
    """Return a post's cover, or None where it has none."""
    key = cover_key(slug)
    found = await store.stat(Area.THUMBNAILS, key)
    return _cover(store, key, found.metadata) if found else None


async def put_cover(store: Store, slug: str, outcome: Finished) -> None:
    """Make a thumbnail the cover that a person chose, whatever was there.

    Raises:
        StoreError: the store failed, or the thumbnail is gone.
    """
    await store.write(Area.THUMBNAILS, cover_key(slug), await _copied(store, outcome, chosen=True))


async def _keep(store: Store, row: Row) -> Cover | None:
    slug = row.get("slug")
    first = next((each for each in row["results"] if each["status"] == "ok"), None)
    if not slug:
        return None
    key = cover_key(slug)
    about = await store.stat(Area.THUMBNAILS, key)
    if first and about is None:
        await store.create(Area.THUMBNAILS, key, await _copied(store, first, chosen=False))
    elif first and _is_stand_in(about) and not _is_simulated(first):
        found = await store.read(Area.THUMBNAILS, key)
        # Looked at again once its version is known, so that what a person chooses meanwhile is not replaced.
        if found and _is_stand_in(await store.stat(Area.THUMBNAILS, key)):
            await store.replace(Area.THUMBNAILS, key, await _copied(store, first, chosen=False), found.version)
    else:
        return _cover(store, key, about.metadata) if about else None
    return await cover_of(store, slug)  # Another parent may have been first, with another picture.


def _is_stand_in(about: ObjectInfo | None) -> bool:
    return about is not None and about.metadata.get("simulated") == "1" and about.metadata.get("chosen") != "1"


def _is_simulated(outcome: Finished) -> bool:
    return outcome["served_by"].startswith("simulated/")


async def _copied(store: Store, outcome: Finished, *, chosen: bool) -> StoredObject:
    found = await store.read(Area.THUMBNAILS, outcome["key"])
    if found is None:
        raise StoreError(f"{outcome['key']} is gone. Run the batch again; no picture is paid for again.")
    about = {
        "thumbnail": outcome["key"],
        "title": outcome["title"],
        "model": outcome["model"],
        "variation": str(outcome.get("variation", 0)),
        "chosen": "1" if chosen else "0",
        "simulated": "1" if _is_simulated(outcome) else "0",
    }
    return StoredObject(found.data, "image/jpeg", about, immutable=False, max_age_seconds=MAX_AGE_SECONDS)


def _cover(store: Store, key: str, about: Mapping[str, str]) -> Cover:
    link, variation = store.link(key), about.get("variation", "")
    cover: Cover = {
        "key": key,
        "image_url": link.url,
        "thumbnail": about.get("thumbnail", ""),
        "model": about.get("model", ""),
        "variation": int(variation) if variation.isdecimal() else 0,
        "chosen": about.get("chosen") == "1",
    }
    if link.expires_at:
        cover["image_url_expires_at"] = link.expires_at
    return cover
