"""Never paying twice: the worker's processes, a real MinIO, and an emulator that counts what it bills.

What holds for every store is tested on the directory store too.
"""

import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from minio import Minio
from minio.credentials.providers import StaticProvider
from minio.error import S3Error
from minio.minioadmin import MinioAdmin
from PIL import Image

from originals.claim import EXPIRY_SECONDS
from tests.support.emulator import Emulator, Handler, Request, gemini_error, openai_error, picture_for
from tests.support.minio_server import PASSWORD, USER, MinioServer
from tests.support.project import TUTORIAL_BATCH
from tests.support.task_server import Run, TaskServer, Worker
from tests.support.tcp_proxy import CutError, TcpProxy
from tests.support.wait import TIMEOUT_SECONDS, wait_until

BATCH = json.loads(TUTORIAL_BATCH.read_text())
LOOK = ["neon", "left-panel", "lora"]
LEAF = ["One", "gpt-image-2", *LOOK]


@pytest.fixture
def own_minio(minio_program: str, tmp_path: Path) -> Iterator[MinioServer]:
    """A server that the test may end."""
    with MinioServer(minio_program, tmp_path / "minio") as server:
        yield server


@dataclass(frozen=True)
class Pictures:
    """Where a worker keeps its pictures: in buckets or folders."""

    environment: Mapping[str, str]
    list: Callable[[str], set[str]]  # By the suffix of the bucket's name.

    def names(self, area: str = "", ending: str = ".jpg") -> set[str]:
        """Return all but the covers, which are copies."""
        return {name for name in self.list(area) if name.endswith(ending) and not name.startswith("covers/")}


@pytest.fixture(params=["minio", "directory"])
def pictures(request: pytest.FixtureRequest, bucket: str, tmp_path: Path) -> Pictures:
    """MinIO's buckets, or folders: every store must keep a worker from paying twice."""
    if request.param == "minio":
        server: MinioServer = request.getfixturevalue("minio")
        return Pictures({**server.environment, "MINIO_BUCKET": bucket}, lambda area: names(server, f"{bucket}{area}"))

    def files(area: str) -> set[str]:
        folder = tmp_path / f"{bucket}{area}"
        visible = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        return {path.relative_to(folder).as_posix() for path in visible}

    return Pictures({"THUMBNAILS_DIR": str(tmp_path), "MINIO_BUCKET": bucket}, files)


def worker_at(emulator: Emulator, pictures: Pictures, **more: Any) -> TaskServer:
    return TaskServer({**emulator.environment, **pictures.environment}, warm=True, **more)


def worker(emulator: Emulator, minio: MinioServer, bucket: str, **more: Any) -> TaskServer:
    variables = {**emulator.environment, **minio.environment, "MINIO_BUCKET": bucket, **more.pop("variables", {})}
    return TaskServer(variables, warm=True, **more)


def client(minio: MinioServer) -> Minio:
    return Minio(f"127.0.0.1:{minio.port}", access_key=USER, secret_key=PASSWORD, secure=False, region="us-east-1")


def names(minio: MinioServer, bucket: str) -> set[str]:
    return {str(each.object_name) for each in client(minio).list_objects(bucket, recursive=True)}


def has_room(minio: MinioServer, bucket: str) -> bool:
    try:
        client(minio).put_object(bucket, "room", io.BytesIO(bytes(3_000_000)), 3_000_000)
    except S3Error:
        return False
    client(minio).remove_object(bucket, "room")
    return True


def outcomes(run: Run) -> list[dict[str, Any]]:
    assert run.succeeded, run.errors
    return [outcome for row in run.output[0]["rows"] for outcome in row["results"]]


