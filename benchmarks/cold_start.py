"""The overhead of a worker process: ``python -m benchmarks.cold_start``.

On Render every leaf is a new process. This measures the real worker, ``python main.py``, over the SDK's socket
protocol, with both vendors' APIs emulated and a real MinIO, against a process that only imports what it needs.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from benchmarks.measure import Figure, children_cpu, peak_megabytes, print_rows
from tests.support.emulator import Emulator
from tests.support.minio_server import MinioServer, find_minio
from tests.support.project import ROOT
from tests.support.task_server import Run, TaskServer, Worker

ROUNDS = 8
LOOK = ["neon", "left-panel", "lora"]
# Each model, and its vendor's package.
LEAVES = {"gpt-image-2": "openai", "gemini-3-pro-image": "google.genai"}
BARE = "import render_sdk"
# The imports that a leaf needs, and the compositing itself.
NEEDED = """
import io, render_sdk, pydantic, {package}, minio
from PIL import Image
from compositing.canvas import open_on_canvas
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import TEMPLATES
from compositing.thumbnail import compose
picture = io.BytesIO()
Image.new("RGB", {size}, "#336699").save(picture, "{format}")
compose(open_on_canvas(picture.getvalue()), lay_out("A title", load_font("lora"), TEMPLATES["left-panel"]))
"""
ANSWERS = {
    "gpt-image-2": {"size": (1200, 640), "format": "JPEG"},
    "gemini-3-pro-image": {"size": (1376, 768), "format": "PNG"},
}


def cpu_of(run: Callable[[], object]) -> float:
    """Return the CPU seconds of the child processes that end during the call."""
    before = children_cpu()
    run()
    return children_cpu() - before


def python(code: str) -> float:
    """Return the CPU seconds of a Python process that runs the code."""
    command = [sys.executable, "-W", "ignore", "-c", code]
    return cpu_of(lambda: subprocess.run(command, cwd=ROOT, check=True))


class Peaks:
    """The peak memory of the processes that a task server starts, polled while they run."""

    def __init__(self) -> None:
        self.megabytes = 0

    def watch(self, run: Run, process: Worker) -> None:
        """Poll one process until it ends."""
        threading.Thread(target=self._poll, args=(process.pid,), daemon=True).start()

    def _poll(self, pid: int) -> None:
        with suppress(OSError):
            while True:
                self.megabytes = max(self.megabytes, peak_megabytes(pid))
                time.sleep(0.005)


def registering(server: TaskServer) -> Figure:
    """Measure registering, against a bare import of the SDK."""
    bare, least = float("inf"), float("inf")
    for _ in range(ROUNDS):
        bare = min(bare, python(BARE))
        least = min(least, cpu_of(server.register))
    return "CPU of registering, over a bare import of the SDK", f"{least / bare:.2f}", "1.5"


def leaf(server: TaskServer, model: str) -> float:
    """Return the CPU of a whole leaf, over its imports and the compositing."""
    least, needed = float("inf"), float("inf")
    for number in range(ROUNDS):
        needed = min(needed, python(NEEDED.format(package=LEAVES[model], **ANSWERS[model])))
        run = partial(server.run, "generateThumbnail", [f"{model} {number}", model, *LOOK])
        least = min(least, cpu_of(run))
    return least / needed


def figures() -> Iterator[Figure]:
    """Measure registering, and a leaf of each vendor."""
    program = find_minio()
    if not program:
        sys.exit("no MinIO server: put minio on PATH, or run `make minio` once")
    peaks = Peaks()
    with tempfile.TemporaryDirectory() as folder, MinioServer(program, Path(folder)) as minio, Emulator() as emulator:
        variables = {**emulator.environment, **minio.environment, "PATH": os.environ["PATH"]}
        with TaskServer(variables, on_start=peaks.watch) as server:
            yield registering(server)
            ratios, megabytes = [], []
            for model, package in LEAVES.items():
                peaks.megabytes = 0
                ratios.append(f"{leaf(server, model):.2f} ({package.partition('.')[0]})")
                megabytes.append(f"{peaks.megabytes} MB")
            yield "CPU of a leaf, over importing what it needs and the compositing", ", ".join(ratios), "1.15"
            yield "its peak memory", ", ".join(megabytes), "105 MB"


if __name__ == "__main__":
    print_rows(figures())
