"""Covers: a copy of one thumbnail per post, at a URL that is known before the batch runs."""

import logging
from collections.abc import Mapping

from errors import StoreError
from outcomes import Cover, Finished, Row
from storage.keys import cover_key
from storage.store import Area, ObjectInfo, Store, StoredObject
from styles import STYLES, alt_text
from text import clean_text
from waiting import gather_limited

__all__ = ["cover_of", "ensure_covers", "put_cover"]

logger = logging.getLogger(__name__)

# Seconds that clients may cache a cover, so a new choice shows up within that time.
MAX_AGE_SECONDS = 300
MOST_EXAMPLES = 3
# Characters of a title that every store keeps.
COMPARED = 80


async def ensure_covers(store: Store, rows: list[Row]) -> list[Row]:
    """Return the rows with their covers. A post without one gets its first finished thumbnail, in the models' order.

    An existing cover is never replaced, except that a real picture replaces a simulated one that nobody chose. If the
    store fails, this logs the error and leaves the cover out. It logs which covers show another title than their
    posts': the title was edited, or another blog in the same store has a post with that slug.
    """
    other: list[str] = []

    async def covered(row: Row) -> Row:
        try:
            cover = await _ensure_cover(store, row, other)
        except StoreError as error:
            logger.error("the cover of %s was not written: %s", row.get("slug"), error)
            cover = None
        return {**row, "cover": cover} if cover else row

    rows = await gather_limited(covered, rows)
    if other:
        examples = ", ".join(sorted(other)[:MOST_EXAMPLES])
        logger.warning(
            "covers that show another title (%d): %s; if a title was edited, choose again on the page; if the cover is "
            "another post's, give this one a slug of its own",
            len(other),
            examples,
        )
    return rows


async def cover_of(store: Store, slug: str) -> Cover | None:
    """Return a post's cover, or None if it has none."""
    key = cover_key(slug)
    found = await store.stat(Area.THUMBNAILS, key)
    return _cover(store, key, found.metadata) if found else None


async def put_cover(store: Store, slug: str, outcome: Finished) -> None:
    """Make a thumbnail the post's chosen cover, replacing any other.

    Raises:
        StoreError: the store failed, or no longer has the thumbnail.
    """
    await store.write(Area.THUMBNAILS, cover_key(slug), await _copy(store, outcome, chosen=True))


async def _ensure_cover(store: Store, row: Row, other: list[str]) -> Cover | None:
    """Return a row's cover; add its key to ``other`` if it shows another title."""
    slug = row.get("slug")
    first = next((each for each in row["results"] if each["status"] == "ok"), None)
    if not slug:
        return None
    key = cover_key(slug)
    info = await store.stat(Area.THUMBNAILS, key)
    if first and info is None:
        await store.create(Area.THUMBNAILS, key, await _copy(store, first, chosen=False))
    elif first and _is_placeholder(info) and not _is_simulated(first):
        found = await store.read(Area.THUMBNAILS, key)
        # Check again now that the version is known, so that a choice made in between is not replaced.
        if found and _is_placeholder(await store.stat(Area.THUMBNAILS, key)):
            await store.replace(Area.THUMBNAILS, key, await _copy(store, first, chosen=False), found.version)
    else:
        shown = clean_text(info.metadata.get("title", "")) if info else ""
        if shown and shown[:COMPARED] != clean_text(row["title"])[:COMPARED]:
            other.append(key)
        return _cover(store, key, info.metadata) if info else None
    return await cover_of(store, slug)  # Another run may have written a different cover first.


def _is_placeholder(info: ObjectInfo | None) -> bool:
    return info is not None and info.metadata.get("simulated") == "1" and info.metadata.get("chosen") != "1"


def _is_simulated(outcome: Finished) -> bool:
    return outcome["served_by"].startswith("simulated/")


async def _copy(store: Store, outcome: Finished, *, chosen: bool) -> StoredObject:
    found = await store.read(Area.THUMBNAILS, outcome["key"])
    if found is None:
        raise StoreError(f"{outcome['key']} is missing. Run the batch again; no picture is paid for again.")
    metadata = {
        "thumbnail": outcome["key"],
        "title": outcome["title"],
        "model": outcome["model"],
        "variation": str(outcome.get("variation", 0)),
        "chosen": "1" if chosen else "0",
        "simulated": "1" if _is_simulated(outcome) else "0",
    }
    return StoredObject(found.data, "image/jpeg", metadata, immutable=False, max_age_seconds=MAX_AGE_SECONDS)


def _cover(store: Store, key: str, metadata: Mapping[str, str]) -> Cover:
    link, variation = store.link(key), metadata.get("variation", "")
    cover: Cover = {
        "key": key,
        "image_url": link.url,
        "thumbnail": metadata.get("thumbnail", ""),
        "model": metadata.get("model", ""),
        "variation": int(variation) if variation.isdecimal() else 0,
        "chosen": metadata.get("chosen") == "1",
    }
    title, style = metadata.get("title"), cover["thumbnail"].split("/")[0]
    if title and style in STYLES:
        cover["alt"] = alt_text(title, style)
    if link.expires_at:
        cover["image_url_expires_at"] = link.expires_at
    return cover