def test_the_tutorials_batch_is_ten_jpegs_that_anyone_can_fetch_and_is_never_paid_again(
    emulator: Emulator, pictures: Pictures
) -> None:
    with worker_at(emulator, pictures) as server:
        first = outcomes(server.run("generateBatch", BATCH))
        ten = pictures.names()
        assert len(ten) == 10
        assert ten == {outcome["key"] for outcome in first}
        for outcome in first:
            with urllib.request.urlopen(outcome["image_url"]) as answer:
                assert answer.headers["Content-Type"] == "image/jpeg"
                with Image.open(io.BytesIO(answer.read())) as image:
                    assert (image.format, image.size) == ("JPEG", (1200, 630))
        originals = pictures.names("-originals", "")
        assert len([name for name in originals if not name.startswith("history/")]) == emulator.billed == 10
        assert not any(name.startswith("claims/") for name in originals)

        assert all(outcome["reused"] for outcome in outcomes(server.run("generateBatch", BATCH)))
        assert pictures.names() == ten
        assert len(emulator.requests) == 10

        other_template = [*BATCH[:3], "left-panel", *BATCH[4:]]
        other_font = [*BATCH[:4], "lora", *BATCH[5:]]
        assert all(outcome["reused"] for outcome in outcomes(server.run("generateBatch", other_template)))
        assert all(outcome["reused"] for outcome in outcomes(server.run("generateBatch", other_font)))
        assert len(pictures.names()) == 30
        assert len(emulator.requests) == 10

        outcomes(server.run("generateBatch", [*BATCH, 1]))
        assert emulator.billed == len(emulator.requests) == 20
        assert len(pictures.names()) == 40


def test_the_same_batch_started_twice_at_once_is_paid_once(pictures: Pictures) -> None:
    with Emulator(latency_seconds=1) as emulator, worker_at(emulator, pictures) as server:
        runs = [server.start("generateBatch", BATCH) for _ in range(2)]
        assert all(run.ended.wait(TIMEOUT_SECONDS) for run in runs)
        assert [len(outcomes(run)) for run in runs] == [10, 10]
    assert emulator.billed == len(emulator.requests) == 10
    assert len(pictures.names()) == 10


def test_twenty_leaves_of_the_same_pair_at_once_are_paid_once(pictures: Pictures) -> None:
    with Emulator(latency_seconds=1) as emulator, worker_at(emulator, pictures) as server:
        runs = [server.start("generateThumbnail", LEAF) for _ in range(20)]
        assert all(run.ended.wait(TIMEOUT_SECONDS) for run in runs)
    assert all(run.succeeded for run in runs), [run.errors for run in runs]
    assert sorted(run.output[0]["reused"] for run in runs) == [False] + [True] * 19
    assert emulator.billed == len(emulator.requests) == 1


def test_ids_that_one_model_serves_share_one_paid_picture(pictures: Pictures) -> None:
    with Emulator(latency_seconds=1) as emulator, worker_at(emulator, pictures) as server:
        run = server.run("generateBatch", [["One"], ["gpt-image-1", "gpt-image-2.5-flare"], *LOOK])
    assert sorted(outcome["reused"] for outcome in outcomes(run)) == [False, True]
    assert emulator.billed == 1
    assert len(pictures.names()) == 2


def test_a_killed_owners_claim_is_taken_over_by_another_run_after_its_expiry_and_not_before(
    emulator: Emulator, pictures: Pictures
) -> None:
    killed_at: list[float] = []

    def kill_when_asked(run: Run, process: Worker) -> None:
        if killed_at:
            return

        def kill() -> None:
            wait_until(lambda: emulator.requests)
            process.send_signal(signal.SIGKILL)
            killed_at.append(time.monotonic())

        threading.Thread(target=kill, daemon=True).start()

    emulator.faults.append(lambda handler, request: time.sleep(1))
    with worker_at(emulator, pictures, on_start=kill_when_asked, wait_scale=100) as server:
        server.start("generateThumbnail", LEAF)  # Its own retry is minutes away.
        wait_until(lambda: killed_at)
        run = server.run("generateThumbnail", LEAF)
        server.abandon()
    assert run.succeeded, run.errors
    _, second = emulator.requests
    assert second.at - killed_at[0] >= EXPIRY_SECONDS


