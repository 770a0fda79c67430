"""Batches under random faults, in which each leaf's attempt is a process that may be killed at any moment.

    python -m tests.e2e.chaos 200

runs 200 seeded batches of 20 pairs through the local engine, against the emulator and a real MinIO behind a proxy that
goes down, freezes and fills up. It prints a line per seed, and the totals. A second argument is the first seed, to
resume, or to repeat one that failed. The invariants:

- every picture that was paid for is in the store, or named in an error;
- no refused prompt is sent twice;
- the pictures paid for, beyond one for each pair, the unusable answers and the lost answers, are as many as the kills
  between bill and store plus the pictures for which the store had no room in time;
- the batch's sum lacks no more of the bill than what it counts as of unknown cost or as maybe billed, picture by
  picture, whatever was killed.
"""

import asyncio
import io
import json
import logging
import multiprocessing
import os
import random
import re
import signal
import sys
import tempfile
import threading
import time
import traceback
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from minio import Minio
from minio.error import S3Error
from PIL import Image
from render_sdk import Options, TaskRunMetadata

from batch.pairs import Pair as DrawnPair
from batch.pairs import pair_of as drawn_pair
from batch.requests import ThumbnailRequest
from cli.here.engine import Engine
from errors import StoreError
from money import Money
from settings import Settings, read_settings
from storage.keys import manifest_key
from tests.support.emulator import (
    ABSURD_COUNTS,
    Emulator,
    Handler,
    Request,
    absurd_usage,
    cut_body,
    drip,
    gateway_failure,
    gemini_error,
    late,
    lost,
    odd_fields,
    openai_error,
    picture_for,
)
from tests.support.minio_server import PASSWORD, USER, MinioServer, find_minio
from tests.support.tcp_proxy import NO_ROOM, AnswerError, CutError, TcpProxy
from tests.support.wait import TIMEOUT_SECONDS
from tests.support.warm import PROCESSES, become, fork

TITLES = [f"Chaos title {number:02}" for number in range(10)]
MODELS = ["gpt-image-2", "gemini-3-pro-image"]
BATCH: list[Any] = [TITLES, MODELS, "neon", "bottom-bar", "inter"]
# The chances that a provider's answer is a fault, and that an attempt is killed or terminated. How many of the 20 pairs
# are refused, begin with a damaged claim, thumbnail or history, and have an attempt ended in any case.
FAULTY, ENDED, REFUSED, DAMAGED, DOOMED = 0.35, 0.2, 2, 3, 4
# Seconds: how soon an attempt is ended after its start, or after its request to the provider; a provider's latency.
ENDED_WITHIN, ENDED_ONCE_ASKED_WITHIN, LATENCY = 0.8, 0.3, 0.1
# Seconds that each fault of the store lasts; the factor by which waits before retries are shortened.
FAULT_LASTS, WAIT_SCALE = {"down": 0.4, "frozen": 0.6, "full": 1.5}, 0.02
# Seconds within which a killed attempt's last requests arrive, even if the store was frozen.
SETTLED_AFTER = 2.0
STORE_PATIENCE_SECONDS = 1.0
PROVIDER_TIMEOUT_SECONDS = 2
# Bytes. Anything larger is a picture, for which a full disk has no room.
NO_ROOM_FOR = 1_000
DAMAGED_BYTES = b"{damaged"
LOST = "A picture was paid for and could not be stored"

Pair = tuple[str, str]


@dataclass(frozen=True)
class Kill:
    """An attempt that was killed: from when to when it lived, and whether its original was stored by then."""

    began: float
    at: float
    stored: bool


class End(NamedTuple):
    """How an attempt is ended: by which signal, and how many seconds after its start or its request to the provider."""

    number: signal.Signals
    seconds: float
    once_asked: bool


