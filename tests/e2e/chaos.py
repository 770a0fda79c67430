"""Batches under random faults, each leaf's attempt a process of its own that may be killed at any moment.

    python -m tests.e2e.chaos 200

runs as many seeded batches of 20 pairs through the local engine, against the emulator and a real MinIO behind a proxy
that goes down, and prints the totals. A run that breaks a promise raises; its seed brings it back.
"""

import asyncio
import io
import logging
import multiprocessing
import os
import random
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from minio import Minio
from PIL import Image
from render_sdk import Options, TaskRunMetadata

from errors import StoreError
from local.engine import Engine
from tests.emulator import Emulator, Handler, Request, gemini_error, openai_error, picture_for
from tests.minio_server import PASSWORD, USER, MinioServer, find_minio
from tests.tcp_proxy import CutError, TcpProxy

TITLES = [f"Chaos title {number:02}" for number in range(10)]
MODELS = ["gpt-image-2", "gemini-3-pro-image"]
BATCH: list[Any] = [TITLES, MODELS, "neon", "bottom-bar", "inter"]
# Chances that a provider's answer is a fault, and that an attempt is killed; pairs that are refused, of 20.
FAULTY, KILLED, REFUSED = 0.35, 0.15, 2
# Seconds: until when an attempt may be killed, how long the store is down at a time, and how much shorter waits are.
KILLED_WITHIN, DOWN_FOR, WAIT_SCALE = 0.8, 0.4, 0.02
PROCESSES = multiprocessing.get_context("forkserver")
# Loaded once, so that an attempt's process begins with them.
LOADED = ["tasks.leaf", "compositing.thumbnail", "storage.minio_store", "providers.openai_images", "providers.gemini"]

Pair = tuple[str, str]


class Storm:
    """The faults of one run, all from its seed, and a count of what it did."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.over = threading.Event()
        pairs = [(title, model) for title in TITLES for model in MODELS]
        self.refused: set[Pair] = set(self._random.sample(pairs, REFUSED))
        self.kills: Counter[Pair] = Counter()
        self.faults: Counter[str] = Counter()
        self._down_until = 0.0

    def choose_fault(self, request: Request) -> Callable[[Handler, Request], None] | None:
        """Choose what answers a request."""
        if pair_of(request) in self.refused:
            return refuse
        with self._lock:
            if self.over.is_set() or self._random.random() > FAULTY:
                return None
            fault = self._random.choice([throttle, fail, reset, truncate])
        self.faults[fault.__name__] += 1
        return fault

    def on_bytes(self, data: bytes) -> None:
        """Cut the store's connections while it is down."""
        with self._lock:
            now = time.monotonic()
            if self.over.is_set():
                return
            if now > self._down_until + DOWN_FOR and self._random.random() < 0.01:
                self._down_until = now + DOWN_FOR
                self.faults["store down"] += 1
            if now < self._down_until:
                raise CutError

    def seconds_to_live(self) -> float | None:
        """Choose when an attempt is killed, if it is."""
        with self._lock:
            if self.over.is_set() or self._random.random() > KILLED:
                return None
            return self._random.uniform(0, KILLED_WITHIN)


def pair_of(request: Request) -> Pair:
    return next(title for title in TITLES if title in request.prompt), request.model


def refuse(handler: Handler, request: Request) -> None:
    if request.vendor == "openai":
        handler.reply(400, openai_error("moderation_blocked", "It was rejected.", "image_generation_user_error"))
    else:
        handler.reply(200, {"candidates": [{"finishReason": "IMAGE_SAFETY", "index": 0}]})


def throttle(handler: Handler, request: Request) -> None:
    handler.throttle(request, 0.2)


def fail(handler: Handler, request: Request) -> None:
    if request.vendor == "openai":
        handler.reply(503, openai_error(None, "Overloaded.", "server_error"))
    else:
        handler.reply(503, gemini_error(503, "UNAVAILABLE", "Overloaded."))


def reset(handler: Handler, request: Request) -> None:
    handler.reset(b'{"data": [')


