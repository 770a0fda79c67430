"""The list of batches, and the start page that shows it."""

import json
from typing import Any

import pytest

from gallery.batches import BATCHES, MOST_BATCHES, Batch, batch_of, batches_text, with_batch
from gallery.page import render_page
from gallery.start_page import render_start_page
from storage.records import NewerVersionError
from tests.gallery.test_page import HOSTILE, Reader
from tests.support.batches import EVENING, MORNING, manifest, missing, ok
from text import clean_text

TWO = manifest([ok("One", "gpt-image-1"), missing("rejected", "One", "dall-e-3")], [ok("Two", "dall-e-3")])


def read_batches(data: bytes) -> list[Batch]:
    found, damaged = BATCHES.salvage(data)
    assert found
    assert not damaged, damaged
    return found["batches"]


def start_page(*batches: object, expires_at: str | None = None) -> str:
    listed = read_batches(json.dumps({"version": 1, "batches": batches}).encode())
    return render_start_page(listed, lambda batch: f"batches/{batch}/index.html", lambda key: key, expires_at)


def test_the_newest_comes_first_and_a_rerun_replaces_its_earlier_entry() -> None:
    old = batch_of(manifest([ok("Old", "dall-e-3")], batch_id="old", updated_at=MORNING))
    new = batch_of(manifest([ok("New", "dall-e-3")], batch_id="new", updated_at=EVENING))
    assert with_batch([new], old) == with_batch([old], new) == [new, old]
    again = batch_of(manifest([ok("Old", "dall-e-3")], batch_id="old", updated_at="2026-11-22T00:00:00+00:00"))
    assert with_batch([new, old], again) == [again, new]


def test_the_list_does_not_grow_for_ever() -> None:
    old = [batch_of(manifest([ok("t", "dall-e-3")], batch_id=str(n), updated_at=MORNING)) for n in range(MOST_BATCHES)]
    listed = with_batch(old, batch_of(manifest([ok("t", "dall-e-3")], batch_id="new")))
    assert (len(listed), listed[0]["batch_id"]) == (MOST_BATCHES, "new")
    assert f"Only the newest {MOST_BATCHES} are listed" in start_page(*listed)


def test_a_list_is_read_back_as_it_was_written_and_another_version_is_refused() -> None:
    batches = [batch_of(TWO)]
    assert read_batches(batches_text(batches).encode()) == batches
    with pytest.raises(NewerVersionError, match="version"):
        read_batches(b'{"version": 9, "batches": []}')


def test_a_batch_is_shown_with_its_counts_its_look_its_link_and_some_pictures() -> None:
    html = start_page(batch_of(TWO))
    reader = Reader(html)
    assert "\u2068One\u2069 and 1 more title" in reader.text
    assert "2 of 3 ready · 1 rejected" in reader.text
    assert "gpt-image-1, dall-e-3" in reader.text
    assert "neon · bottom-bar · inter" in reader.text
    assert "21 November 2026, 18:30 UTC" in reader.text
    assert [each["href"] for each in reader.all("a")] == ["batches/00ff/index.html"]
    assert len(reader.all("img")) == 2


def test_an_unfinished_batch_shows_its_progress_and_its_pictures_so_far() -> None:
    going = manifest([ok("One", "dall-e-3"), missing("pending", "One", "gpt-image-1")], finished=False)
    reader = Reader(start_page(batch_of(going)))
    assert "not finished: 1 of 2 ready so far" in reader.text
    assert [(each["value"], each["max"]) for each in reader.all("progress")] == [("1", "2")]
    assert len(reader.all("img")) == 1
    assert Reader(start_page(batch_of(TWO))).all("progress") == []


def test_a_named_batch_is_listed_by_its_name() -> None:
    titled = Reader(start_page(batch_of(manifest([ok("One", "dall-e-3")], [ok("Two", "dall-e-3")], name="My blog"))))
    assert titled.text.index("My blog") < titled.text.index("and 1 more title")


def test_a_blog_is_listed_by_its_own_name_and_simulated_batches_are_told_apart_from_real_ones() -> None:
    real, simulated = (
        batch_of(manifest([ok("One", "dall-e-3")], name=f"{name}/content/posts", simulated=name == "trial"))
        for name in ("ann.example", "trial")
    )
    page = Reader(start_page(real, simulated))
    assert "ann.example 1 of 1 ready" in page.words
    assert "trial Simulated" in page.words
    assert page.words.count("Simulated") == 1
    assert ["data-simulated" in each for each in page.all("li")] == [False, True]


def test_a_post_given_as_an_object_is_listed_by_its_title() -> None:
    assert batch_of(manifest([ok("One", "dall-e-3")], prompts=[{"title": "One", "slug": "1"}]))["title"] == "One"


def test_a_private_buckets_page_says_when_its_links_expire() -> None:
    assert (
        "these links work until 21 November 2026, 18:30 UTC"
        in Reader(start_page(batch_of(TWO), expires_at=EVENING)).words
    )


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stays_text(title: str) -> None:
    hostile = Reader(start_page(batch_of(manifest([ok(title, "dall-e-3")]))))
    plain = Reader(start_page(batch_of(manifest([ok("t", "dall-e-3")]))))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert clean_text(title)[:100] in hostile.text


@pytest.mark.parametrize(
    ("spent", "shown"),
    [
        ({}, ""),
        ({"cost_usd": 12.4}, "$12.40 so far"),
        ({"cost_usd": 0.5, "cost_is_estimate": True}, "about $0.50 so far"),
        ({"cost_usd": 0.5, "cost_unknown": 2}, "$0.50 so far · 2 pictures whose cost is unknown"),
        ({"cost_unknown": 1}, "1 picture whose cost is unknown"),
        ({"cost_usd": 0.5, "maybe_billed": 1}, "$0.50 so far · 1 more that may have been billed"),
    ],
)
def test_a_batch_shows_its_cost_and_how_certain_that_is(spent: Any, shown: str) -> None:
    batch: Any = {**manifest([ok("One", "dall-e-3")]), **spent}
    for html in (start_page(batch_of(batch)), render_page(batch, home="index.html", data="manifest.json")):
        text = Reader(html).text
        assert shown in text
        assert ("so far" in text) == ("cost_usd" in spent)
        assert ("unknown" in text) == ("cost_unknown" in spent)
