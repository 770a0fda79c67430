"""Covers: a copy of one thumbnail per post, at a URL that is known before the batch runs."""

import logging
from collections.abc import Iterator, Mapping, Sequence

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


async def ensure_covers(
    store: Store, rows: Sequence[Row], *, refresh: bool = False, renewed: set[str] | None = None
) -> list[Row]:
    """Return the rows with their covers. A post without one gets its first finished thumbnail, in the models' order.

    An existing cover stays, except that a real picture replaces a simulated one that nobody chose. A cover goes along
    with a post that has another slug now. With ``refresh``, a cover that shows an older look or title is set anew, on
    the same picture, and its slug is added to ``renewed``. ``rows`` have all takes that are known. If the store fails,
    this logs the error and leaves the cover out. It logs which covers are no picture of their posts: another blog in
    the store may have that slug.
    """
    covers = await Covers.read(store, rows)
    covers.renewed = covers.renewed if renewed is None else renewed

    async def covered(row: Row) -> Row:
        if row.get("without_cover"):
            return row
        try:
            cover = await covers.ensure(row, refresh=refresh)
        except StoreError as error:
            logger.error("the cover of %s was not written: %s", row.get("slug"), error)
            cover = None
        return {**row, "cover": cover} if cover else row

    covered_rows = await gather_limited(covered, rows)
    if covers.foreign:
        logger.warning(
            "covers that show another title (%d): %s; choose again on the page, or if a cover is another post's, give "
            "this one a slug of its own",
            len(covers.foreign),
            ", ".join(sorted(covers.foreign)[:MOST_EXAMPLES]),
        )
    return covered_rows


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


class Covers:
    """The covers of a batch's posts, as they were found in the store."""

    def __init__(
        self,
        store: Store,
        rows: Mapping[str, Row],
        found: Mapping[str, ObjectInfo],
        failed: Mapping[str, StoreError],
    ) -> None:
        """Take the rows, the covers that were found, and the failures to look for one, all by slug."""
        self._store, self._found, self._failed = store, found, failed
        owners = {each["original"]: slug for slug, row in rows.items() for each in _finished(row) if "original" in each}
        # The slugs of covers that show another post's picture, by that post's slug.
        self._strayed = {
            owners[original]: slug
            for slug, info in found.items()
            if (original := info.metadata.get("original", "")) in owners and not _shown(rows[slug], info)
        }
        # The keys of covers that are no picture of their posts, and the slugs of those that were set anew.
        self.foreign: set[str] = set()
        self.renewed: set[str] = set()

    @classmethod
    async def read(cls, store: Store, rows: Sequence[Row]) -> "Covers":
        """Look up all covers, before any of them is replaced."""
        by_slug = {row["slug"]: row for row in rows if "slug" in row}
        found, failed = dict[str, ObjectInfo](), dict[str, StoreError]()

        async def find(slug: str) -> None:
            try:
                if info := await store.stat(Area.THUMBNAILS, cover_key(slug)):
                    found[slug] = info
            except StoreError as error:
                failed[slug] = error

        await gather_limited(find, by_slug)
        return cls(store, by_slug, found, failed)

    async def ensure(self, row: Row, *, refresh: bool) -> Cover | None:
        """Return a row's cover, written if it has none yet, or one that is not to stay.

        Raises:
            StoreError: the store failed.
        """
        slug = row.get("slug")
        if not slug:
            return None
        if slug in self._failed:
            raise self._failed[slug]
        info, key = self._found.get(slug), cover_key(slug)
        shown = _shown(row, info) if info else None
        outcome, chosen = self._wanted(row, slug, info)
        if shown and info and refresh and shown["key"] != info.metadata.get("thumbnail"):
            outcome, chosen = shown, info.metadata.get("chosen") == "1"
            self.renewed.add(slug)
        if outcome and info is None:
            await self._store.create(Area.THUMBNAILS, key, await _copy(self._store, outcome, chosen=chosen))
        elif outcome and info:
            copy = await _copy(self._store, outcome, chosen=chosen)
            await self._store.replace(Area.THUMBNAILS, key, copy, info.version)  # Unless it was chosen meanwhile.
        else:
            title = clean_text(info.metadata.get("title", ""))[:COMPARED] if info else ""
            if title and not shown and title != _compared(row):
                self.foreign.add(key)
            return _in_row(_cover(self._store, key, info.metadata), row) if info else None
        return _in_row(await cover_of(self._store, slug), row)  # Another run may have written a different one first.

    def _wanted(self, row: Row, slug: str, info: ObjectInfo | None) -> tuple[Finished | None, bool]:
        """Return the thumbnail that is to be the cover, if it is not to stay, and whether a person chose it."""
        first = next(_finished(row), None)
        is_placeholder = first and info and _is_placeholder(info) and not _is_simulated(first)
        if info and not is_placeholder and slug not in self._strayed.values():
            return None, False
        if own := self._found.get(self._strayed.get(slug, "")):
            return _shown(row, own) or first, own.metadata.get("chosen") == "1"
        if (earlier := row.get("cover")) and earlier["key"] != cover_key(slug):  # At the slug that the post had.
            same = (each for each in _finished(row) if _is_of(earlier, each))
            return next(same, first), earlier["chosen"]
        return first, False