def truncate(handler: Handler, request: Request) -> None:
    """Answer with half a picture, which no provider bills here: what is counted is what came whole."""
    whole = picture_for(request)
    handler.picture(request, whole[: len(whole) // 2])
    request.billed = False


class ProcessEngine(Engine):
    """The local engine, with every attempt of a leaf in a process of its own, as on Render."""

    def __init__(self, app: Any, storm: Storm, variables: dict[str, str]) -> None:
        async def sleep(seconds: float) -> None:
            await asyncio.sleep(seconds * WAIT_SCALE)

        super().__init__(app, lambda event: None, sleep)
        self._storm, self._variables = storm, variables
        self._threads = ThreadPoolExecutor(max_workers=32)

    async def _attempt(
        self, function: Callable[..., Any], options: Options, arguments: Any, metadata: TaskRunMetadata
    ) -> Any:
        if metadata.parent_task_run_id is None:
            return await super()._attempt(function, options, arguments, metadata)
        running = asyncio.get_running_loop().run_in_executor(self._threads, self._process, arguments, metadata)
        return await asyncio.shield(running)

    def _process(self, arguments: list[Any], metadata: TaskRunMetadata) -> Any:
        receiver, sender = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=leaf, args=(arguments, metadata, self._variables, sender))
        process.start()
        sender.close()
        seconds = self._storm.seconds_to_live()
        process.join(seconds)
        if seconds is not None and process.is_alive():
            process.kill()
            self._storm.kills[arguments[0], arguments[1]] += 1
        process.join()
        with receiver:
            try:
                succeeded, result = receiver.recv()
            except EOFError:
                succeeded, result = False, "the process was killed"
        if not succeeded:
            raise RuntimeError(result)
        return result


@dataclass(frozen=True)
class Context:
    """What a leaf needs of its TaskContext."""

    metadata: TaskRunMetadata

    async def run(self, *_: Any, **__: Any) -> Any:
        """Refuse: a leaf runs no other task."""
        raise NotImplementedError


def leaf(arguments: list[Any], metadata: TaskRunMetadata, variables: dict[str, str], sender: Connection) -> None:
    """Run one attempt, in a process of its own, and send what came of it."""
    from tasks import generate_thumbnail

    async def attempt() -> Any:
        outcome: Any = generate_thumbnail.func(Context(metadata), *arguments)
        return await outcome

    os.environ.update(variables)
    logging.disable()
    try:
        sender.send((True, asyncio.run(attempt())))
    except Exception as error:
        sender.send((False, str(error)))


async def run_once(seed: int, minio: MinioServer) -> Counter[str]:
    """Run one batch in a storm, and once more when that is over; return what was counted.

    Raises:
        AssertionError: a promise was broken.
    """
    from tasks import app, generate_batch

    storm, bucket = Storm(seed), f"chaos-{seed}-{uuid.uuid4().hex[:8]}"
    with Emulator(latency_seconds=0.1) as emulator, TcpProxy(minio.port, storm.on_bytes) as proxy:
        emulator.choose_fault = storm.choose_fault
        store = {**minio.environment, "MINIO_ENDPOINT": f"http://127.0.0.1:{proxy.port}", "MINIO_BUCKET": bucket}
        variables = {**emulator.environment, **store}
        os.environ.update(variables)
        first: Counter[str] = Counter()
        try:
            result = await ProcessEngine(app, storm, variables).run(generate_batch.name, BATCH)
            first.update(result["summary"])
        except StoreError:  # Down when the batch began, and when it was tried again.
            first["batches that failed as a whole"] += 1
        storm.over.set()
        result = await ProcessEngine(app, storm, variables).run(generate_batch.name, BATCH)
        billed = Counter(pair_of(request) for request in emulator.requests if request.billed)
    outcomes = [outcome for row in result["rows"] for outcome in row["results"]]
    others = [outcome for outcome in outcomes if outcome["status"] != "ok"]
    assert {(o["title"], o["model"]) for o in others if o["status"] == "rejected"} == storm.refused, (seed, others)
    assert len(others) == REFUSED, (seed, others)
    for pair, times in billed.items():
        assert pair not in storm.refused, (seed, pair)
        assert times <= 1 + storm.kills[pair], (seed, pair)
    check_thumbnails(minio, bucket, {outcome["key"] for outcome in outcomes if outcome["status"] == "ok"})
    return Counter(
        {
            "batches": 1,
            "pairs": len(outcomes),
            "refused": len(storm.refused),
            "there after the first run": first["ok"],
            "failed in the first run": first["failed"],
            "batches that failed as a whole": first["batches that failed as a whole"],
            "thumbnails in the end": result["summary"]["ok"],
            "pictures paid for": billed.total(),
            "paid again, after a kill": billed.total() - len(billed),
            "attempts killed": storm.kills.total(),
            **{f"faults: {name}": times for name, times in storm.faults.items()},
        }
    )


def check_thumbnails(minio: MinioServer, bucket: str, keys: set[str]) -> None:
    """Check that the bucket holds those JPEGs and no other, each of them whole."""
    client = Minio(f"127.0.0.1:{minio.port}", access_key=USER, secret_key=PASSWORD, secure=False, region="us-east-1")
    there = {str(item.object_name) for item in client.list_objects(bucket, recursive=True)}
    assert {key for key in there if key.endswith(".jpg")} == keys
    for key in keys:
        answer = client.get_object(bucket, key)
        with Image.open(io.BytesIO(answer.read())) as image:
            image.load()
            assert image.size == (1200, 630)
        answer.close()


def run_seeds(seeds: range, minio: MinioServer) -> Counter[str]:
    """Run some batches one after the other and return the totals."""
    PROCESSES.set_forkserver_preload(LOADED)
    totals: Counter[str] = Counter()
    for seed in seeds:
        totals += asyncio.run(asyncio.wait_for(run_once(seed, minio), 180))
    return totals


def main(batches: int) -> None:
    """Run batches, three at a time, and print the totals."""
    program = find_minio()
    if not program:
        sys.exit("no MinIO server: put minio on PATH, or run `make minio` once")
    began = time.monotonic()
    processes = ProcessPoolExecutor(3, multiprocessing.get_context("spawn"))
    with tempfile.TemporaryDirectory() as folder, MinioServer(program, Path(folder)) as minio, processes as pool:
        parts = [pool.submit(run_part, range(part, batches, 3), minio.port) for part in range(3)]
        totals: Counter[str] = sum((part.result() for part in parts), Counter())
    for name, count in sorted(totals.items()):
        print(f"{count:8} {name}")
    print(f"{time.monotonic() - began:8.0f} seconds")


def run_part(seeds: range, port: int) -> Counter[str]:
    """Run some batches in a process of their own, against a server that is up."""
    logging.disable()
    return run_seeds(seeds, MinioServer.running(port))


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 200)
