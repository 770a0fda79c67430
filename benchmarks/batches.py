"""How batches of 100, 1,000 and 5,000 images scale: ``python -m benchmarks.batches [largest]``.

Each batch runs in its own process, in the local engine, with simulated pictures and a directory as the store. Most of
the CPU time is the simulation's drawing. A largest batch of 10,000 takes six minutes.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from tempfile import TemporaryDirectory

from benchmarks.measure import Figure, peak_megabytes, print_rows
from tests.support.project import ROOT

SIZES, LARGEST = (100, 1_000), 5_000
WINDOW, LATENCY_SECONDS, SLOW_IMAGES = 20, 2.0, 200
MODELS = [
    "gpt-image-2",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-2.6-sunburst",
    "gpt-image-1",
    "dall-e-3",
    "gemini-3-pro-image",
    "gemini-3.1-flash-image",
    "gemini-3.1-flash-lite-image",
]


def measure(images: int) -> None:
    """Run one batch in this process, and print wall seconds, CPU milliseconds per image, and peak memory."""
    from cli.here.engine import Engine
    from tasks import app, generate_batch

    titles = [f"Title number {number} of a large batch" for number in range(images // len(MODELS))]
    began, cpu = time.monotonic(), time.process_time()
    batch = [titles, MODELS, "cinematic", "bottom-bar", "inter"]
    result = asyncio.run(Engine(app, lambda event: None).run(generate_batch.name, batch))
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    if result["summary"]["ok"] != images:
        sys.exit(f"not all images were made: {result['summary']}")
    print(f"{seconds:.2f} {1000 * cpu / images:.2f} {peak_megabytes()}")


def run(images: int, latency_seconds: float) -> tuple[float, float, float]:
    """Measure one batch in its own process."""
    with TemporaryDirectory() as folder:
        environment = {
            "THUMBNAILS_DIR": folder,
            "SIMULATE_PROVIDERS": "1",
            "SIMULATED_LATENCY_SECONDS": str(latency_seconds),
            "MAX_IMAGES_PER_BATCH": str(images),
            "FAN_OUT_WINDOW": str(WINDOW),
        }
        command = [sys.executable, "-m", "benchmarks.batches", "--one", str(images)]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, milliseconds, megabytes = map(float, done.stdout.split())
    return seconds, milliseconds, megabytes


def figures(largest: int) -> Iterator[Figure]:
    """Measure how close a slow provider's batch comes to its ideal, and batches of each size."""
    seconds, _, _ = run(SLOW_IMAGES, LATENCY_SECONDS)
    ideal = SLOW_IMAGES / WINDOW * LATENCY_SECONDS
    what = f"{SLOW_IMAGES} images of {LATENCY_SECONDS:g} s each, {WINDOW} at a time, over the ideal"
    yield what, f"{seconds / ideal:.2f}", "1.10"
    small, middle, large = (run(images, 0) for images in (*SIZES, largest))
    names = [f"{images:,}" for images in (*SIZES, largest)]
    yield f"CPU per image at {names[2]} images, over that at {names[1]}", f"{large[1] / middle[1]:.2f}", ""
    memory = f"{large[2] / small[2]:.2f}, {large[2]:.0f} MB"
    yield f"peak memory at {names[2]} images, over that at {names[0]}", memory, ""


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]))
    else:
        print_rows(figures(int(sys.argv[1]) if len(sys.argv) > 1 else LARGEST))
