"""The cost of an image on the Render CLI's dev server, and a rerun: ``python -m benchmarks.render_cli``.

The CLI starts a worker process for every leaf, and another to look up its tasks. Needs ``render`` on PATH, and MinIO.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from batch.pairs import pair_of
from batch.posts import posts_of, thumbnail_request
from batch.requests import BatchRequest
from benchmarks.measure import Figure, children_cpu, print_rows, spread
from settings import read_settings
from storage.opening import open_store
from storage.store import Area, StoredObject
from tests.support.emulator import Emulator
from tests.support.large_batch import PICTURE
from tests.support.minio_server import MinioServer, find_minio
from tests.support.render_cli import DevServer, find_cli

BATCH = [
    [f"Title number {number}" for number in range(25)],
    ["gpt-image-2", "gemini-3-pro-image"],
    "neon",
    "left-panel",
    "lora",
]


REQUIRED = ("prompts", "models", "style", "template", "font")
FINISHED = BatchRequest(
    prompts=[f"Title number {number}" for number in range(500)],
    models=["gpt-image-2", "gemini-3-pro-image"],
    style="neon",
    template="left-panel",
    font="lora",
)


async def finish(environment: dict[str, str]) -> None:
    """Store a thumbnail for each of the batch's pairs."""
    settings = read_settings(environment)
    store = open_store(settings)
    await store.prepare()
    picture = StoredObject(PICTURE.read_bytes(), "image/jpeg")
    for post in posts_of(FINISHED.prompts):
        for model in FINISHED.models:
            work = pair_of(thumbnail_request(FINISHED, post, model), settings)
            await store.write(Area.THUMBNAILS, work.thumbnail_key, picture)


def again(server: DevServer) -> Figure:
    """Run the finished batch again, twice."""
    seconds = []
    before = len(server.get("/v1/task-runs"))
    for _ in range(2):
        began = time.monotonic()
        shown = server.run("generateBatch", {name: getattr(FINISHED, name) for name in REQUIRED})
        seconds.append(time.monotonic() - began)
    leaves, pairs = len(server.get("/v1/task-runs")) - before - 2, shown["results"][0]["summary"]["reused"]
    return f"{pairs:,} finished pairs, run again there", f"{leaves} leaves, {spread(seconds, '.1f')} s", "none, 10 s"


def figures() -> Iterator[Figure]:
    """Measure an image in a batch of 50, with a provider that answers immediately, and a rerun."""
    cli, program = find_cli(), find_minio()
    if not cli or not program:
        sys.exit("The Render CLI (render) and MinIO (minio) must be on PATH; `make minio` builds MinIO.")
    with tempfile.TemporaryDirectory() as name, Emulator() as emulator:
        folder = Path(name)
        with MinioServer(program, folder / "minio") as minio:
            environment = {**emulator.environment, **minio.environment, "MAX_IMAGES_PER_BATCH": "1000"}
            before = children_cpu()
            with DevServer(cli, environment, folder) as server:
                began = time.monotonic()
                shown = server.run("generateBatch", BATCH)
                seconds = time.monotonic() - began
            images = shown["results"][0]["summary"]["ok"]
            cpu = (children_cpu() - before) / images
            what = f"an image on the Render CLI's dev server, of {images}"
            yield what, f"{cpu:.2f} s CPU, {seconds / images:.2f} s wall", "0.33 of the reference's CPU"
            asyncio.run(finish(environment))
            with DevServer(cli, environment, folder) as server:
                yield again(server)


if __name__ == "__main__":
    print_rows(figures())
