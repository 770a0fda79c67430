"""The manifest: what is written is what the schema says, and what is read back is checked."""

import json
from pathlib import Path

import pytest

import gallery
from gallery.manifest import manifest_schema, manifest_text, read_manifest
from tests.gallery.batches import manifest, missing, ok


def test_every_kind_of_outcome_is_read_back_as_it_was_written() -> None:
    timed = {"original_seconds": 1.5, "usage": {"total_tokens": 3, "quality": "low"}, "image_url_expires_at": "later"}
    written = manifest(
        [ok("One", "gpt-image-1", **timed), missing("rejected", "One", "dall-e-3")],
        [missing("failed", "日本\u2028\u202e", "gpt-image-1"), missing("pending", "日本\u2028\u202e", "dall-e-3")],
    )
    assert read_manifest(manifest_text(written).encode()) == written
    assert written["summary"] == {"requested": 4, "ok": 1, "reused": 0, "rejected": 1, "failed": 1, "pending": 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [({"version": 2}, "version"), ({"rows": [{}]}, r"rows\.0\.title"), ({"created_at": None}, "created_at")],
)
def test_what_is_no_manifest_is_refused_by_the_field(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_manifest(json.dumps({**manifest([ok("One", "dall-e-3")]), **change}).encode())


def test_the_schema_for_readers_in_other_languages_is_the_types() -> None:
    """After a change of the types, write ``manifest_schema()`` there anew, as JSON with an indent of 2."""
    kept = Path(gallery.__file__).with_name("manifest.schema.json").read_text()
    assert json.loads(kept) == manifest_schema()
