"""Emulates the part of Render's API that starts and follows runs, over HTTP, strictly as documented."""

import http.server
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["KEY", "Json", "RenderApi"]

KEY = "rnd_canary0123456789"
WHEN = "2026-11-21T09:30:00Z"
SLUG = "blog-thumbnails"
TASKS = {f"{SLUG}/{name}" for name in ("generateBatch", "planBatch", "generateThumbnail", "applyChoices")}
MOST_A_PAGE = 100

Json = dict[str, Any]


class RenderApi:
    """Serves one workflow's runs on a port of 127.0.0.1 until it is closed. A test decides what becomes of each run."""

    def __init__(self) -> None:
        self.runs: dict[str, Json] = {}
        self.requests: list[str] = []
        # Answers in place of the API's own: status and body, or None to let it answer, after it has acted.
        self.faults: list[tuple[int, Any] | None] = []
        self.on_start: Callable[[Json], None] = lambda run: None
        self._by_key: dict[str, Json] = {}
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._serve(None)

            def do_POST(self) -> None:
                self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def _serve(self, body: Any) -> None:
                api.requests.append(f"{self.command} {self.path}")
                status, answer = api.answer(self.path, body, self.headers.get("Authorization", ""))
                fault = api.faults.pop(0) if api.faults else None
                status, answer = fault or (status, answer)
                data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                with suppress(OSError):  # The client may have given up.
                    self.end_headers()
                    self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point the SDK's client here."""
        url = f"http://127.0.0.1:{self._server.server_port}"
        return {"RENDER_LOCAL_DEV_URL": url, "RENDER_API_KEY": KEY}

    def __enter__(self) -> "RenderApi":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def add(self, task: str, given: Any, parent: str = "") -> Json:
        """Add a running run, and return its details as the API shows them; a test may change them."""
        run_id = f"trn-{len(self.runs)}"
        attempt = {"attempt": 0, "status": "running", "startedAt": WHEN}
        run = {"id": run_id, "taskId": f"tsk-{task}", "status": "running", "input": given, "results": [], "retries": 0}
        run |= {"parentTaskRunId": parent, "rootTaskRunId": parent or run_id, "attempts": [attempt], "startedAt": WHEN}
        self.runs[run_id] = run
        return run

    def answer(self, path: str, body: Any, authorization: str) -> tuple[int, Any]:
        """Return what the API answers."""
        if authorization != f"Bearer {KEY}":
            return 401, {"message": "Unauthorized"}
        address = urlsplit(path)
        query = parse_qs(address.query)
        if body is not None:
            if body["task"] not in TASKS:
                return 404, {"message": "task not found"}
            assert body.keys() == {"task", "input", "idempotencyKey"}
            if body["idempotencyKey"] not in self._by_key:
                run = self._by_key[body["idempotencyKey"]] = self.add(body["task"], body["input"])
                self.on_start(run)
            return 202, brief(self._by_key[body["idempotencyKey"]])
        if address.path == "/v1/task-runs":
            return 200, self._page(query["rootTaskRunId"], int(query["limit"][0]), query.get("cursor", [""])[0])
        run = self.runs[address.path.removeprefix("/v1/task-runs/")]
        return 200, run

    def _page(self, roots: list[str], limit: int, cursor: str) -> list[Json]:
        """Return a page of runs, newest first, starting after the cursor's."""
        assert limit <= MOST_A_PAGE
        runs = [run for run in reversed(self.runs.values()) if run["rootTaskRunId"] in roots]
        ids = [run["id"] for run in runs]
        first = ids.index(cursor) + 1 if cursor else 0
        return [{"taskRun": brief(run), "cursor": run["id"]} for run in runs[first : first + limit]]


def brief(run: Json) -> Json:
    """Return a run as lists show it: without its input, results and errors."""
    attempts = [{name: attempt[name] for name in ("attempt", "status", "startedAt")} for attempt in run["attempts"]]
    left_out = ("input", "results", "error", "attempts")
    return {**{name: value for name, value in run.items() if name not in left_out}, "attempts": attempts}
