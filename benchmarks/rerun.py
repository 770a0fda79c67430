"""A finished batch of 10,000 pairs run again, with MinIO as the store: ``python -m benchmarks.rerun``.

Its pictures are placeholders of the smallest size that passes for a thumbnail. The first run makes the covers.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.measure import Figure, peak_megabytes, print_rows
from tests.support.minio_server import MinioServer, find_minio
from tests.support.project import ROOT

PAIRS = 10_000
LOOK: dict[str, Any] = {"style": "neon", "template": "left-panel", "font": "lora"}
MODELS = ["gpt-image-2", "gpt-image-2.5-flare", "gpt-image-2.5-sunburst", "gpt-image-2.6-flare"]
TITLES = [f"Title number {number} of a finished batch" for number in range(PAIRS // len(MODELS))]


async def store_all() -> None:
    """Store a thumbnail for each pair."""
    from batch.pairs import THUMBNAIL_SIZES, pair_of
    from batch.requests import ThumbnailRequest
    from settings import read_settings
    from storage.opening import open_store
    from storage.store import Area, StoredObject
    from waiting import gather_limited

    settings = read_settings()
    store = open_store(settings)
    await store.prepare()
    picture = StoredObject(bytes(THUMBNAIL_SIZES[0]), "image/jpeg")

    async def put(pair: tuple[str, str]) -> None:
        work = pair_of(ThumbnailRequest(title=pair[0], model=pair[1], **LOOK), settings)
        await store.write(Area.THUMBNAILS, work.thumbnail_key, picture)

    await gather_limited(put, [(title, model) for title in TITLES for model in MODELS])


def measure() -> None:
    """Run the batch in this process, and print its seconds and peak memory."""
    from batch.requests import BatchRequest
    from cli.here.engine import Engine
    from tasks import app, generate_batch

    request = asdict(BatchRequest(prompts=[*TITLES], models=MODELS, **LOOK))
    began = time.monotonic()
    result = asyncio.run(Engine(app, lambda event: None).run(generate_batch.name, request))
    if result["summary"]["reused"] != PAIRS:
        sys.exit(f"not all thumbnails were found: {result['summary']}")
    print(time.monotonic() - began, peak_megabytes())


def figures() -> Iterator[Figure]:
    """Measure the first run, which makes covers, and the second."""
    program = find_minio()
    if not program:
        sys.exit("no MinIO server: put minio on PATH, or run `make minio` once")
    with tempfile.TemporaryDirectory() as folder, MinioServer(program, Path(folder)) as minio:
        variables = {**minio.environment, "SIMULATE_PROVIDERS": "1", "MAX_IMAGES_PER_BATCH": str(PAIRS)}
        environment = {**variables, "PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore"}

        def run(step: str) -> str:
            command = [sys.executable, "-m", "benchmarks.rerun", step]
            return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout

        run("--store")
        for what in ("covers are made", "nothing is"):
            seconds, megabytes = map(float, run("--run").split())
            measured = f"{seconds:.1f} s, parent {megabytes:.0f} MB"
            yield f"{PAIRS:,} finished pairs on MinIO, run again: {what}", measured, "60 s, 250 MB"


if __name__ == "__main__":
    if sys.argv[1:] == ["--store"]:
        asyncio.run(store_all())
    elif sys.argv[1:] == ["--run"]:
        measure()
    else:
        print_rows(figures())