def test_a_server_that_stays_down_costs_nothing(emulator: Emulator, own_minio: MinioServer, bucket: str) -> None:
    own_minio.kill()
    with worker(emulator, own_minio, bucket, variables={"STORE_PATIENCE_SECONDS": "1"}) as server:
        batch = server.run("generateBatch", BATCH)
        assert server.children(batch) == []
        leaf = server.run("generateThumbnail", LEAF)
    for run in (batch, leaf):
        assert not run.succeeded
        assert f"MinIO at http://127.0.0.1:{own_minio.port}, bucket {bucket}" in run.errors[-1]
        assert "Check MINIO_ENDPOINT, and that the server is up." in run.errors[-1]
        assert "waiting for the store" in run.logs[-1]
        assert PASSWORD not in "".join([*run.errors, *run.logs])
    assert emulator.requests == []


def test_a_batch_that_is_started_before_its_store_waits_for_it(
    emulator: Emulator, own_minio: MinioServer, bucket: str
) -> None:
    own_minio.kill()
    with worker(emulator, own_minio, bucket) as server:
        batch = server.start("generateBatch", [["One"], ["gpt-image-2"], *LOOK])
        wait_until(lambda: "waiting for the store" in batch.printed())
        own_minio.start()
        assert batch.ended.wait(TIMEOUT_SECONDS)
    assert [outcome["status"] for outcome in outcomes(batch)] == ["ok"]
    assert len(batch.pids) == 1
    assert batch.errors == []


@pytest.mark.parametrize("away", ["killed", "frozen"])
def test_a_store_that_is_away_while_leaves_look_compose_and_upload_fails_none_of_them(
    emulator: Emulator, own_minio: MinioServer, bucket: str, away: str
) -> None:
    batch = [[f"Title {number}" for number in range(8)], ["gpt-image-2"], *LOOK]
    with worker(emulator, own_minio, bucket) as server:
        outcomes(server.run("generateBatch", batch))
        again = server.start("generateBatch", [*batch[:4], "inter"])
        wait_until(lambda: len(server.children(again)) >= 4)
        own_minio.kill() if away == "killed" else own_minio.freeze()
        time.sleep(2)
        own_minio.start() if away == "killed" else own_minio.thaw()
        assert again.ended.wait(TIMEOUT_SECONDS)
        attempts = [len(leaf.pids) for leaf in server.children(again)]
    assert [outcome["status"] for outcome in outcomes(again)] == ["ok"] * 8
    assert attempts == [1] * 8
    assert emulator.billed == 8


def test_a_picture_that_was_paid_for_waits_for_a_store_that_went_down(
    emulator: Emulator, own_minio: MinioServer, bucket: str
) -> None:
    def while_the_store_goes_down(handler: Handler, request: Request) -> None:
        own_minio.kill()
        handler.picture(request, picture_for(request))

    emulator.faults.append(while_the_store_goes_down)
    with worker(emulator, own_minio, bucket) as server:
        run = server.start("generateThumbnail", LEAF)
        wait_until(lambda: "waiting for the store" in run.printed())
        own_minio.start()
        assert run.ended.wait(TIMEOUT_SECONDS)
    assert run.succeeded, run.errors
    assert len(run.pids) == 1
    assert emulator.billed == len(emulator.requests) == 1


def through(proxy: TcpProxy) -> dict[str, str]:
    return {"MINIO_ENDPOINT": f"http://127.0.0.1:{proxy.port}"}


def test_a_store_down_between_original_and_thumbnail_costs_nothing_more(
    emulator: Emulator, minio: MinioServer, bucket: str
) -> None:
    refused: list[bytes] = []

    def refuse_thumbnails_for_a_while(data: bytes) -> None:
        if data.startswith(f"PUT /{bucket}/neon/".encode()) and len(refused) < 6:
            refused.append(data)
            raise CutError

    with (
        TcpProxy(minio.port, refuse_thumbnails_for_a_while) as proxy,
        worker(emulator, minio, bucket, variables=through(proxy)) as server,
    ):
        run = server.run("generateThumbnail", LEAF)
    assert run.succeeded, run.errors
    assert len(run.pids) == 1
    assert "waiting for the store" in run.logs[0]
    assert emulator.billed == len(emulator.requests) == 1


