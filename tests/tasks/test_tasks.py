"""The registered tasks: their inputs, and the parents' results."""

import json
from pathlib import Path
from typing import Any

import pytest

from batch.record import BatchRecord
from batch.requests import BatchRequest, bind
from cli.here.engine import Engine
from errors import InvalidRequestError
from outcomes import Row
from settings import Settings
from tasks import app, generate_batch, generate_thumbnail, generate_thumbnails
from tests.support.batches import LOOK, ok
from waiting import Attempt

BATCH = [["One", "Two", "Three"], ["dall-e-3", "gpt-image-1"], "neon", "left-panel", "lora"]


async def run(task: str, arguments: Any) -> Any:
    return await Engine(app, lambda _: None).run(task, arguments)


async def test_a_batch_returns_its_rows_in_order(environment: Settings) -> None:
    result = await run("generateBatch", BATCH)
    assert result["summary"] == {"requested": 6, "ok": 6, "reused": 0, "rejected": 0, "failed": 0}
    assert [row["title"] for row in result["rows"]] == ["One", "Two", "Three"]
    for row in result["rows"]:
        assert row.keys() == {"title", "slug", "variation", "cover", "style", "template", "font", "results"}
        assert [outcome["model"] for outcome in row["results"]] == ["dall-e-3", "gpt-image-1"]
        assert all(outcome["title"] == row["title"] for outcome in row["results"])
    money = {"cost_usd", "cost", "estimated_usd", "pictures_made", "maybe_billed"}
    assert result.keys() == {
        "batch_id",
        "summary",
        *money,
        "covers_renewed",
        "covers_older",
        "rows",
        "manifest_url",
        "gallery_url",
    }


async def test_a_rerun_updates_the_same_record(environment: Settings) -> None:
    first, second = await run("generateBatch", BATCH), await run("generateBatch", BATCH)
    for name in ("batch_id", "manifest_url", "gallery_url"):
        assert first[name] == second[name]
    assert second["summary"]["reused"] == 6


async def test_generate_thumbnails_returns_one_row(environment: Settings) -> None:
    row = await run("generateThumbnails", ["One", *BATCH[1:]])
    assert row.keys() == {"title", "variation", "style", "template", "font", "results"}
    assert [outcome["status"] for outcome in row["results"]] == ["ok", "ok"]


async def test_one_pair_returns_the_same_shape_as_many(environment: Settings) -> None:
    result = await run("generateBatch", [["One"], ["dall-e-3"], *BATCH[2:]])
    assert [len(row["results"]) for row in result["rows"]] == [1]
    row = await run("generateThumbnails", ["One", ["dall-e-3"], *BATCH[2:]])
    assert len(row["results"]) == 1


async def test_named_and_positional_input_are_equivalent(environment: Settings) -> None:
    names = ["prompts", "models", "style", "template", "font"]
    by_position = await run("generateBatch", BATCH)
    by_name = await run("generateBatch", dict(zip(names, BATCH, strict=True)))
    assert by_name["batch_id"] == by_position["batch_id"]


async def test_the_manifest_and_page_match_the_result(environment: Settings) -> None:
    result = await run("generateBatch", BATCH)
    manifest = json.loads(Path(result["manifest_url"].removeprefix("file://")).read_text())
    assert manifest["version"] == 1
    assert manifest["rows"] == result["rows"]
    assert manifest["request"]["prompts"] == ["One", "Two", "Three"]
    page = Path(result["gallery_url"].removeprefix("file://"))
    for row in result["rows"]:
        for outcome in row["results"]:
            assert outcome["key"] in page.read_text()
            assert (page.parent / "../.." / outcome["key"]).resolve().is_file()


def test_missing_extra_and_unknown_inputs_are_reported_with_the_usage() -> None:
    usage = "It takes, in this order: prompts, models, style, template, font, context (default ''), extra_prompt"
    with pytest.raises(InvalidRequestError, match=r"The input is missing style, template, font\. It takes") as caught:
        bind(BatchRequest, [["a"], ["b"]])
    assert usage in str(caught.value)
    with pytest.raises(InvalidRequestError, match="The input has 14 values, 1 too many"):
        bind(BatchRequest, list(range(14)))
    with pytest.raises(InvalidRequestError, match="The input has unknown names: 'titles'"):
        bind(BatchRequest, [], {"titles": []})


@pytest.mark.parametrize("arguments", [[], [["a"]], list(range(14)), {"titles": ["a"]}])
async def test_the_tasks_report_invalid_input_too(environment: Settings, arguments: Any) -> None:
    for task in (generate_batch, generate_thumbnails, generate_thumbnail):
        values = arguments if isinstance(arguments, dict) else list(arguments)
        args, kwargs = ([], values) if isinstance(values, dict) else (values, {})
        with pytest.raises(InvalidRequestError, match="It takes, in this order: "):
            await task.func(None, *args, **kwargs)  # type: ignore[arg-type, misc]


async def test_rows_too_large_for_a_result_are_only_in_the_manifest(environment: Settings) -> None:
    request = BatchRequest(prompts=["One"], models=["dall-e-3"], style="neon", template="bottom-bar", font="inter")
    row: Any = {"title": "One", **LOOK, "results": [ok("One", "dall-e-3")] * 1000}
    rows: list[Row] = [row]
    result = await BatchRecord(request, environment, Attempt()).finish(rows, most_bytes=50_000)
    assert (result["rows"], result["summary"]["ok"]) == ([], 1000)
    assert result["manifest_url"]
    [stored] = json.loads(Path(result["manifest_url"].removeprefix("file://")).read_text())["rows"]
    assert [each["key"] for each in stored["results"]] == [each["key"] for each in row["results"]]
    assert (await BatchRecord(request, environment, Attempt()).finish(rows))["rows"] == rows
