"""The cost of an image on the Render CLI's dev server, and a rerun: ``python -m benchmarks.render_cli``.

The CLI starts a worker process for every leaf, and another to look up its tasks. Needs ``render`` on PATH, and MinIO.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import children_cpu
from settings import read_settings
from storage.choice import open_store
from storage.store import Area, StoredObject
from tasks.posts import posts_of, thumbnail_request
from tasks.requests import BatchRequest
from tasks.work import work_of
from testing.emulator import Emulator
from testing.large_batch import PICTURE
from testing.minio_server import MinioServer, find_minio
from testing.render_cli import DevServer, find_cli

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
            work = work_of(thumbnail_request(FINISHED, post, model), settings)
            await store.write(Area.THUMBNAILS, work.thumbnail_key, picture)


def again(server: DevServer) -> str:
    """Run the finished batch again, and describe how long it takes."""
    before = len(server.get("/v1/task-runs"))
    began = time.monotonic()
    shown = server.run("generateBatch", {name: getattr(FINISHED, name) for name in REQUIRED})
    seconds = time.monotonic() - began
    leaves, summary = len(server.get("/v1/task-runs")) - before - 1, shown["results"][0]["summary"]
    return f"{summary['requested']} finished pairs again: {leaves} leaves, {seconds:.1f} s wall"


def main() -> None:
    """Print the cost of an image in a batch of 50, with a provider that answers immediately, and of a rerun."""
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
            print(f"{images} images on the Render CLI: {cpu:.2f} s CPU and {seconds / images:.2f} s wall an image")
            asyncio.run(finish(environment))
            with DevServer(cli, environment, folder) as server:
                print("; ".join(again(server) for _ in range(2)))


if __name__ == "__main__":
    main()
