"""The worker's processes against both vendors' APIs, over HTTP."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.here.engine import Engine
from styles import STYLES
from tasks import app
from tests.support.emulator import KEY, Emulator, Handler, Request, gemini_error, openai_error, picture_for
from tests.support.project import TUTORIAL_BATCH
from tests.support.task_server import TaskServer
from tests.support.wait import wait_until

BATCH = json.loads(TUTORIAL_BATCH.read_text())
LOOK = ["neon", "left-panel", "lora"]


def worker(emulator: Emulator, folder: Path, *python_options: str, warm: bool = False, **variables: str) -> TaskServer:
    environment = {**emulator.environment, "THUMBNAILS_DIR": str(folder / "out"), **variables}
    return TaskServer(environment, python_options=python_options, warm=warm)


def test_the_tutorials_batch_is_ten_requests_and_ten_pictures(emulator: Emulator, tmp_path: Path) -> None:
    with worker(emulator, tmp_path, warm=True) as server:
        run = server.run("generateBatch", BATCH)
        assert run.succeeded, run.errors
        again = server.run("generateBatch", BATCH)
        logs = "".join(log for one in server.runs.values() for log in one.logs)
    assert "Object storage as the source of truth, gpt-image-1: generated" in logs
    assert STYLES["photorealistic"].prompt not in logs  # Prompts are for the debug level.
    assert "Warning" not in logs  # Of anything left open, for one.
    [result] = run.output
    assert result["summary"] == {"requested": 10, "ok": 10, "reused": 0, "rejected": 0, "failed": 0}
    assert again.output[0]["summary"]["reused"] == 10
    assert len(list((tmp_path / "out/thumbnails/photorealistic").rglob("*.jpg"))) == 10

    assert emulator.billed == len(emulator.requests) == 10
    openai = [request for request in emulator.requests if request.vendor == "openai"]
    gemini = [request for request in emulator.requests if request.vendor == "gemini"]
    assert {(r.model, r.body["size"], r.body["output_format"]) for r in openai} == {
        ("gpt-image-2.5-flare", "1200x640", "jpeg")
    }
    assert {(r.model, str(r.body["generationConfig"]["imageConfig"])) for r in gemini} == {
        ("gemini-3-pro-image", "{'aspectRatio': '16:9', 'imageSize': '1K'}")
    }
    for requests in (openai, gemini):
        assert len(requests) == 5
        assert all(any(title in request.prompt for request in requests) for title in BATCH[0])
    for outcome in (outcome for row in result["rows"] for outcome in row["results"]):
        assert outcome["served_by"] in ("gpt-image-2.5-flare", "gemini-3-pro-image")
        assert outcome["usage"]["total_tokens"] > 0
        assert outcome["usage"]["latency_seconds"] >= 0


@pytest.mark.parametrize(
    ("model", "needed", "not_needed"),
    [("gpt-image-2", "openai", "google.genai"), ("gemini-3-pro-image", "google.genai", "openai")],
)
def test_a_leaf_imports_its_own_vendor_and_prepares_while_it_answers(
    emulator: Emulator, tmp_path: Path, model: str, needed: str, not_needed: str
) -> None:
    def answer_once_ready(handler: Handler, request: Request) -> None:
        [run] = server.runs.values()
        wait_until(lambda: "ready to compose" in run.printed())
        handler.picture(request, picture_for(request))

    emulator.faults.append(answer_once_ready)
    with worker(emulator, tmp_path, "-X", "importtime", LOG_LEVEL="DEBUG") as server:
        run = server.run("generateThumbnail", ["One", model, *LOOK])
    assert run.succeeded, run.errors
    [log] = run.logs

    def at(pattern: str) -> int:
        found = re.search(pattern, log, re.MULTILINE)
        assert found, f"{pattern} is not in the log"
        return found.start()

    def imported(module: str) -> str:
        return rf"^import time:.*\| +{re.escape(module)}$"

    assert not re.search(imported(not_needed), log, re.MULTILINE)
    # The two go on side by side; the answer waits for what is prepared, so both end before it.
    for order in (
        [imported(needed), r"asking \S+: ", r"\S+ answered$", "generated, "],
        [imported("compositing.drawing"), "ready to compose", r"\S+ answered$"],
    ):
        assert [at(pattern) for pattern in order] == sorted(at(pattern) for pattern in order)
    assert not re.search(imported("aiohttp.client"), log, re.MULTILINE)  # A tenth of a second, for nothing.


async def test_a_quota_of_five_a_minute_finishes_a_batch_of_fifteen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The emulator's minute is two seconds."""
    titles = [f"Title {number}" for number in range(15)]
    with Emulator(quota=(5, 2.0)) as emulator:
        for name, value in {**emulator.environment, "THUMBNAILS_DIR": str(tmp_path / "out")}.items():
            monkeypatch.setenv(name, value)
        result = await Engine(app, lambda _: None).run("generateBatch", [titles, ["gpt-image-2"], *LOOK])
    assert result["summary"] == {"requested": 15, "ok": 15, "reused": 0, "rejected": 0, "failed": 0}
    assert emulator.billed == 15


