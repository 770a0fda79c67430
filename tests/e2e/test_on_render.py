"""The command line's ``--on`` through the real Render CLI, if it is on PATH."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.deploy.blueprint import NIGHTLY, Blueprint
from tests.e2e.test_render_cli import refuse
from tests.support.emulator import Emulator
from tests.support.project import ROOT
from tests.support.render_cli import DevServer

BATCH: list[Any] = [["One", "Two"], ["gpt-image-2", "gemini-3-pro-image"], "neon", "left-panel", "lora"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A laptop's folder, with a batch in it."""
    folder = tmp_path / "laptop"
    folder.mkdir()
    (folder / "batch.json").write_text(json.dumps(BATCH))
    return folder


def environment(dev_server: DevServer) -> dict[str, str]:
    """A laptop's variables: where the workflow is, and nothing of stores or providers."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"PATH": path, "PYTHONPATH": str(ROOT), "RENDER_LOCAL_DEV_URL": f"http://localhost:{dev_server.port}"}


def local(dev_server: DevServer, folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "cli", *options, "--on", "blog-thumbnails"]
    variables = environment(dev_server)
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=300)


def leaves(dev_server: DevServer) -> int:
    return sum(entry["taskRun"]["parentTaskRunId"] != "" for entry in dev_server.get("/v1/task-runs"))


def test_a_batch_is_run_there_and_its_covers_come_home(dev_server: DevServer, emulator: Emulator, folder: Path) -> None:
    done = local(dev_server, folder, "batch.json", "--covers", "site")
    assert done.returncode == 0, done.stderr
    assert "4 requested, 4 ok, 0 reused, 0 rejected, 0 failed; paid for: 4" in done.stdout
    assert len(re.findall(r"^ *[\d.]+ s +\d/4  done ", done.stderr, re.MULTILINE)) == 4
    assert "covers:   site, 2 changed" in done.stderr
    page = re.search(r"page:     (.*)", done.stdout)
    assert page
    assert f"page: {page[1]}\n" in done.stderr, "said as soon as it is known"
    assert sorted(path.name for path in (folder / "site").iterdir()) == ["covers.json", "one.jpg", "two.jpg"]
    again = local(dev_server, folder, "batch.json", "--covers", "site")
    assert "4 requested, 4 ok, 4 reused, 0 rejected, 0 failed; paid for: 0" in again.stdout
    assert "covers:   site, 0 changed" in again.stderr
    assert emulator.billed == leaves(dev_server) == 4
    assert sorted(path.name for path in folder.iterdir()) == ["batch.json", "site"], "and nothing is kept here"


def test_what_the_worker_refuses_is_bad_input_here(dev_server: DevServer, emulator: Emulator, folder: Path) -> None:
    (folder / "batch.json").write_text(json.dumps([[f"Title {number}" for number in range(26)], *BATCH[1:]]))
    done = local(dev_server, folder, "batch.json")
    assert done.returncode == 2
    assert "The worker on Render refused this" in done.stderr
    assert "- The request is for 52 new pictures, and MAX_IMAGES_PER_BATCH is 50" in done.stderr
    assert emulator.requests == []


def test_choices_are_applied_where_the_store_is(dev_server: DevServer, folder: Path) -> None:
    made = json.loads(local(dev_server, folder, "batch.json", "--json", "--covers", "site").stdout)
    before = {path.name: path.read_bytes() for path in (folder / "site").glob("*.jpg")}
    row = made["rows"][0]
    second = row["results"][1]
    choice = {"slug": "one", "title": "One", "model": second["model"], "thumbnail": second["key"]}
    saved = {"version": 1, "batch_id": made["batch_id"], "choices": [choice]}
    (folder / "choices.json").write_text(json.dumps(saved))
    done = local(dev_server, folder, "--choose", "choices.json")
    assert done.returncode == 0, done.stderr
    assert "covers/one.jpg: gemini-3-pro-image, One\n1 cover changed, 0 chosen already\npage: http://" in done.stdout
    [applied] = dev_server.run("applyChoices", saved)["results"]  # The file as the page saved it is the task's input.
    assert (applied["changed"], applied["unchanged"]) == ([], 1)
    local(dev_server, folder, "batch.json", "--covers", "site")
    changed = [name for name, data in before.items() if (folder / "site" / name).read_bytes() != data]
    assert changed == ["one.jpg"]


def test_ctrl_c_leaves_the_run_going_and_says_how_to_look_at_it(
    dev_server: DevServer, emulator: Emulator, folder: Path
) -> None:
    emulator.latency_seconds = 3
    command = [sys.executable, "-m", "cli", "batch.json", "--on", "blog-thumbnails"]
    with subprocess.Popen(
        command, cwd=folder, env=environment(dev_server), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        deadline = time.monotonic() + 120
        while not emulator.requests:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=120)
    assert running.returncode == 130
    assert "Stopped following. The run continues on Render: trn-" in said
    show = re.search(r"look at it: +render (.*)", said)
    assert show
    while True:
        shown = json.loads(dev_server.command(*show[1].split(), "-o", "json"))
        if shown["status"] != "running":
            break
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert shown["results"][0]["summary"]["ok"] == emulator.billed == 4


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A feed's file, and its address."""
    path = tmp_path / "site" / "feed.xml"
    path.parent.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(path.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield path, f"http://127.0.0.1:{server.server_port}/feed.xml"
        server.shutdown()
        thread.join()


def publish(path: Path, *titles: str) -> None:
    link = "https://blog.example.com/"
    items = "".join(f"<item><title>{each}</title><link>{link}{each.lower()}</link></item>" for each in titles)
    channel = f"<title>My blog</title><link>{link}</link>{items}"
    path.write_text(f'<rss version="2.0"><channel>{channel}</channel></rss>')


def test_the_nightly_service_pays_for_one_picture_a_model_when_a_post_is_new(
    dev_server: DevServer, emulator: Emulator, feed: tuple[Path, str]
) -> None:
    path, address = feed

    def night() -> str:
        command = Blueprint.read().services[NIGHTLY]["startCommand"]
        variables = {**environment(dev_server), "POSTS_URL": address}
        done = subprocess.run(
            ["bash", "-c", command], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    publish(path, "Second", "First")
    assert "4 requested, 4 ok, 0 reused" in night()
    assert (emulator.billed, leaves(dev_server)) == (4, 4)
    publish(path, "Third", "Second", "First")
    said = night()
    assert "6 requested, 6 ok, 4 reused, 0 rejected, 0 failed; paid for: 2" in said
    assert (emulator.billed, leaves(dev_server)) == (6, 6)
    assert len({re.sub("-.*", "", request.model) for request in emulator.requests[4:]}) == 2, "one of each vendor"
    night()
    assert (emulator.billed, leaves(dev_server)) == (6, 6)
    emulator.choose_fault = lambda request: (
        refuse if "Fourth" in request.prompt and request.vendor == "openai" else None
    )
    publish(path, "Fourth", "Third")
    assert "4 requested, 3 ok, 2 reused, 1 rejected, 0 failed" in night(), "which is no failure"
