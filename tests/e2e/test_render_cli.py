"""The tutorial through the real Render CLI, if it is on PATH."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.support.emulator import Emulator, Handler, Request, openai_error
from tests.support.project import TUTORIAL_BATCH
from tests.support.render_cli import DevServer

LOOK = ["neon", "left-panel", "lora"]


def result(shown: dict[str, Any]) -> dict[str, Any]:
    assert shown["status"] == "completed", shown
    found: dict[str, Any] = shown["results"][0]
    return found


def children(dev_server: DevServer, shown: dict[str, Any]) -> list[dict[str, Any]]:
    runs = [entry["taskRun"] for entry in dev_server.get("/v1/task-runs?limit=1000")]
    return [run for run in runs if run["parentTaskRunId"] == shown["id"]]


def refuse(handler: Handler, request: Request) -> None:
    handler.reply(400, openai_error("moderation_blocked", "It was rejected.", "image_generation_user_error"))


def be_unavailable(handler: Handler, request: Request) -> None:
    handler.reply(503, openai_error(None, "Try again.", "server_error"))


def test_the_tutorials_batch(dev_server: DevServer, emulator: Emulator) -> None:
    batch = json.loads(TUTORIAL_BATCH.read_text())
    shown = dev_server.run("generateBatch", batch)
    assert result(shown)["summary"] == {"requested": 10, "ok": 10, "reused": 0, "rejected": 0, "failed": 0}
    assert len(children(dev_server, shown)) == emulator.billed == 10
    assert result(dev_server.run("generateBatch", batch))["summary"]["reused"] == 10
    assert emulator.billed == 10


def test_a_leaf_is_retried_a_pair_is_rejected_and_the_others_continue(
    dev_server: DevServer, emulator: Emulator
) -> None:
    first = iter([be_unavailable])
    emulator.choose_fault = lambda request: (
        refuse if "Bad title" in request.prompt else next(first, None) if "Late title" in request.prompt else None
    )
    shown = dev_server.run("generateBatch", [["Good title", "Bad title", "Late title"], ["gpt-image-2"], *LOOK])
    assert [row["results"][0]["status"] for row in result(shown)["rows"]] == ["ok", "rejected", "ok"]
    attempts = Counter(len(run["attempts"]) for run in children(dev_server, shown))
    assert attempts == {1: 2, 2: 1}
    assert emulator.billed == 2


def test_bad_input_is_answered_in_words_and_costs_nothing(dev_server: DevServer, emulator: Emulator) -> None:
    shown = dev_server.run("generateBatch", [["A title"], ["gpt-image-2", "dalle"], "neon", "left-panel"])
    assert shown["status"] == "failed"
    assert "The input is missing font" in shown["error"]
    shown = dev_server.run("generateBatch", [["A title"], ["dalle"], "neon", "left", "lora"])
    assert 'unknown model "dalle". Did you mean "dall-e-3"?' in shown["error"]
    assert 'unknown template "left"' in shown["error"]
    assert emulator.requests == []


def test_one_title_by_one_model_has_the_shape_of_many(dev_server: DevServer) -> None:
    row = result(dev_server.run("generateThumbnails", ["One", ["gpt-image-2"], *LOOK]))
    assert row.keys() == {"title", "variation", "style", "template", "font", "results"}
    assert [outcome["status"] for outcome in row["results"]] == ["ok"]
    batch = result(dev_server.run("generateBatch", [["One"], ["gpt-image-2"], *LOOK]))
    assert [len(row["results"]) for row in batch["rows"]] == [1]
    assert result(dev_server.run("generateThumbnail", ["One", "gpt-image-2", *LOOK]))["reused"]


@pytest.mark.parametrize("dev_server", [{"FAN_OUT_WINDOW": "3"}], indirect=True)
def test_more_images_than_run_at_a_time_start_no_leaf_twice(dev_server: DevServer, emulator: Emulator) -> None:
    titles = [f"Title number {number}" for number in range(4)]
    shown = dev_server.run("generateBatch", [titles, ["gpt-image-2", "gemini-3-pro-image"], *LOOK])
    assert result(shown)["summary"]["ok"] == 8
    assert len(children(dev_server, shown)) == emulator.billed == len(emulator.requests) == 8
