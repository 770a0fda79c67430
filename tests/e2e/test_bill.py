"""The reported costs equal the emulator's bill, even if the worker's processes are killed."""

import json
import re
import signal
import threading
import urllib.request
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.support.emulator import Emulator, Handler, Request, picture_for
from tests.support.minio_server import MinioServer
from tests.support.task_server import Run, TaskServer, Worker
from tests.support.tcp_proxy import NO_ROOM, AnswerError, CutError, TcpProxy

LOOK = ["neon", "left-panel", "lora"]
TITLES, MODELS = [f"Title {number}" for number in range(4)], ["gpt-image-2", "gemini-3-pro-image"]


def worker(
    emulator: Emulator,
    minio: MinioServer,
    bucket: str,
    port: int,
    on_start: Any = lambda run, process: None,
    **more: str,
) -> TaskServer:
    endpoint = {"MINIO_ENDPOINT": f"http://127.0.0.1:{port}", "MINIO_BUCKET": bucket}
    return TaskServer({**emulator.environment, **minio.environment, **endpoint, **more}, warm=True, on_start=on_start)


def outcomes(run: Run) -> list[dict[str, Any]]:
    assert run.succeeded, run.errors
    return [outcome for row in run.output[0]["rows"] for outcome in row["results"]]


def dollars(*costs: float) -> Fraction:
    return Fraction(sum((Decimal(repr(cost)) for cost in costs), Decimal(0)))


def manifest_cost(run: Run) -> Fraction:
    with urllib.request.urlopen(run.output[0]["manifest_url"]) as answer:
        return dollars(json.load(answer)["cost_usd"])


@pytest.mark.parametrize("parent_dies", [False, True])
def test_a_batch_whose_leaves_and_parent_are_killed_reports_the_cost_of_every_stored_picture(
    emulator: Emulator, minio: MinioServer, bucket: str, parent_dies: bool
) -> None:
    """Each leaf's first attempt dies as it sends its thumbnail, and the parent's when half of them have."""
    first: dict[str, Worker] = {}
    parents: list[Worker] = []
    killed: set[str] = set()
    lock = threading.Lock()

    def watch(run: Run, process: Worker) -> None:
        if run.parent is None:
            parents.append(process)
        else:
            first.setdefault(f"{run.input[0].lower().replace(' ', '-')}/{run.input[1]}", process)

    def kill_at_the_thumbnail(data: bytes) -> None:
        if not (put := re.match(rb"PUT /[^/]+/neon/([^/]+/.+)-[0-9a-f]{12}\.jpg ", data)):
            return
        pair = put[1].decode()
        with lock:
            if pair in killed:
                return
            killed.add(pair)
            if parent_dies and len(killed) == len(TITLES):
                parents[0].kill()
        first[pair].kill()
        raise CutError

    with (
        TcpProxy(minio.port, kill_at_the_thumbnail) as proxy,
        worker(emulator, minio, bucket, proxy.port, watch) as server,
    ):
        run = server.run("generateBatch", [TITLES, MODELS, *LOOK])
        assert len(killed) == emulator.billed == 8
        assert len(run.pids) == 1 + parent_dies
        assert [outcome["reused"] for outcome in outcomes(run)] == [False] * 8
        assert dollars(*(outcome["cost_usd"] for outcome in outcomes(run))) == emulator.bill
        assert dollars(run.output[0]["cost_usd"]) == manifest_cost(run) == emulator.bill
        again = server.run("generateBatch", [TITLES, MODELS, *LOOK])
    assert again.output[0]["cost_usd"] == 0
    assert manifest_cost(again) == emulator.bill


def test_a_picture_that_was_billed_to_a_leaf_that_was_killed_is_named_as_maybe_billed(
    emulator: Emulator, minio: MinioServer, bucket: str
) -> None:
    processes: list[Worker] = []

    def kill_and_bill(handler: Handler, request: Request) -> None:
        processes[-1].send_signal(signal.SIGKILL)
        handler.picture(request, picture_for(request))

    def watch(run: Run, process: Worker) -> None:
        processes.append(process)

    emulator.faults.append(kill_and_bill)
    with worker(emulator, minio, bucket, minio.port, watch) as server:
        run = server.run("generateBatch", [["One"], ["gpt-image-2"], *LOOK])
    [outcome] = outcomes(run)
    assert outcome["maybe_billed"] == 1
    assert dollars(outcome["cost_usd"]) == emulator.bill / 2 > 0
    assert "and 1 more that may have been billed" in run.output[0]["cost"]


def test_a_batch_names_and_counts_a_picture_for_which_the_store_has_no_room_at_all(
    emulator: Emulator, minio: MinioServer, bucket: str
) -> None:
    """Nor for a note of what it cost."""

    def refuse_what_follows_a_request(data: bytes) -> None:
        if emulator.requests and data.startswith(f"PUT /{bucket}-originals/".encode()):
            raise AnswerError(NO_ROOM)

    with (
        TcpProxy(minio.port, refuse_what_follows_a_request) as proxy,
        worker(emulator, minio, bucket, proxy.port, STORE_PATIENCE_SECONDS="1") as server,
    ):
        run = server.run("generateBatch", [["One"], ["gpt-image-2"], *LOOK])
        [leaf] = server.children(run)
    [outcome] = outcomes(run)
    assert (outcome["status"], outcome["error"]["code"], len(leaf.pids)) == ("failed", "lost_picture", 1)
    assert "The server's disk is full: free some space." in outcome["error"]["message"]
    assert dollars(outcome["cost_usd"]) == manifest_cost(run) == emulator.bill > 0
    assert emulator.billed == 1