class Chaos:
    """The faults of one run, all chosen by its seed, and what it counted."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.over = threading.Event()
        pairs = [(title, model) for title in TITLES for model in MODELS]
        self.refused: set[Pair] = set(self._random.sample(pairs, REFUSED))
        allowed = sorted(set(pairs) - self.refused)
        self.damaged: list[Pair] = self._random.sample(allowed, DAMAGED)
        # Attempts of these are ended soon after their request, until one was still alive then.
        self.doomed: set[Pair] = set(self._random.sample(allowed, DOOMED))
        self.kills: dict[Pair, list[Kill]] = defaultdict(list)
        self.lost: Counter[Pair] = Counter()
        self.faults: Counter[str] = Counter()
        self.asked: Counter[Pair] = Counter()
        self._store_fault, self._until = "", 0.0

    def choose_fault(self, request: Request) -> Callable[[Handler, Request], None] | None:
        """Choose a fault to answer a request with, or None for the API's own answer."""
        self.asked[pair_of(request)] += 1
        if pair_of(request) in self.refused:
            return refuse
        with self._lock:
            if self.over.is_set() or self._random.random() > FAULTY:
                return None
            name, fault = self._random.choice([*FAULTS, self._random.choice(ABSURD_USAGES)])
        self.faults[name] += 1
        return fault

    def on_bytes(self, data: bytes) -> None:
        """Apply the store's current fault to a connection."""
        with self._lock:
            now = time.monotonic()
            if self.over.is_set():
                return
            if now > self._until + 0.4 and self._random.random() < 0.015:
                self._store_fault = self._random.choice(list(FAULT_LASTS))
                self._until = now + FAULT_LASTS[self._store_fault]
                self.faults[f"store {self._store_fault}"] += 1
            left = self._until - now
            fault = self._store_fault if left > 0 else ""
        if fault == "down":
            raise CutError
        if fault == "frozen":
            time.sleep(left)
        if fault == "full" and data.startswith(b"PUT") and content_length(data) > NO_ROOM_FOR:
            raise AnswerError(NO_ROOM)

    def end_of_attempt(self, pair: Pair) -> End | None:
        """Choose when and how an attempt is ended, if it is."""
        with self._lock:
            doomed = pair in self.doomed
            if self.over.is_set() or (self._random.random() > ENDED and not doomed):
                return None
            once_asked = self._random.random() < 0.5 or doomed
            seconds = self._random.uniform(0, ENDED_ONCE_ASKED_WITHIN if once_asked else ENDED_WITHIN)
            return End(self._random.choice([signal.SIGKILL, signal.SIGTERM]), seconds, once_asked)


