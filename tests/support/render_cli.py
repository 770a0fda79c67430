"""The real Render CLI's dev server, used like a person does: ``render workflows dev``, ``render workflows start``."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.minio_server import free_port
from tests.support.project import ROOT
from tests.support.wait import TIMEOUT_SECONDS, wait_until

__all__ = ["DevServer", "find_cli"]

ENDED = ("completed", "succeeded", "failed", "canceled")


def find_cli() -> str | None:
    """Return the CLI's program, or None."""
    return shutil.which("render")


class DevServer:
    """A dev server on its own port."""

    def __init__(self, program: str, environment: Mapping[str, str], folder: Path) -> None:
        """Start the CLI's program with the worker's environment and a folder for files."""
        self._program = program
        self._folder = folder
        self.port = free_port()
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environment = {**kept, **environment}
        # A developer's .env must not reach a test.
        server = [program, "workflows", "dev", "--port", str(self.port), "--env-file", os.devnull]
        command = [*server, "--", sys.executable, "main.py"]
        self._log = (folder / "dev.log").open("w")
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )

    def __enter__(self) -> "DevServer":
        wait_until(self._is_up, (self._folder / "dev.log").read_text)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _is_up(self) -> bool:
        try:
            self.get("/v1/tasks")
        except OSError:
            return False
        return True

    def get(self, path: str) -> Any:
        """Return the server's API response."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=TIMEOUT_SECONDS) as answer:
            return json.loads(answer.read())

    def cli(self, *arguments: str) -> str:
        """Run a command about workflows against this server, and return what it prints."""
        return self.command("workflows", *arguments, "--local", "--port", str(self.port), "-o", "json")

    def command(self, *arguments: str) -> str:
        """Run a command of the CLI, and return what it prints."""
        command = [self._program, *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, task: str, input: Any) -> dict[str, Any]:
        """Start a task with its input in a file, wait for its end, and return what the CLI shows for it."""
        path = self._folder / "input.json"
        path.write_text(json.dumps(input))
        started = json.loads(self.cli("start", task, "--input-file", str(path)))
        shown: dict[str, Any] = {}

        def has_ended() -> bool:
            shown.update(json.loads(self.cli("tasks", "runs", "show", started["id"])))
            return shown["status"] in ENDED

        wait_until(has_ended, lambda: shown)
        return shown
