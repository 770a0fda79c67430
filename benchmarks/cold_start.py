"""What a process costs before and besides its work: ``python -m benchmarks.cold_start``.

On Render every leaf is a new process. Measured on the real worker, ``python main.py``, over the SDK's socket protocol,
with both vendors' APIs emulated and a real MinIO; against a process that only imports what that needs.
"""

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from testing.emulator import Emulator
from testing.minio_server import MinioServer, find_minio
from testing.project import ROOT
from testing.task_server import Run, TaskServer, Worker

ROUNDS = 8
LOOK = ["neon", "left-panel", "lora"]
# Model: the vendor's package.
LEAVES = {"gpt-image-2": "openai", "gemini-3-pro-image": "google.genai"}
BARE = "import render_sdk"
# What a leaf cannot do without, and the compositing itself.
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


def children_cpu(run: Callable[[], object]) -> float:
    """Return the CPU seconds of the processes that ended meanwhile."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def python(code: str) -> float:
    """Return the CPU seconds of a Python process that runs this code."""
    command = [sys.executable, "-W", "ignore", "-c", code]
    return children_cpu(lambda: subprocess.run(command, cwd=ROOT, check=True))


class Peaks:
    """The peak memory of the processes that a task server starts, read while they live."""

    def __init__(self) -> None:
        """Begin with none."""
        self.megabytes = 0

    def watch(self, run: Run, process: Worker) -> None:
        """Follow one process until it ends."""
        threading.Thread(target=self._follow, args=(process.pid,), daemon=True).start()

    def _follow(self, pid: int) -> None:
        status = Path(f"/proc/{pid}/status")
        try:
            while True:
                text = status.read_text()
                kilobytes = next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM:"))
                self.megabytes = max(self.megabytes, kilobytes // 1024)
                time.sleep(0.005)
        except (OSError, StopIteration):
            return


def print_registering(server: TaskServer) -> None:
    """Print what registering costs, against the SDK's bare import."""
    bare, registering = float("inf"), float("inf")
    for _ in range(ROUNDS):
        bare = min(bare, python(BARE))
        registering = min(registering, children_cpu(server.register))
    print(f"registering: {registering / bare:.2f}x the CPU of a bare import of the SDK, {bare:.2f} s (at most 1.5x)")


def print_leaf(server: TaskServer, peaks: Peaks, model: str, rounds: int = ROUNDS) -> None:
    """Print what a whole leaf costs, against importing what it needs and the compositing."""
    least, needed, peaks.megabytes = float("inf"), float("inf"), 0
    for number in range(rounds):
        needed = min(needed, python(NEEDED.format(package=LEAVES[model], **ANSWERS[model])))
        leaf = partial(server.run, "generateThumbnail", [f"{model} {number}", model, *LOOK])
        least = min(least, children_cpu(leaf))
    print(f"a leaf of {model}: {least / needed:.2f}x the CPU of what it needs, {needed:.2f} s (at most 1.15x)")
    print(f"  its peak memory: {peaks.megabytes} MB (at most 105 MB)")


def main() -> None:
    """Print it all."""
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
