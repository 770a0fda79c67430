"""The cost of an image on the Render CLI's dev server: ``python -m benchmarks.render_cli``.

The CLI starts a worker process for every leaf, and another to look up its tasks. Needs ``render`` on PATH, and MinIO.
"""

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import children_cpu
from testing.emulator import Emulator
from testing.minio_server import MinioServer, find_minio
from testing.render_cli import DevServer, find_cli

BATCH = [
    [f"Title number {number}" for number in range(25)],
    ["gpt-image-2", "gemini-3-pro-image"],
    "neon",
    "left-panel",
    "lora",
]


def main() -> None:
    """Print CPU and wall seconds per image of a batch of 50, with an emulated provider that answers immediately."""
    cli, program = find_cli(), find_minio()
    if not cli or not program:
        sys.exit("The Render CLI (render) and MinIO (minio) must be on PATH; `make minio` builds MinIO.")
    with tempfile.TemporaryDirectory() as name, Emulator() as emulator:
        folder = Path(name)
        with MinioServer(program, folder / "minio") as minio:
            before = children_cpu()
            with DevServer(cli, {**emulator.environment, **minio.environment}, folder) as server:
                began = time.monotonic()
                shown = server.run("generateBatch", BATCH)
                seconds = time.monotonic() - began
            cpu = children_cpu() - before
    images = shown["results"][0]["summary"]["ok"]
    print(f"{images} images on the Render CLI: {cpu / images:.2f} s CPU and {seconds / images:.2f} s wall an image")


if __name__ == "__main__":
    main()
