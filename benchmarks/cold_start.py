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
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from benchmarks.measure import children_cpu, peak_megabytes
from testing.emulator import Emulator
from testing.minio_server import MinioServer, find_minio
from testing.project import ROOT
from testing.task_server import Run, TaskServer, Worker

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


def print_registering(server: TaskServer) -> None:
    """Print the cost of registering, against a bare import of the SDK."""
    bare, registering = float("inf"), float("inf")
    for _ in range(ROUNDS):
        bare = min(bare, python(BARE))
        registering = min(registering, cpu_of(server.register))
    print(f"registering: {registering / bare:.2f}x the CPU of a bare import of the SDK, {bare:.2f} s (at most 1.5x)")


def print_leaf(server: TaskServer, peaks: Peaks, model: str) -> None:
    """Print the cost of a whole leaf, against its imports and the compositing."""
    least, needed, peaks.megabytes = float("inf"), float("inf"), 0
    for number in range(ROUNDS):
        needed = min(needed, python(NEEDED.format(package=LEAVES[model], **ANSWERS[model])))
        leaf = partial(server.run, "generateThumbnail", [f"{model} {number}", model, *LOOK])
        least = min(least, cpu_of(leaf))
    print(f"a leaf of {model}: {least / needed:.2f}x the CPU of what it needs, {needed:.2f} s (at most 1.15x)")
    print(f"  its peak memory: {peaks.megabytes} MB (at most 105 MB)")


def main() -> None:
    """Print all figures."""
    program = find_minio()
    if not program:
        sys.exit("no MinIO server: put minio on PATH, or run `make minio` once")
    peaks = Peaks()
    with tempfile.TemporaryDirectory() as folder, MinioServer(program, Path(folder)) as minio, Emulator() as emulator:
        variables = {**emulator.environment, **minio.environment, "PATH": os.environ["PATH"]}
        with TaskServer(variables, on_start=peaks.watch) as server:
            print_registering(server)
            for model in LEAVES:
                print_leaf(server, peaks, model)


if __name__ == "__main__":
    main()
