"""Choices made on a batch's page: which thumbnail is each post's cover, applied to the store; and covers as files."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import TypedDict

from errors import InvalidRequestError
from gallery.manifest import Manifest, manifest_text, read_manifest
from outcomes import Finished, Row
from storage.covers import cover_of, put_cover
from storage.keys import cover_key, manifest_key, page_key
from storage.store import Area, Store, StoredObject
from tasks.record import page_of
from text import brief, clean_text

__all__ = ["Applied", "apply_choices", "read_choices", "read_covers", "write_covers"]


class Choice(BaseModel):
    """One post's choice: the key of the thumbnail that is to be its cover."""

    model_config = ConfigDict(frozen=True, strict=True)

    slug: str
    title: str
    model: str
    thumbnail: str


class Choices(BaseModel):
    """What the page saves as ``choices.json``."""

    model_config = ConfigDict(frozen=True, strict=True)

    version: Literal[1]
    batch_id: str
    choices: list[Choice]


@dataclass(frozen=True)
class Applied:
    """What applying choices did: a line for each cover that changed, and how many were so already."""

    changed: list[str]
    unchanged: int
    page_url: str

    def __str__(self) -> str:
        covers = "1 cover" if len(self.changed) == 1 else f"{len(self.changed)} covers"
        counted = f"{covers} changed, {self.unchanged} chosen already"
        return "\n".join([*self.changed, counted, f"page: {self.page_url}"])


def read_choices(path: Path) -> Choices:
    """Return the choices of a file.

    Raises:
        InvalidRequestError: it cannot be read, or is not what the page saves.
    """
    try:
        return Choices.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidRequestError(
            [f"{path} cannot be read: {error.strerror}. Name the file that the page saved"]
        ) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        fault = f"{path} is not a file of choices ({where}: {first['msg']}). Save it again on the batch's page"
        raise InvalidRequestError([fault]) from None


async def apply_choices(store: Store, choices: Choices) -> Applied:
    """Make each chosen thumbnail its post's cover, and rewrite the batch's page.

    Raises:
        InvalidRequestError: the batch, a post or a thumbnail is not known; nothing is changed then.
        StoreError: the store failed.
    """
    manifest = await _manifest(store, choices.batch_id)
    rows = {row["slug"]: row for row in manifest["rows"] if "slug" in row}
    faults, wanted = [], list[tuple[Row, Finished]]()
    for choice in choices.choices:
        row, named = rows.get(choice.slug), f'the post "{brief(clean_text(choice.title))}" ({choice.slug})'
        made = [each for each in row["results"] if each["status"] == "ok"] if row else []
        outcome = next((each for each in made if each["key"] == choice.thumbnail), None)
        if not row:
            faults.append(f"{named} is not in the batch {choices.batch_id}; choose again on its page")
        elif not outcome:
            faults.append(f"{named} has no thumbnail {choice.thumbnail} any more; choose again on the page")
        else:
            wanted.append((row, outcome))
    if faults:
        raise InvalidRequestError(faults)
    changed = []
    for row, outcome in wanted:
        cover = await cover_of(store, row["slug"])
        if not (cover and cover["chosen"] and cover["thumbnail"] == outcome["key"]):
            await put_cover(store, row["slug"], outcome)
            changed.append(f"{cover_key(row['slug'])}: {outcome['model']}, {brief(clean_text(row['title']))}")
        if cover := await cover_of(store, row["slug"]):
            row["cover"] = cover
    url = await _write_page(store, manifest)
    return Applied(changed, len(wanted) - len(changed), url)


class CoverFile(TypedDict):
    """A cover as ``covers.json`` lists it, for a site's generator."""

    slug: str
    title: str
    file: str
    address: str
    alt: str
    model: str


async def read_covers(store: Store, batch_id: str) -> list[tuple[CoverFile, bytes]]:
    """Return a batch's covers, in the posts' order, each with its JPEG.

    Raises:
        InvalidRequestError: the batch is not known.
        StoreError: the store failed.
    """
    covers: list[tuple[CoverFile, bytes]] = []
    for row in (await _manifest(store, batch_id))["rows"]:
        slug = row.get("slug", "")
        found = await store.read(Area.THUMBNAILS, cover_key(slug)) if slug else None
        cover = await cover_of(store, slug) if found else None
        if found and cover:
            alt = next((each["alt"] for each in row["results"] if each["status"] == "ok" and "alt" in each), "")
            listed: CoverFile = {
                "slug": slug,
                "title": row["title"],
                "file": f"{slug}.jpg",
                "address": cover["image_url"],
                "alt": alt or clean_text(row["title"]),
                "model": cover["model"],
            }
            covers.append((listed, found.data))
    return covers


def write_covers(covers: list[tuple[CoverFile, bytes]], folder: Path) -> list[str]:
    """Write covers to a folder as ``<slug>.jpg``, with ``covers.json`` beside them; return the JPEGs that changed.

    A file that is the same is left alone, so that a site is not rebuilt for nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listed = json.dumps([about for about, _ in covers], ensure_ascii=False, indent=2).encode()
    _write(folder / "covers.json", listed)
    return [about["file"] for about, data in covers if _write(folder / about["file"], data)]


def _write(path: Path, data: bytes) -> bool:
    if path.exists() and path.read_bytes() == data:
        return False
    path.write_bytes(data)
    return True


async def _manifest(store: Store, batch_id: str) -> Manifest:
    found = await store.read(Area.THUMBNAILS, manifest_key(batch_id))
    if found is None:
        raise InvalidRequestError(
            [f"There is no batch {batch_id} in this store. Set the store that it was made in, or run the batch first"]
        )
    try:
        return read_manifest(found.data)
    except ValueError as error:
        raise InvalidRequestError([f"The batch's manifest cannot be read ({error}). Run the batch again"]) from None


async def _write_page(store: Store, manifest: Manifest) -> str:
    key, page = page_key(manifest["batch_id"]), await asyncio.to_thread(page_of, store, manifest)
    text = manifest_text(manifest).encode()
    data = StoredObject(text, "application/json", immutable=False)
    await store.write(Area.THUMBNAILS, manifest_key(manifest["batch_id"]), data)
    await store.write(Area.THUMBNAILS, key, StoredObject(page.encode(), "text/html; charset=utf-8", immutable=False))
    return store.link(key).url