def test_a_connection_reset_in_the_middle_of_a_put_is_tried_again(
    emulator: Emulator, minio: MinioServer, bucket: str
) -> None:
    cut: list[bytes] = []

    def cut_every_other_body(data: bytes) -> None:
        if len(data) > 4000 and len(cut) < 2:
            cut.append(data)
            raise CutError

    with (
        TcpProxy(minio.port, cut_every_other_body) as proxy,
        worker(emulator, minio, bucket, variables=through(proxy)) as server,
    ):
        run = server.run("generateThumbnail", LEAF)
    assert len(cut) == 2
    assert run.succeeded, run.errors
    assert len(run.pids) == 1
    assert emulator.billed == 1


def test_a_slow_store_only_takes_longer(emulator: Emulator, minio: MinioServer, bucket: str) -> None:
    with (
        TcpProxy(minio.port, lambda data: time.sleep(0.1)) as proxy,
        worker(emulator, minio, bucket, variables=through(proxy)) as server,
    ):
        run = server.run("generateThumbnail", LEAF)
    assert run.succeeded, run.errors
    assert emulator.billed == 1


def test_a_full_disk_is_named_and_costs_one_picture_at_most(
    emulator: Emulator, minio: MinioServer, bucket: str
) -> None:
    admin = MinioAdmin(endpoint=f"127.0.0.1:{minio.port}", credentials=StaticProvider(USER, PASSWORD), secure=False)
    with worker(emulator, minio, bucket) as server:
        first = server.run("generateThumbnail", LEAF)
        admin.bucket_quota_set(bucket, 1)
        full = server.run("generateThumbnail", ["Two", *LEAF[1:]])
        admin.bucket_quota_clear(bucket)
        again = server.run("generateThumbnail", ["Two", *LEAF[1:]])
    assert first.succeeded
    assert not full.succeeded
    assert len(full.pids) == 3
    assert f"bucket {bucket}: XMinioAdminBucketQuotaExceeded. The bucket's quota is used up" in full.errors[-1]
    assert again.succeeded
    # If MinIO has counted by then what the bucket holds, it refuses already the check before the payment.
    assert emulator.billed == len(emulator.requests) == 2


@pytest.mark.parametrize(
    ("variables", "remedy"),
    [
        ({"MINIO_SECRET_KEY": "canary-wrong-key"}, "MINIO_SECRET_KEY does not match MINIO_ACCESS_KEY"),
        ({"MINIO_ACCESS_KEY": "canary-nobody"}, "does not know MINIO_ACCESS_KEY"),
        ({"MINIO_ENDPOINT": "http://no-such-host.invalid:9000"}, "there is no such host"),
        ({"MINIO_SECRET_KEY": ""}, "MINIO_SECRET_KEY is not set"),
        ({"MINIO_ENDPOINT": "localhost:9000"}, "give a full URL"),
    ],
)
def test_a_store_that_is_not_ours_to_use_costs_nothing(
    emulator: Emulator, minio: MinioServer, bucket: str, variables: dict[str, str], remedy: str
) -> None:
    with worker(emulator, minio, bucket, variables=variables) as server:
        batch, leaf = server.run("generateBatch", BATCH), server.run("generateThumbnail", LEAF)
    assert not batch.succeeded
    assert remedy in batch.errors[-1]
    assert remedy in (leaf.output[0]["error"]["message"] if leaf.succeeded else leaf.errors[-1])
    for run in (batch, leaf):
        assert "canary" not in "".join([*run.errors, *run.logs])
    assert emulator.requests == []