def _compared(row: Row) -> str:
    return clean_text(row["title"])[:COMPARED]


def _finished(row: Row) -> Iterator[Finished]:
    return (each for each in row["results"] if each["status"] == "ok")


def _shown(row: Row, info: ObjectInfo) -> Finished | None:
    """Return the row's present thumbnail of the picture that a cover shows, or None if the row has no such picture.

    Until version 0.2.0, covers did not say which picture they show.
    """
    about = info.metadata
    if original := about.get("original"):
        return next((each for each in _finished(row) if each.get("original") == original), None)
    same = clean_text(about.get("title", ""))[:COMPARED] == _compared(row)
    kept = about.get("model"), about.get("variation"), about.get("simulated", "0") == "1"
    for each in _finished(row):
        if each["key"] == about.get("thumbnail"):
            return each
        if same and kept == (each["model"], str(each.get("variation", 0)), _is_simulated(each)):
            return each
    return None


def _is_of(cover: Cover, outcome: Finished) -> bool:
    """Return whether a cover shows an outcome's picture. Until version 0.2.0, covers did not say which they show."""
    if original := cover.get("original"):
        return outcome.get("original") == original
    return outcome["key"] == cover["thumbnail"]


def _in_row(cover: Cover | None, row: Row) -> Cover | None:
    """Return the cover, marked if it shows an older look or title of a picture than the row's thumbnails do."""
    original = cover.get("original", "") if cover else ""
    shown = next((each for each in _finished(row) if original and each.get("original") == original), None)
    if not cover or not shown:
        return cover
    look = shown["key"], shown["template"], shown["font"], clean_text(shown["title"])
    is_older = look != (cover["thumbnail"], row["template"], row["font"], clean_text(row["title"]))
    return {**cover, "older": True} if is_older else cover


def _is_placeholder(info: ObjectInfo) -> bool:
    return info.metadata.get("simulated") == "1" and info.metadata.get("chosen") != "1"


def _is_simulated(outcome: Finished) -> bool:
    return outcome["served_by"].startswith("simulated/")


async def _copy(store: Store, outcome: Finished, *, chosen: bool) -> StoredObject:
    found = await store.read(Area.THUMBNAILS, outcome["key"])
    if found is None:
        raise StoreError(f"{outcome['key']} is missing. Run the batch again; no picture is paid for again.")
    metadata = {
        "thumbnail": outcome["key"],
        "original": outcome.get("original", ""),
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
    if original := metadata.get("original"):
        cover["original"] = original
    if metadata.get("simulated") == "1":
        cover["simulated"] = True
    title, style = metadata.get("title"), cover["thumbnail"].split("/")[0]
    if title and style in STYLES:
        cover["alt"] = alt_text(title, style)
    if link.expires_at:
        cover["image_url_expires_at"] = link.expires_at
    return cover
