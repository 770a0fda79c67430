"""``applyChoices``: applies the choices of a batch's page where the store is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from batch.choices import apply_choices
from batch.requests import ChoicesRequest
from cli.here.engine import Engine
from errors import InvalidRequestError, StoreError, StoreFullError
from settings import Settings
from storage.covers import cover_of
from storage.directory_store import DirectoryStore
from storage.keys import manifest_key
from storage.store import Area, StoredObject
from tasks import app
from tests.support.memory_store import plain

BATCH = [["One", "Two"], ["dall-e-3", "gpt-image-1"], "neon", "bottom-bar", "inter"]


async def run(task: str, arguments: Any) -> Any:
    return await Engine(app, lambda event: None).run(task, arguments)


async def saved(number: int) -> dict[str, Any]:
    """Make the batch, and return what its page saves where each post's so-manieth picture is chosen."""
    made = await run("generateBatch", BATCH)
    chosen = [(row, row["results"][number]) for row in made["rows"]]
    choices = [
        {"slug": row["slug"], "title": row["title"], "model": outcome["model"], "thumbnail": outcome["key"]}
        for row, outcome in chosen
    ]
    return {"version": 1, "batch_id": made["batch_id"], "choices": choices}


async def test_what_the_page_saves_is_the_tasks_input_as_it_stands(environment: Settings) -> None:
    choices = await saved(1)
    applied = await run("applyChoices", choices)
    assert applied["changed"] == ["covers/one.jpg: gpt-image-1, One", "covers/two.jpg: gpt-image-1, Two"]
    assert applied["unchanged"] == 0
    assert applied["page_url"].endswith(f"batches/{choices['batch_id']}/index.html")
    again = await run("applyChoices", [1, choices["batch_id"], choices["choices"]])
    assert (again["changed"], again["unchanged"]) == ([], 2)


async def test_of_two_choices_for_one_post_the_last_is_its_cover(environment: Settings) -> None:
    first, last = await saved(0), await saved(1)
    applied = await run("applyChoices", {**first, "choices": [first["choices"][0], last["choices"][0]]})
    assert (applied["changed"], applied["unchanged"]) == (["covers/one.jpg: gpt-image-1, One"], 0)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"version": 2}, "version: Input should be 1"),
        ({"batch_id": 7}, "batch_id: must be text in quotes, not 7"),
        ({"batch_id": "../../etc"}, "batch_id: not a batch's id; save the choices again on its page"),
        ({"batch_id": "0" * 16}, "There is no batch 0000000000000000 in this store"),
        ({"choices": ["one"]}, "choices[0]: must be an object in curly brackets, not 'one'"),
        ({"choices": [{"slug": "one"}]}, "choices[0].title is missing"),
        ({"choices": [{"slug": "1", "title": "1", "model": "m", "thumbnail": "t"}]}, "(1) is not in the batch"),
        ({"posts": []}, "The input has unknown names: 'posts'. It takes, in this order: version, batch_id, choices"),
    ],
)
async def test_choices_that_cannot_all_be_applied_are_all_refused(
    environment: Settings, changes: Any, fault: str
) -> None:
    choices = await saved(1)
    assert environment.thumbnails_dir
    before = {path: path.read_bytes() for path in environment.thumbnails_dir.rglob("*.*") if path.is_file()}
    with pytest.raises(InvalidRequestError) as refused:
        await run("applyChoices", {**choices, **changes})
    assert fault in str(refused.value)
    assert {path: path.read_bytes() for path in environment.thumbnails_dir.rglob("*.*") if path.is_file()} == before


async def test_what_a_run_writes_into_the_manifest_meanwhile_is_kept(
    environment: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices, store = await saved(1), DirectoryStore(environment)
    replace = store.replace

    async def manifest() -> dict[str, Any]:
        found = await store.read(Area.THUMBNAILS, manifest_key(choices["batch_id"]))
        assert found
        return json.loads(found.data)  # type: ignore[no-any-return]

    async def overtaken(area: Area, key: str, stored: StoredObject, version: str) -> str | None:
        monkeypatch.setattr(store, "replace", replace)
        await store.write(area, key, plain(json.dumps({**await manifest(), "cost_usd": 1.5}).encode()))
        return await replace(area, key, stored, version)

    monkeypatch.setattr(store, "replace", overtaken)
    await apply_choices(store, ChoicesRequest(**choices))
    record = await manifest()
    assert record["cost_usd"] == 1.5
    assert [row["cover"]["chosen"] for row in record["rows"]] == [True, True]


async def test_choices_are_all_checked_before_the_first_cover_changes(environment: Settings) -> None:
    choices, store = await saved(1), DirectoryStore(environment)
    missing = choices["choices"][-1]["thumbnail"]
    await store.remove(Area.THUMBNAILS, missing)
    with pytest.raises(
        InvalidRequestError, match=f"{re.escape(missing)} is missing from the store; run the batch again"
    ):
        await apply_choices(store, ChoicesRequest(**choices))
    covers = [await cover_of(store, choice["slug"]) for choice in choices["choices"]]
    assert not any(cover["chosen"] for cover in covers if cover)


async def test_choices_that_fail_half_way_say_which_covers_changed(
    environment: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices, store = await saved(1), DirectoryStore(environment)
    write, written = store.write, list[str]()

    async def full(area: Area, key: str, stored: StoredObject) -> None:
        if written:
            raise StoreFullError("The disk is full.")
        written.append(key)
        await write(area, key, stored)

    monkeypatch.setattr(store, "write", full)
    with pytest.raises(StoreError, match=r"disk is full.* Apply the choices again; the covers of \w+ were changed"):
        await apply_choices(store, ChoicesRequest(**choices))
    changed = [cover for choice in choices["choices"] if (cover := await cover_of(store, choice["slug"]))]
    assert [cover["key"] for cover in changed if cover["chosen"]] == written


async def test_a_manifest_that_changes_every_time_is_an_error(
    environment: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices, store = await saved(1), DirectoryStore(environment)

    async def too_late(area: Area, key: str, stored: StoredObject, version: str) -> None:
        return None

    monkeypatch.setattr(store, "replace", too_late)
    with pytest.raises(
        StoreError,
        match=r"changed by others.* Apply the choices again; the covers of one, two were",
    ):
        await apply_choices(store, ChoicesRequest(**choices))


@pytest.mark.parametrize(("name", "on"), [("", ""), ("blog-covers", " --on blog-covers")])
async def test_a_page_made_on_render_shows_the_command_that_applies_there(
    environment: Settings, monkeypatch: pytest.MonkeyPatch, name: str, on: str
) -> None:
    monkeypatch.setenv("RENDER_SERVICE_NAME", name)
    choices = await saved(0)
    applied = await run("applyChoices", choices)
    page = Path(applied["page_url"].removeprefix("file://")).read_text()
    assert f'data-command="./covers --choose ~/Downloads/choices.json{on}"' in page
