"""The worker as it runs on Render: ``python main.py``, a process per attempt, over the SDK's socket."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.here.engine import Engine
from tasks import app
from tests.support.project import TUTORIAL_BATCH
from tests.support.task_server import Run, TaskServer, Worker

BATCH = json.loads(TUTORIAL_BATCH.read_text())
ONE = ["One", "dall-e-3", "neon", "left-panel", "lora"]


def environment(folder: Path) -> dict[str, str]:
    return {"SIMULATE_PROVIDERS": "1", "SIMULATED_LATENCY_SECONDS": "0", "THUMBNAILS_DIR": str(folder)}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TaskServer]:
    with TaskServer(environment(tmp_path / "out")) as server:
        yield server


def comparable(value: Any, folder: Path) -> Any:
    """Return a result without what differs from run to run: the store's place and the timings."""
    if isinstance(value, dict):
        return {name: comparable(part, folder) for name, part in value.items() if not name.endswith("_seconds")}
    if isinstance(value, list):
        return [comparable(part, folder) for part in value]
    return value.replace(str(folder), "") if isinstance(value, str) else value


def test_the_tutorials_tasks_and_one_for_choices_register_with_their_policies(server: TaskServer) -> None:
    def policy(retries: int, wait: int) -> dict[str, Any]:
        return {"max_retries": retries, "wait_duration_ms": wait, "factor": 2}

    options = {name: task["options"] for name, task in server.tasks.items()}
    assert options == {
        "generateThumbnail": {"retry": policy(2, 5_000), "timeout_seconds": 900},
        "generateThumbnails": {"retry": policy(1, 1_000), "timeout_seconds": 3_600},
        "generateBatch": {"retry": policy(1, 1_000), "timeout_seconds": 86_400},
        "planBatch": {"retry": policy(1, 1_000), "timeout_seconds": 900},
        "applyChoices": {"retry": policy(1, 1_000), "timeout_seconds": 900},
    }
    rest = [("context", True), ("extra_prompt", True), ("variation", True)]
    common = [("style", False), ("template", False), ("font", False), *rest]
    named = ("name", "left_out", "redraw", "refresh_covers", "max_cost_usd")
    batch = [("prompts", False), ("models", False), *common, *((name, True) for name in named)]
    parameters = {
        name: [(parameter["name"], parameter["has_default"]) for parameter in task["parameters"]]
        for name, task in server.tasks.items()
    }
    assert parameters == {
        "generateThumbnail": [("title", False), ("model", False), *common, ("asked_title", True)],
        "generateThumbnails": [("title", False), ("models", False), *common],
        "generateBatch": batch,
        "planBatch": batch,
        "applyChoices": [("version", False), ("batch_id", False), ("choices", False)],
    }


def pixels(folder: Path) -> dict[Path, bytes]:
    """Return the pixels of every thumbnail and cover; what each says of itself holds when it was made."""
    found = {}
    for path in folder.rglob("*.jpg"):
        with Image.open(path) as image:
            found[path.relative_to(folder)] = image.tobytes()
    return found


async def test_the_tutorials_batch_runs_through_eleven_processes_to_the_result_of_a_local_run(
    server: TaskServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = server.run("generateBatch", BATCH)
    assert run.succeeded, run.errors
    leaves = server.children(run)
    assert len(leaves) == 10
    assert {leaf.task for leaf in leaves} == {"generateThumbnail"}
    assert len({pid for one in server.runs.values() for pid in one.pids}) == 11
    [result] = run.output
    assert result["summary"] == {"requested": 10, "ok": 10, "reused": 0, "rejected": 0, "failed": 0}
    assert len(list((tmp_path / "out/thumbnails").rglob("*.jpg"))) == 10 + len(BATCH[0]), "and a cover for each title"

    for name, value in environment(tmp_path / "local").items():
        monkeypatch.setenv(name, value)
    local_result = await Engine(app, lambda _: None).run("generateBatch", BATCH)
    assert comparable(result, tmp_path / "out") == comparable(local_result, tmp_path / "local")
    assert pixels(tmp_path / "out") == pixels(tmp_path / "local")


def test_input_by_position_and_by_name_do_the_same(server: TaskServer, tmp_path: Path) -> None:
    by_position = server.run("generateThumbnail", ONE)
    by_name = server.run(
        "generateThumbnail", dict(zip(["title", "model", "style", "template", "font"], ONE, strict=True))
    )
    assert by_position.succeeded
    assert by_name.output[0]["key"] == by_position.output[0]["key"]
    assert (by_position.output[0]["reused"], by_name.output[0]["reused"]) == (False, True)


def test_a_leaf_that_raises_is_retried_as_a_new_process(tmp_path: Path) -> None:
    with TaskServer({**environment(tmp_path / "out"), "CRASH_FIRST_ATTEMPT_OF_MODEL": ONE[1]}) as server:
        run = server.run("generateThumbnail", ONE)
    assert run.succeeded
    assert len(set(run.pids)) == 2
    [error] = run.errors
    assert "Crashed on purpose" in error


def test_a_store_that_cannot_be_written_to_fails_a_leaf_once(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where the store belongs")
    with TaskServer(environment(tmp_path / "out")) as server:
        run = server.run("generateThumbnail", ONE)
    assert len(run.pids) == 1
    assert (run.output[0]["status"], run.output[0]["error"]["code"]) == ("failed", "store")


def test_a_killed_leaf_is_retried_and_the_others_continue(tmp_path: Path) -> None:
    killed: list[str] = []

    def kill_first(run: Run, process: Worker) -> None:
        if run.task == "generateThumbnail" and run.input[0] == "Two" and not killed:
            killed.append(run.id)
            process.send_signal(signal.SIGKILL)

    with TaskServer(environment(tmp_path / "out"), on_start=kill_first) as server:
        run = server.run("generateBatch", [["One", "Two", "Three"], ["dall-e-3"], *ONE[2:]])
        attempts = {leaf.input[0]: len(leaf.pids) for leaf in server.children(run)}
    assert run.output[0]["summary"]["ok"] == 3
    assert attempts == {"One": 1, "Two": 2, "Three": 1}


def test_bad_input_is_refused_before_any_leaf_starts(server: TaskServer) -> None:
    run = server.run("generateBatch", [["One", 2], ["dall-e-4"], *ONE[2:]])
    assert not run.succeeded
    assert server.children(run) == []
    assert "prompts[1]: must be text in quotes, or an object with a title, not 2" in run.errors[-1]
    assert 'Did you mean "dall-e-3"?' in run.errors[-1]


def test_a_worker_without_a_store_says_so_and_stops() -> None:
    with TaskServer({"SIMULATE_PROVIDERS": "1"}) as server:
        run = server.run("generateBatch", BATCH)
        assert server.children(run) == []
    assert "No store is set" in run.errors[-1]
