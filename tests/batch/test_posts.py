"""Posts, whose values take precedence over the batch's, and named batches, which keep one page."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest

from batch.posts import identity, posts_of, thumbnail_request, with_earlier_slugs
from batch.requests import BatchRequest, Post
from cli.events import RunEvent
from cli.here.engine import Engine
from outcomes import Row
from settings import Settings
from tasks import app
from tests.support.project import TUTORIAL_BATCH

LOOK: dict[str, Any] = {"style": "neon", "template": "left-panel", "font": "lora"}
MODELS = ["dall-e-3", "gpt-image-1"]


def test_a_post_without_a_slug_gets_one_from_its_title() -> None:
    assert [post.slug for post in posts_of(["Why fan-out?", {"title": "x", "slug": "own"}])] == ["why-fan-out", "own"]


def test_titles_with_equal_slugs_get_digests_independent_of_their_order() -> None:
    first = {post.title: post.slug for post in posts_of(["C", "C++", "Go"])}
    second = {post.title: post.slug for post in posts_of(["Go", "C++", "C"])}
    assert first == second
    assert len(set(first.values())) == 3
    assert first["Go"] == "go"


def test_a_given_slug_is_not_used_for_another_post() -> None:
    made, given = posts_of(["One", {"title": "Other", "slug": "one"}])
    assert (made.slug.startswith("one-"), given.slug) == (True, "one")


MADE = True
KEPT: dict[str, tuple[Any, Any, list[str]]] = {
    "an older namesake left the feed": (
        [("2024", "2024-review"), ("2023", "review")],
        [("2024", "review")],
        ["2024-review"],
    ),
    "a new post asks for an old one's slug": (
        [("Hello", "hello")],
        [("Hello", "en-hello", MADE), ("Hallo", "hello", MADE)],
        ["hello", "hello-753692"],
    ),
    "the same, a run later": (
        [("Hello", "hello"), ("Hallo", "hello-753692")],
        [("Hello", "en-hello", MADE), ("Hallo", "hello", MADE)],
        ["hello", "hello-753692"],
    ),
    "a slug was given to a new post, and another to the old one": (
        [("Guide of 2019", "guide")],
        [("Guide of 2019", "guide-2019"), ("Guide", "guide")],
        ["guide-2019", "guide"],
    ),
    "two posts exchanged their slugs": (
        [("One", "one"), ("Two", "two")],
        [("One", "two"), ("Two", "one")],
        ["two", "one"],
    ),
    "a slug was given to an old post, and its owner is gone": (
        [("Guide", "guide"), ("Guide of 2020", "guide-2020")],
        [("Guide of 2020", "guide")],
        ["guide"],
    ),
    "a given slug takes the place of a made one": (
        [("Hello", "hello")],
        [("Hello", "hello", MADE), ("Hallo", "hello")],
        ["hello-185f8d", "hello"],
    ),
    "a slug is written in another form of Unicode": (
        [("Café", "cafe\u0301")],
        [("Cafe\u0301", "café")],
        ["café"],
    ),
    "translations got their language": (
        [("Hallo", "hello"), ("Hello", "en-posts-hello")],
        [("Hallo", "hello.de"), ("Hello", "hello")],
        ["hello.de", "hello"],
    ),
    "a slug was changed on purpose": ([("One", "one")], [("One", "first")], ["first"]),
    "a title was edited": ([("One", "one")], [("One!", "one"), ("Two", "two")], ["one", "two"]),
    "a new post has an old one's title": (
        [("Links", "links-1")],
        [("Links", "links-1"), ("Links", "links-2")],
        ["links-1", "links-2"],
    ),
    "old posts share a title": (
        [("Links", "links-1"), ("Links", "links-2")],
        [("Links", "links-2")],
        ["links-2"],
    ),
}


@pytest.mark.parametrize(("earlier", "requested", "slugs"), KEPT.values(), ids=KEPT)
def test_a_post_keeps_its_slug_whichever_other_posts_there_are(
    earlier: Sequence[tuple[str, str]], requested: Sequence[tuple[Any, ...]], slugs: list[str]
) -> None:
    posts = [Post(each[0], each[1], slug_made=MADE in each) for each in requested]
    assert [post.slug for post in with_earlier_slugs(posts, rows(earlier))] == slugs


def rows(posts: Iterable[tuple[str, str]]) -> list[Row]:
    return cast(list[Row], [{"title": title, "slug": slug} for title, slug in posts])


@pytest.mark.parametrize("seed", range(20))
def test_no_two_posts_end_with_one_slug_and_given_ones_stay(seed: int) -> None:
    """Titles, slugs and earlier rows at random, from a few that collide in every way."""
    random = Random(seed)
    titles = ["C", "C++", "Go", "Hello", "Café", "Cafe\u0301", "c 3f2b1c", "Hello hello"]
    slugs = ["c", "go", "hello", "hello.de", "en-hello", "Hello", "café", "c-6e9f2a"]
    for _ in range(50):
        written = {slug: random.choice(titles) for slug in random.sample(slugs, 4)}
        prompts: list[str | dict[str, object]] = [
            *({"title": title, "slug": slug, "slug_made": random.random() < 0.4} for slug, title in written.items()),
            *random.sample(titles[:4], 2),
        ]
        posts = posts_of(prompts)
        settled = with_earlier_slugs(posts, rows((random.choice(titles), slug) for slug in random.sample(slugs, 3)))
        assert len({post.slug for post in posts}) == len({post.slug for post in settled}) == 6
        assert all(post.slug_made or post.slug == asked.slug for asked, post in zip(posts, settled, strict=True))


def test_a_written_slug_is_given_and_without_spaces_around_it() -> None:
    given, made = posts_of([{"title": "Café", "slug": " cafe\u0301 "}, "Go"])
    assert (given.slug, given.slug_made, made.slug_made) == ("café", False, True)


def test_a_batch_has_one_page_however_its_name_is_encoded() -> None:
    pages = [
        identity(BatchRequest(prompts=["One"], models=MODELS, **LOOK, name=name)) for name in ("Café", " Cafe\u0301 ")
    ]
    assert pages[0] == pages[1]


def test_a_posts_values_take_precedence_over_the_batchs() -> None:
    batch = BatchRequest(
        prompts=["One"], models=["dall-e-3"], **LOOK, context="a blog", extra_prompt="no people", variation=1
    )
    plain = thumbnail_request(batch, Post("One", "one"), "dall-e-3")
    assert (plain.context, plain.extra_prompt, plain.variation) == ("a blog", "no people", 1)
    own = thumbnail_request(batch, Post("One", "one", "on cats", "cats", 0), "dall-e-3")
    assert (own.context, own.extra_prompt, own.variation) == ("on cats\na blog", "cats", 0)


async def run(prompts: list[Any], started: list[str] | None = None, **more: Any) -> dict[str, Any]:
    def observe(event: RunEvent) -> None:
        if started is not None and event.kind == "started" and event.task == "generateThumbnail":
            started.append(event.run_id)

    batch = {"prompts": prompts, "models": MODELS, **LOOK, **more}
    result: dict[str, Any] = await Engine(app, observe).run("generateBatch", batch)
    return result


def manifest(result: dict[str, Any]) -> dict[str, Any]:
    text = Path(result["manifest_url"].removeprefix("file://")).read_text()
    return json.loads(text)  # type: ignore[no-any-return]


async def test_rerunning_a_finished_batch_starts_no_leaf(environment: Settings) -> None:
    started: list[str] = []
    first = await run(["One", "Two"], started)
    assert len(started) == 4
    second = await run(["One", "Two"], started)
    assert len(started) == 4
    assert second["summary"] == {"requested": 4, "ok": 4, "reused": 4, "rejected": 0, "failed": 0}
    assert [row["results"][0]["key"] for row in second["rows"]] == [row["results"][0]["key"] for row in first["rows"]]


async def test_leaves_start_only_for_missing_thumbnails(environment: Settings) -> None:
    await run(["One"])
    started: list[str] = []
    result = await run(["One", "Two"], started)
    assert len(started) == 2
    assert result["summary"]["reused"] == 2


async def test_a_named_batch_keeps_everything_on_one_page(environment: Settings) -> None:
    first = await run(["One", "Two", "Three"], name="My blog")
    varied = {"title": "Two", "slug": "two", "variation": 1}
    second = await run([varied, "Four"], name="My blog")
    assert second["batch_id"] == first["batch_id"]
    assert [row["slug"] for row in second["rows"]] == ["two", "four"]
    page = manifest(second)
    assert page["name"] == "My blog"
    assert [(row["slug"], row["variation"]) for row in page["rows"]] == [
        ("two", 1),
        ("four", 0),
        ("one", 0),
        ("three", 0),
    ]
    assert all(outcome["status"] == "ok" for row in page["rows"] for outcome in row["results"])
    assert page["rows"][0]["results"][0]["variation"] == 1
    assert page["rows"][0]["results"][0]["key"] != first["rows"][1]["results"][0]["key"]


async def test_without_a_name_the_id_depends_on_the_request(environment: Settings) -> None:
    assert (await run(["One"]))["batch_id"] != (await run(["Two"]))["batch_id"]


async def test_the_tutorials_batch_keeps_its_id(environment: Settings) -> None:
    batch = json.loads(TUTORIAL_BATCH.read_text())
    result: dict[str, Any] = await Engine(app, lambda _: None).run("generateBatch", batch)
    assert result["batch_id"] == "c9781f7d4f4120a0"


async def test_a_post_keeps_its_cover_when_its_older_namesake_leaves_the_feed(environment: Settings) -> None:
    def post(title: str, slug: str) -> dict[str, str]:
        return {"title": title, "slug": slug}

    await run([post("Review 2023", "review"), post("Review 2024", "2024-review")], name="Feed")
    result = await run([post("Review 2024", "review"), post("Review 2025", "new")], name="Feed")
    covers = {row["title"]: row["cover"]["key"] for row in manifest(result)["rows"]}
    assert covers == {
        "Review 2024": "covers/2024-review.jpg",
        "Review 2025": "covers/new.jpg",
        "Review 2023": "covers/review.jpg",
    }
