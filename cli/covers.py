"""Copies a batch's covers to files for a site generator, from the store or from their public addresses."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NotRequired

from typing_extensions import TypedDict

from batch.choices import batch_manifest
from errors import InvalidRequestError, StoreError
from gallery.manifest import MANIFEST, Manifest
from outcomes import Cover, Row
from posts.fetch import fetch
from storage.covers import cover_of
from storage.keys import cover_key, is_slug
from storage.store import Area, Store
from text import clean_text
from waiting import gather_limited

__all__ = [
    "CoverFile",
    "fetch_covers",
    "folder_of",
    "follow_covers",
    "make_folder",
    "read_covers",
    "say_written",
    "without_cover",
    "write_covers",
]

MAX_CONCURRENT = 8


class CoverFile(TypedDict):
    """A cover as ``covers.json`` lists it."""

    slug: str
    title: str
    file: str
    address: NotRequired[str]
    """Where it is on the web; in a folder or a private bucket it is nowhere for good."""
    alt: str
    model: str


async def read_covers(store: Store, batch_id: str) -> list[tuple[CoverFile, bytes]]:
    """Return a batch's covers from its store, in the posts' order, each with its JPEG.

    Raises:
        InvalidRequestError: the batch is unknown.
        StoreError: the store failed.
    """
    covers: list[tuple[CoverFile, bytes]] = []
    manifest = await batch_manifest(store, batch_id)
    for row in manifest["rows"]:
        slug = row.get("slug", "")
        found = await store.read(Area.THUMBNAILS, cover_key(slug)) if slug else None
        cover = await cover_of(store, slug) if found else None
        if found and cover and _is_for_site(cover, manifest):
            covers.append((_listed(row, slug, cover), found.data))
    return covers


def fetch_covers(manifest_url: str | None, get: Callable[[str], bytes] = fetch) -> list[tuple[CoverFile, bytes]]:
    """Return the covers that a batch's manifest names, in the posts' order, each with its JPEG, over their addresses.

    Raises:
        StoreError: the manifest or a cover cannot be fetched.
    """
    if not manifest_url:
        raise StoreError("The covers were not fetched: the batch's manifest was not written. Run the command again.")
    try:
        # A slug becomes a file name here, so do not trust it.
        manifest, damaged = MANIFEST.salvage(get(manifest_url))
        if manifest is None:
            raise ValueError(damaged[0])
        rows = [row for row in manifest["rows"] if is_slug(row.get("slug", ""))]
        rows = [row for row in rows if "cover" in row and _is_for_site(row["cover"], manifest)]
        listed = [_listed(row, row["slug"], row["cover"]) for row in rows]
        with ThreadPoolExecutor(MAX_CONCURRENT) as threads:
            return list(zip(listed, threads.map(get, [row["cover"]["image_url"] for row in rows]), strict=True))
    except (InvalidRequestError, ValueError) as error:
        why = error.faults[0] if isinstance(error, InvalidRequestError) else f"{manifest_url} is no manifest: {error}"
        raise StoreError(
            f"The covers were not fetched: {why}. The batch itself is done; run the command again."
        ) from None


def folder_of(folder: Path, *, simulated: bool) -> Path:
    """Return where a batch's covers go: those of simulated pictures never beside or over real ones."""
    return folder.with_name(f"{folder.name}-simulated") if simulated else folder


