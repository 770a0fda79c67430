"""The manifest: what is written is what the schema says, and what is read back is checked."""

import json
from pathlib import Path
from typing import Any

import pytest

import gallery
from gallery.manifest import MANIFEST, Manifest, manifest_schema, manifest_text
from storage.records import NewerVersionError
from tests.support.batches import manifest, missing, ok


def test_every_kind_of_outcome_is_read_back_as_it_was_written() -> None:
    timed = {
        "original_seconds": 1.5,
        "usage": {"total_tokens": 3, "quality": "low"},
        "image_url_expires_at": "2026-11-22",
    }
    written = manifest(
        [ok("One", "gpt-image-1", **timed), missing("rejected", "One", "dall-e-3")],
        [missing("failed", "日本\u2028\u202e", "gpt-image-1"), missing("pending", "日本\u2028\u202e", "dall-e-3")],
    )
    assert read_manifest(manifest_text(written).encode()) == written
    assert written["summary"] == {"requested": 4, "ok": 1, "reused": 0, "rejected": 1, "failed": 1, "pending": 1}


def read_manifest(data: bytes) -> Manifest | None:
    found, damaged = MANIFEST.salvage(data)
    assert not damaged
    return found


def test_a_manifest_of_a_newer_version_is_refused() -> None:
    with pytest.raises(NewerVersionError, match="version 2"):
        MANIFEST.salvage(json.dumps({**manifest([ok("One", "dall-e-3")]), "version": 2}).encode())


def test_the_schema_for_readers_in_other_languages_is_the_types() -> None:
    """After changing the types, write ``manifest_schema()`` there again, as JSON with an indent of 2."""
    kept = Path(gallery.__file__).with_name("manifest.schema.json").read_text()
    assert json.loads(kept) == manifest_schema()


def keywords(schema: Any, *, names: bool = False) -> set[str]:
    """Return every keyword of a schema; the keys of ``properties`` and ``$defs`` are names, not keywords."""
    if isinstance(schema, list):
        return set().union(*(keywords(each) for each in schema))
    if not isinstance(schema, dict):
        return set()
    inner = (keywords(value, names=not names and key in ("properties", "$defs")) for key, value in schema.items())
    return set().union(set() if names else schema.keys(), *inner)


def test_the_schema_has_no_keyword_that_json_schema_does_not_have() -> None:
    """Strict validators, such as ajv, refuse a schema with an unknown keyword."""
    applied = {"$defs", "$ref", "properties", "additionalProperties", "items", "anyOf", "oneOf"}
    assert keywords(manifest_schema()) <= applied | {"title", "description", "type", "const", "enum", "required"} | {
        "minimum",
        "maximum",
    }


def test_a_manifest_from_before_covers_is_still_read() -> None:
    old = manifest([ok("One", "dall-e-3")])
    assert not {"slug", "cover", "variation"} & old["rows"][0].keys()
    assert read_manifest(manifest_text(old).encode()) == old


def test_posts_covers_and_the_batchs_name_are_read_back_as_they_were_written() -> None:
    cover = {"key": "covers/one.jpg", "image_url": "http://h/covers/one.jpg", "thumbnail": "k", "model": "dall-e-3"}
    written = manifest(
        [ok("One", "dall-e-3", alt="One, in neon", variation=2, cost_usd=None)],
        name="My blog",
        posts=[{"slug": "one", "variation": 2, "cover": {**cover, "variation": 2, "chosen": True}}],
        prompts=["Plain", {"title": "One", "slug": "one"}],
    )
    assert read_manifest(manifest_text(written).encode()) == written
    assert (written["name"], written["rows"][0]["cover"]["chosen"]) == ("My blog", True)
