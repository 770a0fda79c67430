"""Covers as files, fetched from their addresses, as when the store is private on Render."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cli.covers import fetch_covers, write_covers
from errors import InvalidRequestError, StoreError
from gallery.manifest import build_manifest, manifest_text, read_request
from tests.support.batches import ok

MANIFEST = "https://front.example/thumbnails/batches/0/manifest.json"
LOOK = {"style": "neon", "template": "bottom-bar", "font": "inter"}


def row(slug: str, *results: Any, cover: bool = True, **more: str) -> Any:
    address = f"https://front.example/thumbnails/covers/{slug}.jpg"
    about = {"key": f"covers/{slug}.jpg", "image_url": address, "thumbnail": "t", "model": "m", "variation": 0}
    covered = {"cover": {**about, "chosen": False, **more}} if cover else {}
    return {"title": slug.title(), "slug": slug, **LOOK, "results": [*results], **covered}


def served(*rows: Any) -> dict[str, bytes]:
    """Everything that is at an address: the manifest of these rows, and their covers."""
    asked = {"prompts": ["One"], "models": ["m"], **LOOK, "context": "", "extra_prompt": "", "variation": 0}
    manifest = build_manifest(
        "0",
        read_request(asked),
        list(rows),
        created_at="2026-11-22",
        updated_at="2026-11-22",
        finished=True,
        simulated=False,
    )
    covers = {each["cover"]["image_url"]: each["slug"].encode() for each in rows if "cover" in each}
    return {MANIFEST: manifest_text(manifest).encode(), **covers}


def test_existing_covers_come_in_the_posts_order(tmp_path: Path) -> None:
    covers = fetch_covers(MANIFEST, served(row("two"), row("none", cover=False), row("one")).__getitem__)
    assert [(about["slug"], data) for about, data in covers] == [("two", b"two"), ("one", b"one")]
    assert write_covers(covers, tmp_path) == ["two.jpg", "one.jpg"]
    assert [each["address"] for each in json.loads((tmp_path / "covers.json").read_text())] == [
        "https://front.example/thumbnails/covers/two.jpg",
        "https://front.example/thumbnails/covers/one.jpg",
    ]
    assert write_covers(covers, tmp_path) == []


def test_the_alternative_text_is_of_the_picture_that_is_the_cover() -> None:
    first, second = ok("New", "a", alt="New, in neon"), ok("New", "b", key="t", alt="New, in oil")
    rows = [row("one", first, second, alt="Old"), row("two", first, alt="Old, in neon"), row("three", first)]
    listed = [about["alt"] for about, _ in fetch_covers(MANIFEST, served(*rows).__getitem__)]
    assert listed == ["New, in oil", "Old, in neon", "Three"]


@pytest.mark.parametrize("slug", ["../../out", "a/b", ".hidden", "/etc/cron.d/x"])
def test_a_manifest_cannot_name_a_file_outside_the_folder(slug: str) -> None:
    assert fetch_covers(MANIFEST, served(row(slug)).__getitem__) == []


def test_a_cover_that_cannot_be_fetched_is_reported_and_the_batch_counts_as_done() -> None:
    def refuse(url: str) -> bytes:
        raise InvalidRequestError([f"{url} cannot be read: the server answers 404. Check the address"])

    with pytest.raises(StoreError, match=r"The covers were not fetched: .*answers 404.*The batch itself is done"):
        fetch_covers(MANIFEST, refuse)
    with pytest.raises(StoreError, match="is no manifest"):
        fetch_covers(MANIFEST, lambda url: b"<html>")
    with pytest.raises(StoreError, match="manifest was not written"):
        fetch_covers(None)


HIDDEN = "A\u202eb\x07c\u2066"


def test_the_listing_holds_no_control_and_direction_characters() -> None:
    rows = [{**row("one", ok("New", "a", key="t", alt=HIDDEN)), "title": HIDDEN}]
    [(about, _)] = fetch_covers(MANIFEST, served(*rows).__getitem__)
    assert (about["title"], about["alt"]) == ("Ab c", "Ab c")


@pytest.mark.parametrize("taken", ["two.jpg", "covers.json"])
@pytest.mark.parametrize("what", ["link", "folder"])
def test_what_stands_in_a_covers_place_is_named_and_nothing_is_written(tmp_path: Path, taken: str, what: str) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "covers"
    outside.write_bytes(b"precious")
    folder.mkdir()
    if what == "link":
        (folder / taken).symlink_to(outside)
    else:
        (folder / taken).mkdir()
    covers = fetch_covers(MANIFEST, served(row("one"), row("two")).__getitem__)
    with pytest.raises(StoreError, match=rf"{taken} is a {what}\. Move it away"):
        write_covers(covers, folder)
    assert [path.name for path in folder.iterdir()] == [taken]
    assert outside.read_bytes() == b"precious"


def test_a_cover_that_cannot_be_written_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / f".covers-{os.getpid()}.part").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_covers(fetch_covers(MANIFEST, served(row("one")).__getitem__), tmp_path)
    assert not (tmp_path / "covers.json").exists()
