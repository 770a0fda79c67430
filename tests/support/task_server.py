"""Emulates Render: starts a ``main.py`` process for every attempt, and speaks the SDK's protocol to it.

One unix socket per process, as on Render and on the CLI's dev server: GET /input; POST /callback, /run-subtask,
/get-subtask-result, /register-tasks; inputs and outputs are base64 of JSON.
"""

import base64
import http.server
import itertools
import json
import os
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.project import ROOT
from tests.support.wait import TIMEOUT_SECONDS
from tests.support.warm import WarmProcess

Worker = subprocess.Popen[str] | WarmProcess


@dataclass
class Run:
    """One task run: its attempts' process ids, and its result."""

    id: str
    task: str
    input: Any
    parent: str | None = None
    pids: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    log_files: list[Path] = field(default_factory=list)
    output: Any = None
    ended: threading.Event = field(default_factory=threading.Event)
    succeeded: bool = False

    def printed(self) -> str:
        """Return the latest attempt's output so far."""
        return self.log_files[-1].read_text() if self.log_files and self.log_files[-1].exists() else ""


class TaskServer:
    """Registers and runs the worker's tasks, each attempt in a process of its own."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        after_attempt: Callable[[Run], None] = lambda run: None,
        on_start: Callable[[Run, Worker], None] = lambda run, process: None,
        wait_scale: float = 0.02,
        python_options: Sequence[str] = (),
        warm: bool = False,
    ) -> None:
        """Register the worker's tasks. Waits before retries are multiplied by ``wait_scale``.

        Each process is a fresh ``python main.py``; ``warm`` ones start with their imports already done.
        """
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environment = {**kept, **environment, "PYTHONWARNINGS": "error::ResourceWarning"}
        self._after_attempt = after_attempt
        self._on_start = on_start
        self._wait_scale = wait_scale
        self._warm = warm
        self._command = [sys.executable, *python_options, "main.py"]
        self._numbers = itertools.count(1)
        self._folder = Path(tempfile.mkdtemp(prefix="tasks-"))
        self._threads: list[threading.Thread] = []
        self._abandoned = threading.Event()
        self.runs: dict[str, Run] = {}
        self.tasks: dict[str, dict[str, Any]] = {task["name"]: task for task in self.register()}

    def __enter__(self) -> "TaskServer":
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join(TIMEOUT_SECONDS)
        shutil.rmtree(self._folder)

    def run(self, task: str, input: Any) -> Run:
        """Start a root run and wait for its end."""
        run = self.start(task, input)
        assert run.ended.wait(TIMEOUT_SECONDS), f"{task} did not end: {run.printed()}"
        return run

    def start(self, task: str, input: Any, parent: str | None = None) -> Run:
        """Start a run and return at once."""
        run = Run(f"trn-{uuid.uuid4()}", task, input, parent)
        self.runs[run.id] = run
        thread = threading.Thread(target=self._attempts, args=(run,), daemon=True)
        self._threads.append(thread)
        thread.start()
        return run

    def abandon(self) -> None:
        """Prevent all further retries."""
        self._abandoned.set()

    def children(self, run: Run) -> list[Run]:
        """Return the runs that a run started, in order."""
        return [child for child in self.runs.values() if child.parent == run.id]

    def register(self) -> list[dict[str, Any]]:
        """Run the worker's registration, and return its tasks."""
        received: list[dict[str, Any]] = []
        routes = {"/register-tasks": lambda body: received.extend(body["tasks"])}
        with self._serving(routes) as socket_path, self._process("register", socket_path) as process:
            code = process.wait(TIMEOUT_SECONDS)
        assert code == 0, _log(socket_path).read_text()
        return received

    def _attempts(self, run: Run) -> None:
        retry = self.tasks[run.task]["options"].get("retry", {"max_retries": 0})
        for attempt in range(retry["max_retries"] + 1):
            if self._attempt(run):
                run.succeeded = True
                break
            self._after_attempt(run)
            if attempt < retry["max_retries"]:
                wait = retry["wait_duration_ms"] / 1000 * retry["factor"] ** attempt * self._wait_scale
                if self._abandoned.wait(wait):
                    break
        run.ended.set()

    def _attempt(self, run: Run) -> bool:
        callbacks: list[dict[str, Any]] = []
        routes: dict[str, Callable[[Any], Any]] = {
            "/input": lambda _: {"task_name": run.task, "input": _encode(run.input), **self._ids(run)},
            "/callback": callbacks.append,
            "/run-subtask": lambda body: {
                "task_run_id": self.start(body["task_name"], _decode(body["input"]), run.id).id
            },
            "/get-subtask-result": lambda body: self._result(self.runs[body["task_run_id"]]),
        }
        with self._serving(routes) as socket_path, self._process("run", socket_path) as process:
            run.pids.append(process.pid)
            run.log_files.append(_log(socket_path))
            self._on_start(run, process)
            process.wait(TIMEOUT_SECONDS)
        run.logs.append(run.printed())
        if callbacks and "complete" in callbacks[0]:
            run.output = _decode(callbacks[0]["complete"]["output"])
            return True
        error = callbacks[0]["error"]["details"] if callbacks else "the process exited before completing the task"
        run.errors.append(error)
        return False

    def _ids(self, run: Run) -> dict[str, str]:
        root = run
        while root.parent:
            root = self.runs[root.parent]
        ids = {"task_run_id": run.id, "root_task_run_id": root.id}
        return {**ids, "parent_task_run_id": run.parent} if run.parent else ids

    @staticmethod
    def _result(run: Run) -> dict[str, Any]:
        if not run.ended.is_set():
            return {"still_running": True}
        if run.succeeded:
            return {"still_running": False, "complete": {"output": _encode(run.output)}}
        return {"still_running": False, "error": {"details": run.errors[-1]}}

    @contextmanager
    def _process(self, mode: str, socket_path: str) -> Iterator[Worker]:
        environment = {**self._environment, "RENDER_SDK_MODE": mode, "RENDER_SDK_SOCKET_PATH": socket_path}
        process = self._start(environment, _log(socket_path))
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _start(self, environment: Mapping[str, str], log: Path) -> Worker:
        if self._warm:
            return WarmProcess(environment, log)
        with log.open("w") as file:
            return subprocess.Popen(self._command, cwd=ROOT, env=environment, stdout=file, stderr=file, text=True)

    @contextmanager
    def _serving(self, routes: Mapping[str, Callable[[Any], Any]]) -> Iterator[str]:
        socket_path = str(self._folder / f"{next(self._numbers)}.sock")

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer(None)

            def do_POST(self) -> None:
                self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def answer(self, body: Any) -> None:
                reply = routes[self.path.partition("?")[0]](body)  # The SDK appends its own timings.
                data = json.dumps(reply).encode() if isinstance(reply, dict) else b""
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True
            request_queue_size = 128  # A parent polls for all its leaves at once.

            def handle_error(self, request: object, client_address: object) -> None:
                """Ignore workers that were killed in the middle of a request."""

        with Server(socket_path, Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            try:
                yield socket_path
            finally:
                server.shutdown()
                thread.join()


def _log(socket_path: str) -> Path:
    return Path(f"{socket_path}.log")


def _encode(value: Any) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


def _decode(text: str) -> Any:
    return json.loads(base64.b64decode(text))