def content_length(data: bytes) -> int:
    found = re.search(rb"(?i)\r\ncontent-length: (\d+)", data)
    return int(found[1]) if found else 0


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
    """Answer with half a picture, and bill it."""
    whole = picture_for(request)
    request.body["truncated"] = True
    handler.picture(request, whole[: len(whole) // 2])


def odd(handler: Handler, request: Request) -> None:
    """Answer with a picture, and with fields that no schema has."""
    usage = {"promptTokensDetails": [[]], "totalTokenCount": 40.5} if request.vendor == "gemini" else {}
    odd_fields(
        {"responseId": 12345, "modelStatus": {"retirementTime": "soon"}} if usage else {"created": "?"}, usage=usage
    )(handler, request)


def marked(fault: Callable[[Handler, Request], None]) -> Callable[[Handler, Request], None]:
    """Return the fault, whose answer is billed and never arrives whole."""

    def lose(handler: Handler, request: Request) -> None:
        request.body["lost"] = True
        fault(handler, request)

    return lose


# By name. An answer that is late or drips arrives after the provider's time limit.
FAULTS: list[tuple[str, Callable[[Handler, Request], None]]] = [
    ("throttle", throttle),
    ("fail", fail),
    ("reset", reset),
    ("truncate", truncate),
    ("lost", marked(lost)),
    ("cut body", marked(cut_body)),
    ("drip", marked(drip)),
    ("late", marked(late(PROVIDER_TIMEOUT_SECONDS + 1))),
    ("gateway", marked(gateway_failure(504))),
    ("odd fields", odd),
]
ABSURD_USAGES = [("absurd usage", absurd_usage(count)) for count in ABSURD_COUNTS]


class ProcessEngine(Engine):
    """The local engine, with every attempt of a leaf in its own process, as on Render."""

    def __init__(self, app: Any, chaos: Chaos, variables: dict[str, str], is_stored: Callable[[Pair], bool]) -> None:
        async def sleep(seconds: float) -> None:
            await asyncio.sleep(seconds * WAIT_SCALE)

        super().__init__(app, lambda event: None, sleep=sleep)
        self._chaos, self._variables, self._is_stored = chaos, variables, is_stored
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
        pair = arguments[0], arguments[1]
        began, asked = time.monotonic(), self._chaos.asked[pair]
        process = fork(leaf, arguments, metadata, self._variables, sender)
        sender.close()
        if end := self._chaos.end_of_attempt(pair):
            while end.once_asked and process.is_alive() and self._chaos.asked[pair] == asked:
                process.join(0.01)
            process.join(end.seconds)
            if process.is_alive() and process.pid:
                os.kill(process.pid, end.number)
                self._chaos.faults[end.number.name] += 1
                self._chaos.doomed.discard(pair)
                if end.number is signal.SIGKILL:
                    process.join()
                    killed_at = time.monotonic()
                    time.sleep(SETTLED_AFTER)
                    self._chaos.kills[pair].append(Kill(began, killed_at, self._is_stored(pair)))
        process.join()
        with receiver:
            try:
                succeeded, result = receiver.recv()
            except EOFError:
                succeeded, result = False, "the process was ended"
        self._chaos.lost[pair] += LOST in str(result)
        if not succeeded:
            raise RuntimeError(result)
        return result


@dataclass(frozen=True)
class Context:
    """The part of a TaskContext that a leaf needs."""

    metadata: TaskRunMetadata

    async def run(self, *_: Any, **__: Any) -> Any:
        """Refuse: a leaf runs no other task."""
        raise NotImplementedError


def leaf(arguments: list[Any], metadata: TaskRunMetadata, variables: dict[str, str], sender: Connection) -> None:
    """Run one attempt in this process, and send its result."""
    from tasks import generate_thumbnail

    async def attempt() -> Any:
        outcome: Any = generate_thumbnail.func(Context(metadata), *arguments)
        return await outcome

    become(variables)
    logging.disable()
    try:
        sender.send((True, asyncio.run(attempt())))
    except Exception as error:
        sender.send((False, str(error)))


async def run_once(seed: int, minio: MinioServer) -> Counter[str]:
    """Run one batch under faults, and once more without; return what was counted.

    Raises:
        AssertionError: an invariant was violated.
    """
    from tasks import app, generate_batch

    chaos, bucket = Chaos(seed), f"chaos-{seed}-{uuid.uuid4().hex[:8]}"
    with Emulator(latency_seconds=LATENCY) as emulator, TcpProxy(minio.port, chaos.on_bytes) as proxy:
        emulator.choose_fault = chaos.choose_fault
        store = {**minio.environment, "MINIO_ENDPOINT": f"http://127.0.0.1:{proxy.port}", "MINIO_BUCKET": bucket}
        variables = {**emulator.environment, **store, "STORE_PATIENCE_SECONDS": str(STORE_PATIENCE_SECONDS)}
        variables["PROVIDER_TIMEOUT_SECONDS"] = str(PROVIDER_TIMEOUT_SECONDS)
        os.environ.update(variables)
        drawn = pairs_of_batch(read_settings(variables))
        client = connect(minio)
        damage(client, bucket, [drawn[pair] for pair in chaos.damaged])

        def is_stored(pair: Pair) -> bool:
            """Return whether a complete picture is stored: at first, a truncated answer has the same key."""
            try:
                return is_whole(read(client, f"{bucket}-originals", drawn[pair].original_key))
            except S3Error:
                return False

        first: Counter[str] = Counter()
        while not first["requested"]:
            try:
                result = await ProcessEngine(app, chaos, variables, is_stored).run(generate_batch.name, BATCH)
                first.update(result["summary"])
            except StoreError:  # The store was away or full when the batch began, and when it was retried.
                first["runs that did not begin"] += 1
                assert not emulator.requests, seed
        chaos.over.set()
        os.environ["STORE_PATIENCE_SECONDS"] = variables["STORE_PATIENCE_SECONDS"] = "60"
        result = await ProcessEngine(app, chaos, variables, is_stored).run(generate_batch.name, BATCH)
        requests = list(emulator.requests)
    outcomes = [outcome for row in result["rows"] for outcome in row["results"]]
    others = [outcome for outcome in outcomes if outcome["status"] != "ok"]
    rejected = {(o["title"], o["model"]) for o in others if o["status"] == "rejected"}
    unusable = {(o["title"], o["model"]) for o in others if o["status"] == "failed"}
    assert rejected == chaos.refused, (seed, others)
    for outcome in others:
        if outcome["status"] == "failed":
            assert "no more are paid for within an hour" in outcome["error"]["message"], (seed, outcome)
    paid_again = check_bill(seed, chaos, requests, unusable)
    _, damaged, _ = chaos.damaged
    left = {drawn[damaged].thumbnail_key} if damaged in unusable else set()
    missing = check_sum(seed, requests, client, bucket, result["batch_id"])
    check_store(client, bucket, {outcome["key"] for outcome in outcomes if outcome["status"] == "ok"}, left)
    return Counter(
        {
            "batches": 1,
            "pairs": len(outcomes),
            "refused": len(chaos.refused),
            "unusable twice, so given up": len(unusable),
            "there after the first run": first["ok"],
            "failed in the first run": first["failed"],
            "runs that did not begin": first["runs that did not begin"],
            "thumbnails in the end": result["summary"]["ok"],
            "answers paid for": sum(request.billed for request in requests),
            "paid again, after a kill": paid_again["kill"],
            "paid again, after there was no room": paid_again["lost"],
            "paid for unusable answers": paid_again["unusable"],
            "billed and counted as maybe billed": missing,
            **{f"faults: {name}": times for name, times in chaos.faults.items()},
        }
    )


def pairs_of_batch(settings: Settings) -> dict[Pair, DrawnPair]:
    titles, models, style, template, font = BATCH
    return {
        (title, model): drawn_pair(
            ThumbnailRequest(title=title, model=model, style=style, template=template, font=font), settings
        )
        for title in titles
        for model in models
    }


def connect(minio: MinioServer) -> Minio:
    return Minio(f"127.0.0.1:{minio.port}", access_key=USER, secret_key=PASSWORD, secure=False, region="us-east-1")


def damage(client: Minio, bucket: str, drawn: Sequence[DrawnPair]) -> None:
    """Write a damaged claim, thumbnail and history, as a crash of the store might leave."""
    for ending in ("", "-originals"):
        client.make_bucket(f"{bucket}{ending}")
    claim, thumbnail, history = drawn
    for name, key in (
        (f"{bucket}-originals", f"claims/{claim.original_key}"),
        (bucket, thumbnail.thumbnail_key),
        (f"{bucket}-originals", f"history/{history.original_key}.json"),
    ):
        client.put_object(name, key, io.BytesIO(DAMAGED_BYTES), len(DAMAGED_BYTES))


def check_bill(seed: int, chaos: Chaos, requests: Sequence[Request], unusable: set[Pair]) -> Counter[str]:
    """Account for everything that was billed; return how many pictures were paid for again, by cause."""
    paid_again: Counter[str] = Counter()
    for pair in ((title, model) for title in TITLES for model in MODELS):
        asked = [request for request in requests if pair_of(request) == pair]
        if pair in chaos.refused:
            killed = len(chaos.kills[pair])  # Killed after a refusal, before it was recorded.
            assert 1 <= len(asked) <= 1 + killed, (seed, pair, len(asked))
            assert not any(request.billed for request in asked), (seed, pair)
            continue
        billed = [request for request in asked if request.billed]
        killed = sum(
            any(kill.began <= request.at <= kill.at for request in billed) and not kill.stored
            for kill in chaos.kills[pair]
        )
        no_room, cut_off = chaos.lost[pair], sum("truncated" in request.body for request in billed)
        unanswered = sum("lost" in request.body for request in billed)
        whole = 0 if pair in unusable else 1
        # A picture that was killed or found no room may have been cut off or lost too; nobody could see that.
        least, most = whole + killed + no_room, whole + killed + no_room + cut_off + unanswered
        assert least <= len(billed) <= most, (seed, pair, len(billed), killed, no_room, cut_off, unanswered)
        assert cut_off <= 2 + killed + no_room, (seed, pair, cut_off, killed, no_room)
        paid_again.update(kill=killed, lost=no_room, unusable=len(billed) - least)
    return paid_again


def check_sum(seed: int, requests: Sequence[Request], client: Minio, bucket: str, batch_id: str) -> int:
    """Check the batch's sum against the bill; return how many billed pictures it lacks."""
    counted = Money.of(json.loads(read(client, bucket, manifest_key(batch_id))))
    billed = [request for request in requests if request.billed]
    missing = sum((request.dollars for request in billed), Fraction(0)) - Fraction(counted.dollars)
    dearest = max(request.dollars for request in requests)
    assert 0 <= missing <= (counted.unknown + counted.maybe_billed) * dearest, (seed, float(missing), counted)
    assert counted.pictures <= len(billed) <= counted.pictures + counted.maybe_billed, (seed, len(billed), counted)
    return len(billed) - counted.pictures


def check_store(client: Minio, bucket: str, keys: set[str], left: set[str]) -> None:
    """Check that the bucket holds exactly those JPEGs, each complete, apart from the keys in ``left``.

    A claim may remain only if its original exists: its attempt was killed in between.
    """
    originals = {str(item.object_name) for item in client.list_objects(f"{bucket}-originals", recursive=True)}
    assert {name.removeprefix("claims/") for name in originals if name.startswith("claims/")} <= originals
    there = {str(item.object_name) for item in client.list_objects(bucket, recursive=True)}
    made = {key for key in there if key.endswith(".jpg") and not key.startswith("covers/")}
    assert made - left == keys, (made - keys, keys - made)
    assert all(is_whole(read(client, bucket, key), (1200, 630)) for key in keys)


def read(client: Minio, bucket: str, key: str) -> bytes:
    answer = client.get_object(bucket, key)
    with closing(answer):
        return bytes(answer.read())


def is_whole(data: bytes, size: tuple[int, int] | None = None) -> bool:
    """Return whether the bytes are a complete picture, of that size if given."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            return size in (None, image.size)
    except OSError:
        return False


def run_seeds(seeds: range, minio: MinioServer) -> Counter[str]:
    """Run some batches one after the other and return the totals."""
    totals: Counter[str] = Counter()
    for seed in seeds:
        totals += asyncio.run(asyncio.wait_for(run_once(seed, minio), TIMEOUT_SECONDS))
    return totals


def main(batches: int, first: int = 0) -> int:
    """Run batches, three at a time; print a line for each, and the totals. Return how many failed."""
    program = find_minio()
    if not program:
        sys.exit("no MinIO server: put minio on PATH, or run `make minio` once")
    totals: Counter[str] = Counter()
    began, failed = time.monotonic(), 0
    processes = ProcessPoolExecutor(3, multiprocessing.get_context("spawn"))
    with tempfile.TemporaryDirectory() as folder, MinioServer(program, Path(folder)) as minio, processes as pool:
        runs = {pool.submit(run_seed, seed, minio.port): seed for seed in range(first, first + batches)}
        for run in as_completed(runs):
            error = run.exception()
            if error:
                failed += 1
                traceback.print_exception(error)
            else:
                totals += run.result()
            print(f"seed {runs[run]}: {'FAILED' if error else 'passed'}", flush=True)
    for name, count in sorted(totals.items()):
        print(f"{count:8} {name}")
    print(f"{time.monotonic() - began:8.0f} seconds")
    return failed


def run_seed(seed: int, port: int) -> Counter[str]:
    """Run a batch in this process, against a running server."""
    logging.disable()
    return run_seeds(range(seed, seed + 1), MinioServer.running(port))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:] or ["200"])))