def test_a_refused_prompt_is_asked_for_once_whatever_becomes_of_the_others(
    emulator: Emulator, pictures: Pictures
) -> None:
    """OpenAI refuses, Gemini is down, and the batch is run again."""

    def answer(request: Request) -> Callable[[Handler, Request], None]:
        def refuse(handler: Handler, request: Request) -> None:
            if request.vendor == "openai":
                error = openai_error("moderation_blocked", "Rejected.", "image_generation_user_error")
                handler.reply(400, error)
            else:
                handler.reply(503, gemini_error(503, "UNAVAILABLE", "Overloaded."))

        return refuse

    emulator.choose_fault = answer
    batch = [["One", "Two"], ["gpt-image-2", "gemini-3-pro-image"], *LOOK]
    with worker_at(emulator, pictures) as server:
        runs = [server.run("generateBatch", batch) for _ in range(2)]
    for run in runs:
        assert [outcome["status"] for outcome in outcomes(run)] == ["rejected", "failed"] * 2
        assert len(run.pids) == 1, "starting over could mend nothing"
    asked = Counter(request.vendor for request in emulator.requests)
    assert asked == {"openai": 2, "gemini": 2 * 2 * 3}
    message = outcomes(runs[1])[0]["error"]["message"]
    assert re.search(r"It was refused on \d{4}-\d\d-\d\d and is not requested again\. To request it anyway", message)
    assert not any(name.startswith("claims/") for name in pictures.names("-originals", ""))


