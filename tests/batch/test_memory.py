"""A picture belongs to its post: what a named batch asks for again, and what it does not pay for twice."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from batch.memory import continued
from cli.here.engine import Engine
from errors import InvalidRequestError
from settings import Settings
from storage.keys import cover_key
from storage.opening import open_store
from storage.store import Area
from tasks import app
from tests.support.batches import LOOK

MODELS = ["gpt-image-1", "dall-e-3"]


async def run(prompts: Iterable[Any], **inputs: Any) -> Any:
    request = {"models": MODELS, "name": "blog", **LOOK, "prompts": list(prompts), **inputs}
    return await Engine(app, lambda event: None).run("generateBatch", request)


def paid(result: Any) -> int:
    return sum(not each["reused"] for row in result["rows"] for each in row["results"] if each["status"] == "ok")


async def cover(settings: Settings, slug: str) -> dict[str, str]:
    found = await open_store(settings).stat(Area.THUMBNAILS, cover_key(slug))
    assert found, slug
    return dict(found.metadata)


def post(title: str, **about: Any) -> dict[str, Any]:
    return {"title": title, **about}


async def test_an_edited_description_changes_nothing(environment: Settings) -> None:
    first = await run([post("One", context="what it is about"), post("Two")])
    edited = await run([post("One", context="what it is really about"), post("Two", context="new")])
    assert (paid(first), paid(edited)) == (4, 0)
    assert [row["results"][0]["key"] for row in edited["rows"]] == [row["results"][0]["key"] for row in first["rows"]]


async def test_edited_guidelines_change_nothing_either(environment: Settings) -> None:
    await run([post("One")], extra_prompt="No people.")
    assert paid(await run([post("One")], extra_prompt="No animals.")) == 0


async def test_an_edited_title_is_set_anew_on_the_same_picture(environment: Settings) -> None:
    [row] = (await run([post("Wrod", slug="word")]))["rows"]
    edited = await run([post("Word", slug="word")])
    [again] = edited["rows"]
    assert paid(edited) == 0
    assert [each["original"] for each in again["results"]] == [each["original"] for each in row["results"]]
    assert [each["title"] for each in again["results"]] == ["Word", "Word"]
    assert again["cover"]["older"], "a cover stays until it is set anew"
    third = await run([post("Words", slug="word")])
    assert paid(third) == 0, "the picture goes on belonging to its post"


async def test_covers_are_set_anew_on_request(environment: Settings) -> None:
    await run([post("Wrod", slug="word"), post("Other")])
    edited = await run([post("Word", slug="word"), post("Other")], refresh_covers=True)
    assert paid(edited) == 0
    assert (await cover(environment, "word"))["title"] == "Word"
    assert ["older" in row["cover"] for row in edited["rows"]] == [False, False]


async def test_a_cover_keeps_its_own_picture_in_a_new_look(environment: Settings) -> None:
    batch = await run([post("One")])
    [row] = batch["rows"]
    second = row["results"][1]
    choice = {"slug": "one", "title": "One", "model": second["model"], "thumbnail": second["key"]}
    choices = {"version": 1, "batch_id": batch["batch_id"], "choices": [choice]}
    await Engine(app, lambda event: None).run("applyChoices", choices)
    renewed = await run([post("One")], template="left-panel", refresh_covers=True)
    assert paid(renewed) == 0
    shown = await cover(environment, "one")
    assert (shown["original"], shown["chosen"]) == (second["original"], "1")
    assert shown["thumbnail"] == renewed["rows"][0]["results"][1]["key"]


async def test_a_choice_that_was_saved_before_a_change_of_look_holds(environment: Settings) -> None:
    batch = await run([post("One")])
    first = batch["rows"][0]["results"][0]
    await run([post("One")], template="left-panel")
    choice = {"slug": "one", "title": "One", **{name: first[name] for name in ("model", "original")}}
    choices = {"version": 1, "batch_id": batch["batch_id"], "choices": [{**choice, "thumbnail": first["key"]}]}
    await Engine(app, lambda event: None).run("applyChoices", choices)
    shown = await cover(environment, "one")
    assert shown["original"] == first["original"]
    assert shown["thumbnail"] != first["key"], "it has the new look"


async def test_another_take_is_asked_for_by_its_slug_and_paid_once(environment: Settings) -> None:
    await run([post("One"), post("Two")])
    redrawn = await run([post("One"), post("Two")], redraw=["one"])
    assert paid(redrawn) == 2
    assert [row["variation"] for row in redrawn["rows"]] == [1, 0]
    later = await run([post("One", context="edited"), post("Two")])
    assert paid(later) == 0
    assert later["rows"][0]["variation"] == 1, "the latest take is the post's"
    assert paid(await run([post("One")], redraw=["one"])) == 2


async def test_a_take_of_a_post_that_there_is_not_is_refused(environment: Settings) -> None:
    await run([post("One")])
    with pytest.raises(InvalidRequestError, match="one"):
        await run([post("One")], redraw=["on"])
    with pytest.raises(InvalidRequestError, match="without a name"):
        await run([post("One")], redraw=["one"], name="")


async def test_a_slug_that_moves_to_another_post_takes_no_cover_along(environment: Settings) -> None:
    await run([post("The guide of 2019", slug="guide")])
    old = await cover(environment, "guide")
    moved = await run([post("The new guide", slug="guide"), post("The guide of 2019", slug="guide-2019")])
    assert paid(moved) == 2, "the old post's pictures are its own"
    assert (await cover(environment, "guide-2019"))["original"] == old["original"]
    assert (await cover(environment, "guide"))["title"] == "The new guide"


async def test_what_an_earlier_version_wrote_is_asked_for_again(environment: Settings) -> None:
    """Its rows do not say what their pictures were asked for with; the request of its last run does."""
    await run([post("One", context="as it was")])
    assert environment.thumbnails_dir
    [path] = environment.thumbnails_dir.rglob("manifest.json")
    manifest = json.loads(path.read_text())
    for outcome in manifest["rows"][0]["results"]:
        del outcome["asked"], outcome["original"]
    path.write_text(json.dumps(manifest))
    assert paid(await run([post("One", context="edited")])) == 0


async def test_a_batch_without_a_name_asks_for_what_it_says(environment: Settings) -> None:
    await run([post("One", context="as it was")], name="")
    assert paid(await run([post("One", context="edited")], name="")) == 2


def test_a_post_goes_on_with_the_row_of_its_title_or_else_of_its_slug() -> None:
    rows: Any = [{"title": "A", "slug": "a", "results": []}, {"title": "B", "slug": "b", "results": []}]
    went_on = continued([("B", "a"), ("New", "b"), ("C", "c")], rows)
    assert {slug: row["title"] for slug, row in went_on.items()} == {"a": "B"}
    assert {slug: row["title"] for slug, row in continued([("A, edited", "a")], rows).items()} == {"a": "A"}


async def test_a_further_take_by_one_model_asks_the_others_for_nothing(environment: Settings) -> None:
    """As when the page asks for another picture like one of them."""
    await run([post("One")])
    assert paid(await run([post("One", slug="one", variation=1)], models=MODELS[:1])) == 1
    later = await run([post("One")])
    assert paid(later) == 0
    assert [each["variation"] for each in later["rows"][0]["results"]] == [1, 0]
    [manifest] = environment.thumbnails_dir.rglob("manifest.json")  # type: ignore[union-attr]
    [row] = json.loads(manifest.read_text())["rows"]
    known = [(each["model"], each["variation"]) for each in row["results"]]
    assert known == [(MODELS[0], 1), (MODELS[1], 0), (MODELS[0], 0)], "each take is there once"


async def test_a_chosen_cover_goes_along_to_another_slug(environment: Settings) -> None:
    batch = await run([post("One", slug="one")])
    second = batch["rows"][0]["results"][1]
    choice = {"slug": "one", "title": "One", "model": second["model"], "thumbnail": second["key"]}
    choices = {"version": 1, "batch_id": batch["batch_id"], "choices": [choice]}
    await Engine(app, lambda event: None).run("applyChoices", choices)
    [row] = (await run([post("One", slug="first")]))["rows"]
    assert (row["cover"]["original"], row["cover"]["chosen"]) == (second["original"], True)
    assert (await cover(environment, "first"))["chosen"] == "1"