def make_folder(folder: Path) -> None:
    """Make the covers' folder, before anything is paid for.

    Raises:
        InvalidRequestError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidRequestError(
            [f"--covers {folder} cannot be made a folder: {error.strerror}. Name another"]
        ) from None


async def follow_covers(store: Store, manifest: Manifest, slugs: Collection[str], folder: Path) -> None:
    """Let the files of these posts be as their covers are in the store, after a choice.

    Raises:
        StoreError: the store failed, or something else than a file stands in the place of one.
    """
    rows = {row["slug"]: row for row in manifest["rows"] if "slug" in row}
    listed = [
        _listed(row, slug, row["cover"])
        for slug, row in rows.items()
        if "cover" in row and _is_for_site(row["cover"], manifest)
    ]
    changed = [about for about in listed if about["slug"] in slugs]
    found = await gather_limited(lambda about: store.read(Area.THUMBNAILS, cover_key(about["slug"])), changed)
    covers = [(about, each.data) for about, each in zip(changed, found, strict=True) if each]
    await asyncio.to_thread(write_covers, covers, folder, listed, without_cover(manifest))


def without_cover(manifest: Manifest) -> list[str]:
    """Return the slugs of the posts that a person left without a cover."""
    return [row["slug"] for row in manifest["rows"] if row.get("without_cover") and is_slug(row.get("slug", ""))]


def write_covers(
    covers: list[tuple[CoverFile, bytes]],
    folder: Path,
    listed: Sequence[CoverFile] | None = None,
    gone: Iterable[str] = (),
) -> list[str]:
    """Write covers to a folder as ``<slug>.jpg``, then ``covers.json``; return the names of the JPEGs that changed.

    Files that would not change are not written, so that a site is not rebuilt for nothing. ``covers.json`` lists these
    covers, or else ``listed``. The files of ``gone`` slugs are removed.

    Raises:
        StoreError: something else than a file stands in the place of one, and nothing was written.
    """
    # Named in UTF-8, whatever the locale, as covers.json lists them.
    paths = [folder / os.fsdecode(about["file"].encode()) for about, _ in covers]
    listing = folder / "covers.json"
    if faults := [fault for path in (*paths, listing) if (fault := _in_place_of_a_file(path))]:
        raise StoreError(f"The covers were not written: {'; '.join(faults)}. Move it away, and run the command again.")
    changed = [about["file"] for (about, data), path in zip(covers, paths, strict=True) if _write(path, data)]
    for path in (folder / os.fsdecode(f"{slug}.jpg".encode()) for slug in gone):
        if path.is_file() and not path.is_symlink():
            path.unlink()
    listed = [about for about, _ in covers] if listed is None else listed
    _write(listing, json.dumps(listed, ensure_ascii=False, indent=2).encode())
    return changed


def say_written(covers: list[tuple[CoverFile, bytes]], folder: Path, gone: Iterable[str] = ()) -> None:
    """Write covers to a folder, and print how many changed.

    Raises:
        StoreError: as ``write_covers``.
    """
    print(f"covers:   {folder}, {len(write_covers(covers, folder, gone=gone))} changed", file=sys.stderr)


def _in_place_of_a_file(path: Path) -> str:
    """Return what stands in the place of a file, or an empty string. A link may lead out of the folder."""
    if path.is_symlink():
        return f"{path} is a link"
    if path.is_dir():
        return f"{path} is a folder"
    return "" if path.is_file() or not path.exists() else f"{path} is no file"


def _is_for_site(cover: Cover, manifest: Manifest) -> bool:
    """Return whether a cover goes where the batch's covers go: a simulated one has no place among real ones."""
    return manifest["simulated"] or not cover.get("simulated")


def _listed(row: Row, slug: str, cover: Cover) -> CoverFile:
    made = (each for each in row["results"] if each["status"] == "ok" and each["key"] == cover["thumbnail"])
    alt = next((each["alt"] for each in made if "alt" in each), cover.get("alt"))
    is_public = cover["image_url"].startswith(("http://", "https://")) and "image_url_expires_at" not in cover
    return {
        "slug": slug,
        "title": clean_text(row["title"]),
        "file": f"{slug}.jpg",
        **({"address": cover["image_url"]} if is_public else {}),  # type: ignore[typeddict-item]
        "alt": clean_text(alt or row["title"]),
        "model": cover["model"],
    }


def _write(path: Path, data: bytes) -> bool:
    """Write a file beside its place, then put it there: whoever reads it finds the old one or the new one, whole."""
    if path.exists() and path.read_bytes() == data:
        return False
    beside = path.with_name(f".covers-{os.getpid()}.part")
    beside.unlink(missing_ok=True)
    try:
        with beside.open("xb") as file:  # x follows no link.
            file.write(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return True
