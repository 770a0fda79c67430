"""What an image costs on the real Render CLI's dev server: ``python -m benchmarks.render_cli``.

The CLI starts a worker process for every leaf, and another to look up its tasks. Needs ``render`` on PATH, and MinIO.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

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
    """Print CPU and wall seconds per image of a batch of 50, with an emulated provider that answers at once."""
    cli, program = find_cli(), find_minio()
    if not cli or not program:
        sys.exit("It needs the Render CLI (render) and MinIO (minio) on PATH; `make minio` builds the second.")
    with tempfile.TemporaryDirectory() as name, Emulator() as emulator:
        folder = Path(name)
        with MinioServer(program, folder / "minio") as minio:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            with DevServer(cli, {**emulator.environment, **minio.environment}, folder) as server:
                began = time.monotonic()
                shown = server.run("generateBatch", BATCH)
                seconds = time.monotonic() - began
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
    images = shown["results"][0]["summary"]["ok"]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{images} images on the Render CLI: {cpu / images:.2f} s CPU and {seconds / images:.2f} s wall an image")


if __name__ == "__main__":
    main()
