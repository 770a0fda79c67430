"""Covers: a batch creates missing ones and never replaces any; a choice replaces one."""

import asyncio
from typing import Any

import pytest

from outcomes import Row
from storage.covers import cover_of, ensure_covers, put_cover
from storage.store import Area, StoredObject
from tests.support.batches import LOOK, missing, ok
from tests.support.memory_store import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    for model in ("a", "b", "c"):
        store.objects[Area.THUMBNAILS][f"{model}.jpg"] = StoredObject(model.encode(), "image/jpeg")
    return store


def row(*results: Any) -> Row:
    made: Any = {"title": "One", "slug": "one", **LOOK, "results": list(results)}
    return made  # type: ignore[no-any-return]


def made(model: str, **changes: Any) -> Any:
    return ok("One", model, key=f"{model}.jpg", **changes)


def cover(store: MemoryStore) -> StoredObject:
    return store.objects[Area.THUMBNAILS]["covers/one.jpg"]


async def test_a_post_without_a_cover_gets_its_first_finished_thumbnail(store: MemoryStore) -> None:
    [kept] = await ensure_covers(store, [row(missing("failed", "One", "a"), made("b", variation=2), made("c"))])
    assert kept["cover"] == {
        "key": "covers/one.jpg",
        "image_url": "memory:covers/one.jpg",
        "thumbnail": "b.jpg",
        "model": "b",
        "variation": 2,
        "chosen": False,
    }
    stored = cover(store)
    assert (stored.data, stored.content_type, stored.immutable, stored.max_age_seconds) == (
        b"b",
        "image/jpeg",
        False,
        300,
    )
    assert stored.metadata["title"] == "One"


async def test_covers_that_show_another_title_are_named(store: MemoryStore, caplog: pytest.LogCaptureFixture) -> None:
    await ensure_covers(store, [row(made("a"))])
    await ensure_covers(store, [row(made("b")), {**row(made("b")), "title": "O\N{SOFT HYPHEN}ne"}])
    assert caplog.text == ""
    await ensure_covers(store, [{**row(made("b")), "title": "One more"}])
    assert "covers that show another title (1): covers/one.jpg; choose again on the page" in caplog.text


async def test_a_covers_alternative_text_is_of_what_it_shows_and_not_of_its_post_as_edited_since(
    store: MemoryStore,
) -> None:
    shown = "neon/one/a.jpg"
    store.objects[Area.THUMBNAILS][shown] = StoredObject(b"a", "image/jpeg")
    await ensure_covers(store, [row(ok("One", "a", key=shown))])
    [kept] = await ensure_covers(store, [{**row(made("b")), "title": "Two"}])
    assert kept["cover"]["alt"] == 'The title "One" on a picture in neon colours.'


async def test_a_batch_never_replaces_a_cover(store: MemoryStore) -> None:
    await ensure_covers(store, [row(made("a"))])
    [kept] = await ensure_covers(store, [row(made("b"))])
    assert (cover(store).data, kept["cover"]["thumbnail"]) == (b"a", "a.jpg")


async def test_a_choice_replaces_a_cover_and_later_batches_keep_it(store: MemoryStore) -> None:
    await ensure_covers(store, [row(made("a"))])
    await put_cover(store, "one", made("c"))
    [kept] = await ensure_covers(store, [row(made("b"))])
    assert (cover(store).data, kept["cover"]["chosen"]) == (b"c", True)


async def test_concurrent_parents_make_one_cover(store: MemoryStore) -> None:
    both = await asyncio.gather(ensure_covers(store, [row(made("a"))]), ensure_covers(store, [row(made("b"))]))
    covers = [kept["cover"]["thumbnail"] for [kept] in both]
    assert covers[0] == covers[1] == f"{cover(store).data.decode()}.jpg"


async def test_a_real_picture_replaces_a_simulated_cover_unless_it_was_chosen(store: MemoryStore) -> None:
    await ensure_covers(store, [row(made("a", served_by="simulated/m"))])
    await ensure_covers(store, [row(made("c", served_by="simulated/m"))])
    assert cover(store).data == b"a"
    await ensure_covers(store, [row(made("b"))])
    assert cover(store).data == b"b"
    await put_cover(store, "one", made("a", served_by="simulated/m"))
    await ensure_covers(store, [row(made("c"))])
    assert cover(store).data == b"a"


async def test_a_choice_made_while_a_simulated_cover_is_replaced_is_kept(store: MemoryStore) -> None:
    await ensure_covers(store, [row(made("a", served_by="simulated/m"))])
    chosen = StoredObject(b"c", "image/jpeg", {"thumbnail": "c.jpg", "chosen": "1", "simulated": "1"}, immutable=False)

    def choose_before_the_read() -> None:
        if store.operations[-1:] == ["stat covers/one.jpg"]:
            store.objects[Area.THUMBNAILS]["covers/one.jpg"] = chosen

    store.before_each = choose_before_the_read
    await ensure_covers(store, [row(made("b"))])
    assert cover(store).data == b"c"


async def test_an_existing_cover_takes_one_request(store: MemoryStore) -> None:
    await ensure_covers(store, [row(made("a"))])
    store.operations.clear()
    await ensure_covers(store, [row(made("b"))])
    assert store.operations == ["stat covers/one.jpg"]


async def test_a_post_without_a_thumbnail_has_no_cover(store: MemoryStore) -> None:
    [kept] = await ensure_covers(store, [row(missing("rejected", "One", "a"))])
    assert "cover" not in kept
    assert await cover_of(store, "one") is None


async def test_a_failing_store_is_logged_and_leaves_the_cover_out(
    store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.down = True
    [kept] = await ensure_covers(store, [row(made("a"))])
    assert "cover" not in kept
    assert "the cover of one was not written" in caplog.text
