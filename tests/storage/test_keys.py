import pytest

from storage.keys import batch_id, is_slug, original_key, slug, thumbnail_key

ORIGINAL = {"served_by": "gpt-image-2", "identity": "p", "size": "1200x640", "quality": "low", "variation": 0}
THUMBNAIL = {
    "original": "gpt-image-2/00",
    "title": "A title",
    "drawn": "A title",
    "model": "gpt-image-2",
    "style": "neon",
    "template": "bottom-bar",
    "font": "inter",
    "compositor_version": 1,
    "brand": "",
}


@pytest.mark.parametrize("name", ORIGINAL)
def test_every_input_of_a_picture_changes_its_originals_key(name: str) -> None:
    other = {**ORIGINAL, name: 1 if name == "variation" else "other"}
    assert original_key(**other) != original_key(**ORIGINAL)  # type: ignore[arg-type]
    assert original_key(**ORIGINAL) == original_key(**ORIGINAL)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", THUMBNAIL)
def test_every_input_of_a_jpeg_changes_its_thumbnails_key(name: str) -> None:
    other = {**THUMBNAIL, name: 2 if name == "compositor_version" else "other"}
    assert thumbnail_key(**other) != thumbnail_key(**THUMBNAIL)  # type: ignore[arg-type]


def test_a_thumbnails_key_is_readable_and_without_a_brand_unchanged_since_before_brands() -> None:
    assert thumbnail_key(**THUMBNAIL) == "neon/a-title/gpt-image-2-0aee56f09924.jpg"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Why fan-out beats sequential generation", "why-fan-out-beats-sequential-generation"),
        ("  C++ & Rust: 50% faster?! ", "c-rust-50-faster"),
        ("Crème brûlée in Łódź", "creme-brulee-in-łodz"),
        ("日本語の題", "日本語の題"),
        ("../../etc/passwd", "etc-passwd"),
        ("<script>alert('x')</script>", "script-alert-x-script"),
        ("🎉", "untitled"),
        ("\u2764\ufe0f Love 1\ufe0f\u20e3 letters", "love-1-letters"),
        ("...", "untitled"),
    ],
)
def test_slugs(title: str, expected: str) -> None:
    assert slug(title) == expected


@pytest.mark.parametrize("letter", ["x", "é", "日", "𝐀"])
def test_a_long_title_has_a_short_slug(letter: str) -> None:
    assert 0 < len(slug(letter * 10_000).encode()) <= 80


@pytest.mark.parametrize("text", ["a", "My_Post-2.0", "2024", "नमस्ते", "日本語", "c~x"])
def test_a_slug_may_be_in_any_script(text: str) -> None:
    assert is_slug(text)


@pytest.mark.parametrize(
    "text", ["", "a b", "a/b", "..", ".a", "a.", "-a", "a?b", "a\u202eb", "x" * 101, "好" * 81, "a%20b"]
)
def test_a_slug_that_needs_escaping_or_leaves_its_folder_is_invalid(text: str) -> None:
    assert not is_slug(text)


def test_a_batch_id_depends_on_the_request() -> None:
    assert batch_id({"prompts": ["a"]}) == batch_id({"prompts": ["a"]})
    assert batch_id({"prompts": ["a"]}) != batch_id({"prompts": ["b"]})