@pytest.mark.parametrize(
    ("model", "status", "error"),
    [
        (
            "gpt-image-2",
            429,
            openai_error("credit_balance_exhausted", "You exceeded your quota.", "insufficient_quota"),
        ),
        ("gemini-3-pro-image", 402, gemini_error(402, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.")),
    ],
)
def test_an_account_without_credit_gets_one_request_for_each_picture_and_an_error_that_says_where_to_add_some(
    emulator: Emulator, tmp_path: Path, model: str, status: int, error: dict[str, Any]
) -> None:
    emulator.choose_fault = lambda request: lambda handler, _: handler.reply(status, error)
    with worker(emulator, tmp_path, warm=True) as server:
        run = server.run("generateBatch", [["One", "Two"], [model], *LOOK])
    assert run.succeeded, run.errors
    [result] = run.output
    assert result["summary"] == {"requested": 2, "ok": 0, "reused": 0, "rejected": 2, "failed": 0}
    assert len(emulator.requests) == 2
    for row in result["rows"]:
        [outcome] = row["results"]
        assert outcome["error"]["code"] == "quota"
        assert "Add credit at https://" in outcome["error"]["message"]


def test_an_undocumented_answer_is_logged_for_a_report_without_key_and_prompt(
    emulator: Emulator, tmp_path: Path
) -> None:
    def echo(handler: Handler, request: Request) -> None:
        handler.reply(418, openai_error("teapot", f"{KEY} may not have {request.prompt}", "odd"))

    emulator.faults.append(echo)
    with worker(emulator, tmp_path, warm=True) as server:
        server.run("generateThumbnail", ["One", "gpt-image-2", *LOOK])
        runs = list(server.runs.values())
    text = "".join(piece for run in runs for piece in (*run.logs, *run.errors, json.dumps(run.output)))
    assert "OpenAI, status 418, code teapot, type odd" in text
    assert STYLES["neon"].prompt not in text
    assert KEY not in text


def quoting_the_key(handler: Handler, request: Request) -> None:
    """Fail as vendors do who quote a key back, a different way each time."""
    number = len(handler.server.emulator.requests) % 5
    if number == 0:
        handler.reply_raw(502, f"<html>upstream got Bearer {KEY}</html>".encode(), "text/html")
    elif number == 1:
        handler.reset(f'{{"key": "{KEY}"'.encode())
    elif number == 2:
        handler.reply_raw(200, f"x-goog-api-key {KEY}".encode(), "text/plain")
    elif request.vendor == "openai":
        handler.reply(401 if number == 3 else 500, openai_error("x", f"Incorrect API key provided: {KEY}", "x"))
    else:
        handler.reply(403 if number == 3 else 500, gemini_error(403, "PERMISSION_DENIED", f"API key {KEY} was leaked"))


def test_no_key_is_read_anywhere_whatever_fails(emulator: Emulator, tmp_path: Path) -> None:
    emulator.faults.extend([quoting_the_key] * 12)
    with worker(emulator, tmp_path, warm=True, LOG_LEVEL="DEBUG") as server:
        server.run("generateBatch", BATCH)
        server.run("generateThumbnail", ["One", "gpt-image-2", *LOOK])
        emulator.faults.clear()
        assert server.run("generateBatch", BATCH).succeeded
        runs = list(server.runs.values())
    assert any(run.errors for run in runs)
    for run in runs:
        for text in (*run.logs, *run.errors, json.dumps(run.output)):
            assert KEY not in text
            assert KEY[:12] not in text
    stored = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(stored) >= 22
    for path in stored:
        assert KEY.encode() not in path.read_bytes()
        assert KEY not in str(path)
