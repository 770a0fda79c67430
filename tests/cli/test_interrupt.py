"""Ctrl-C in the real process: once loses nothing, twice stops at once, and the next run continues."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.support.emulator import Emulator, Handler, Request, picture_for
from tests.support.project import ROOT
from tests.support.wait import TIMEOUT_SECONDS, wait_until

BATCH = [[f"Title {number}" for number in range(6)], ["gpt-image-2"], "neon", "bottom-bar", "inter"]


def start(folder: Path, emulator: Emulator) -> "subprocess.Popen[str]":
    (folder / "batch.json").write_text(json.dumps(BATCH))
    more = {"PYTHONPATH": str(ROOT), "FAN_OUT_WINDOW": "2", "LOG_LEVEL": "INFO"}
    environment = {"PATH": os.environ["PATH"], **more, **emulator.environment}
    command = [sys.executable, "-m", "cli", "batch.json"]
    return subprocess.Popen(
        command, cwd=folder, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def interrupt(run: "subprocess.Popen[str]", emulator: Emulator) -> None:
    """Send the signal when two images are in progress, and wait until the run has heard of it."""
    wait_until(lambda: len(emulator.requests) == 2)
    run.send_signal(signal.SIGINT)
    assert run.stderr
    assert any("Stopping: 2 images are in progress and will be kept." in line for line in run.stderr)


def test_once_keeps_what_is_paid_for_and_says_what_is_left(tmp_path: Path, emulator: Emulator) -> None:
    heard = threading.Event()

    def answer_once_heard(handler: Handler, request: Request) -> None:
        heard.wait()
        handler.picture(request, picture_for(request))

    emulator.choose_fault = lambda request: answer_once_heard
    run = start(tmp_path, emulator)
    interrupt(run, emulator)
    heard.set()
    _, said = run.communicate(timeout=TIMEOUT_SECONDS)
    assert run.returncode == 130
    assert "Interrupted: 2 of 6 images are there, 4 are left." in said
    assert emulator.billed == 2
    again = start(tmp_path, emulator)
    out, _ = again.communicate(timeout=TIMEOUT_SECONDS)
    assert again.returncode == 0
    assert "6 requested, 6 ok, 2 reused" in out
    assert emulator.billed == 6


def test_once_ends_a_wait_for_quota_and_gives_its_claims_back(tmp_path: Path, emulator: Emulator) -> None:
    emulator.choose_fault = lambda request: lambda handler, request: handler.throttle(request, 300)
    run = start(tmp_path, emulator)
    wait_until(lambda: len(emulator.requests) == 2)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=TIMEOUT_SECONDS)  # And not for 300 s.
    assert run.returncode == 130
    assert "Interrupted: 0 of 6 images are there, 6 are left." in said
    claims = tmp_path.glob("out/thumbnails-originals/claims/**/*")
    assert not [path for path in claims if path.is_file() and not path.name.startswith(".")]


def test_ctrl_c_twice_stops_at_once_and_the_next_run_does_not_wait(tmp_path: Path, emulator: Emulator) -> None:
    emulator.latency_seconds = 3600
    run = start(tmp_path, emulator)
    interrupt(run, emulator)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=TIMEOUT_SECONDS)  # And not for an hour.
    assert run.returncode == 130
    assert "0 of 6 images are there, 6 are left" in said
    emulator.latency_seconds = 0
    again = start(tmp_path, emulator)
    out, said = again.communicate(timeout=TIMEOUT_SECONDS)
    assert again.returncode == 0
    assert "6 requested, 6 ok, 0 reused" in out
    assert "generated" in said
    assert "another run is making the picture" not in said, "a dead owner's claim held it up"