def test_unusable_pictures_are_paid_for_twice_at_most_and_kept(emulator: Emulator, pictures: Pictures) -> None:
    def half(handler: Handler, request: Request) -> None:
        whole = picture_for(request)
        handler.picture(request, whole[: len(whole) // 2])

    emulator.choose_fault = lambda request: half
    with worker_at(emulator, pictures) as server:
        runs = [server.run("generateBatch", [["One", "Two", "Three"], ["gpt-image-2"], *LOOK]) for _ in range(2)]
    for run in runs:
        assert [outcome["status"] for outcome in outcomes(run)] == ["failed"] * 3
    assert emulator.billed == 6
    assert "Run again later, or ask for another variation" in outcomes(runs[0])[0]["error"]["message"]
    assert [name for name in pictures.names("-originals", "") if name.startswith("unusable/")]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 48 MB, with room for what was removed and MinIO has yet to clear away."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root can mount a small disk: run the tests as root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_without_room_for_a_picture_is_paid_into_once(
    emulator: Emulator, minio_program: str, small_disk: Path, bucket: str
) -> None:
    def noise(handler: Handler, request: Request) -> None:
        width, height = map(int, str(request.body["size"]).split("x"))
        out = io.BytesIO()
        Image.frombytes("RGB", (width, height), random.Random(1).randbytes(width * height * 3)).save(out, "PNG")
        handler.picture(request, out.getvalue())

    emulator.choose_fault = lambda request: noise
    with (
        MinioServer(minio_program, small_disk / "minio") as server_with_little_room,
        worker(emulator, server_with_little_room, bucket, variables={"STORE_PATIENCE_SECONDS": "3"}) as server,
    ):
        filler = small_disk / "filler"
        assert server.run("generateBatch", [["Zero"], ["dall-e-3"], *LOOK]).pids  # Makes the buckets.
        billed = emulator.billed
        room = shutil.disk_usage(small_disk).free
        filler.write_bytes(bytes(room - 1_000_000))
        lost, full = [server.run("generateThumbnail", LEAF) for _ in range(2)]
        assert (lost.output[0]["error"]["code"], len(lost.pids)) == ("lost_picture", 1)
        assert not full.succeeded
        assert all("no more are requested until there is" in error for error in full.errors), full.errors
        assert emulator.billed == billed + 1
        filler.unlink()
        wait_until(lambda: has_room(server_with_little_room, bucket))  # MinIO looks at its disk every few seconds.
        again = server.run("generateThumbnail", LEAF)
    assert again.succeeded, again.errors
    assert emulator.billed == billed + 2


def test_kill_9_at_each_request_to_the_store_and_a_retry_leave_every_thumbnail_whole_and_paid_once(
    emulator: Emulator, minio: MinioServer, bucket: str
) -> None:
    """The first leaf is killed as it sends its first request, the second at its second, until one is through before."""
    killed_at: list[bytes] = []
    left = 0
    process: Any = None

    def kill_when_it_is_time(data: bytes) -> None:
        nonlocal left, process
        if process and re.match(rb"(GET|HEAD|PUT|DELETE) ", data):
            left -= 1
            if left < 0:
                process.kill()
                process.wait(TIMEOUT_SECONDS)
                process = None
                killed_at.append(data.split()[0])
                paid.append(emulator.billed)
                kept.append(len(originals()))
                raise CutError

    def watch(run: Run, started: Any) -> None:
        nonlocal process
        process = started if len(run.pids) == 1 else None

    def originals() -> set[str]:
        found = names(minio, f"{bucket}-originals")
        return {name for name in found if not name.startswith(("claims/", "history/"))}

    paid: list[int] = []
    kept: list[int] = []
    keys = set()
    with worker(emulator, minio, bucket) as server:
        assert server.run("generateThumbnail", LEAF).succeeded  # Makes the buckets.
    with (
        TcpProxy(minio.port, kill_when_it_is_time) as proxy,
        worker(emulator, minio, bucket, variables=through(proxy), on_start=watch) as server,
    ):
        for number in range(100):
            billed, there = emulator.billed, len(originals())
            left, kills = number, len(killed_at)
            run = server.run("generateThumbnail", [f"Title {number}", *LEAF[1:]])
            process = None
            assert run.succeeded, run.errors
            keys.add(run.output[0]["key"])
            with urllib.request.urlopen(run.output[0]["image_url"]) as answer:
                Image.open(io.BytesIO(answer.read())).load()
            if len(killed_at) == kills:
                break
            lost = (paid[-1] - billed) - (kept[-1] - there)  # Killed between the bill and the store.
            assert emulator.billed - billed == 1 + lost, killed_at[-1]
    assert emulator.billed - billed == 1
    assert {*killed_at} == {b"HEAD", b"GET", b"PUT", b"DELETE"}
    assert keys <= names(minio, bucket)
    print(f"killed at {len(killed_at)} requests")


def test_sigterm_at_random_moments_loses_nothing_that_is_paid_for(pictures: Pictures) -> None:
    """Render sends it when an instance is to go; the grace is longer than any picture here takes."""
    chance = random.Random(7)
    terminated: Counter[str] = Counter()

    def terminate_later(run: Run, process: Worker) -> None:
        if run.input[0] in terminated:
            return
        terminated[run.input[0]] += 1
        timer = threading.Timer(chance.uniform(0, 2), process.send_signal, [signal.SIGTERM])
        timer.daemon = True
        timer.start()

    titles = [f"Title {number}" for number in range(12)]
    with (
        Emulator(latency_seconds=1) as emulator,
        worker_at(emulator, pictures, on_start=terminate_later) as server,
    ):
        for part in range(0, len(titles), 4):
            runs = [server.start("generateThumbnail", [title, *LEAF[1:]]) for title in titles[part : part + 4]]
            assert all(run.ended.wait(TIMEOUT_SECONDS) for run in runs)
            assert all(run.succeeded for run in runs), [run.errors for run in runs]
    assert emulator.billed == len(emulator.requests) == 12
    assert len(pictures.names()) == 12
    assert not any(name.startswith("claims/") for name in pictures.names("-originals", ""))


def test_a_terminated_parent_writes_its_record_and_continues_when_it_is_started_again(pictures: Pictures) -> None:
    batch = [[f"Title {number}" for number in range(4)], ["gpt-image-2"], *LOOK]
    with Emulator(latency_seconds=3) as emulator, worker_at(emulator, pictures) as server:
        parent = server.start("generateBatch", batch)
        wait_until(lambda: emulator.requests)
        os.kill(parent.pids[0], signal.SIGTERM)
        assert parent.ended.wait(TIMEOUT_SECONDS)
        assert "Stopped before this was finished" in parent.errors[0]
        assert [outcome["status"] for outcome in outcomes(parent)] == ["ok"] * 4
    assert emulator.billed == len(emulator.requests) == 4
