"""Rehearses the deployment, as much as is possible without Render and Docker.

Store and front start with their images' own command lines and environment, on files laid out as in the images' last
stages. The worker is the real process, a new one for each attempt. All get their environment from render.yaml, and
nothing is done by hand.
"""

import copy
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pytest
from minio import Minio
from minio.error import S3Error
from playwright.sync_api import Browser

from tests.deploy.blueprint import FRONT, STORE, WORKER, Blueprint
from tests.deploy.containers import MINIO_RUNS_AS, Container
from tests.e2e.browsing import load_all, show
from tests.e2e.deployment import BLUEPRINT, Answer, Deployment, deployed, fetch, front, store
from tests.e2e.test_paying_once import BATCH, LEAF, LOOK, outcomes
from tests.support.minio_server import DEPLOYED
from tests.support.project import ROOT
from tests.support.task_server import TaskServer
from tests.support.wait import TIMEOUT_SECONDS


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    with deployed() as deployment:
        yield deployment


@pytest.fixture(scope="module")
def untouched() -> Iterator[Deployment]:
    """For tests that leave it as it is."""
    with deployed() as deployment:
        yield deployment


def read(deployment: Deployment, url: str) -> Answer:
    """Fetch what a link leads to, which is the front's."""
    split = urlsplit(url)
    assert split.netloc == deployment.public
    return fetch(deployment, f"{split.path}?{split.query}")


def pictures(deployment: Deployment, found: list[dict[str, Any]]) -> list[bytes]:
    return [read(deployment, outcome["image_url"]).body for outcome in found]


def test_the_deployment_serves_a_batch_and_loses_nothing_to_a_power_cut(
    deployment: Deployment, browser: Browser
) -> None:
    with TaskServer(deployment.worker) as server:
        run = server.run("generateBatch", BATCH)
        first = outcomes(run)
        assert [outcome["reused"] for outcome in first] == [False] * 10
        seen, kept = pictures(deployment, first), objects(deployment)
        assert all(picture.startswith(b"\xff\xd8") for picture in seen)
        originals = [name for name in kept if name.startswith(f"{deployment.bucket}-originals/")]
        assert len(originals) == 2 * 10, "a ledger for each; the claims are removed, which the worker's policy allows"
        look_at_the_gallery(deployment, browser, run.output[0]["gallery_url"])

        deployment.store.kill()
        assert not deployment.store.is_healthy()
        deployment.store.start()

        assert objects(deployment) == kept
    with TaskServer(deployment.worker, warm=True) as server:
        again = outcomes(server.run("generateBatch", BATCH))
        assert [outcome["reused"] for outcome in again] == [True] * 10
        assert pictures(deployment, again) == seen


def objects(deployment: Deployment) -> dict[str, Any]:
    return {name: held for name, held in deployment.everything().items() if "/" in name}


def look_at_the_gallery(deployment: Deployment, browser: Browser, gallery_url: str) -> None:
    assert gallery_url.startswith(f"http://{deployment.public}/")
    page, faults = show(browser, gallery_url)
    assert load_all(page) == 10
    page.get_by_role("link", name="All batches").click()
    page.wait_for_url(f"http://{deployment.public}/{deployment.bucket}/index.html")
    page.goto(f"http://{deployment.public}/")
    assert page.locator("main li").count() == 1
    page.close()
    assert faults == []


def test_a_whole_batch_in_one_process_uses_the_same_store(deployment: Deployment) -> None:
    """As docs/limits.md has it for large batches: the cron job with the workflow's variables and without --on."""
    environment = {**os.environ, **deployment.worker, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "cli", "--json", "--title", "One", "--model", "gpt-image-2"]
    look = ["--style", "neon", "--template", "left-panel", "--font", "lora"]
    done = subprocess.run([*command, *look], cwd="/", env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)["rows"][0]["results"]
    with TaskServer(deployment.worker, warm=True) as server:
        [found] = outcomes(server.run("generateBatch", [["One"], ["gpt-image-2"], *LOOK]))
    assert found["reused"]
    assert pictures(deployment, [found]) == pictures(deployment, made)


def test_two_runs_at_once_make_one_picture_between_them(deployment: Deployment) -> None:
    """By the claim that one of them gets, with no more than the worker's own rights."""
    with TaskServer(deployment.worker, warm=True) as server:
        runs = [server.start("generateThumbnail", LEAF) for _ in range(2)]
        assert all(run.ended.wait(TIMEOUT_SECONDS) for run in runs)
    assert sorted(run.output[0]["reused"] for run in runs) == [False, True]
    held = [name for name in objects(deployment) if name.startswith(f"{deployment.bucket}-originals/")]
    assert len(held) == 2, "the picture and its ledger"


def test_store_and_worker_have_no_more_rights_than_they_need(untouched: Deployment) -> None:
    if os.getuid() == 0:
        assert untouched.store.user == MINIO_RUNS_AS
        assert Path(untouched.store.environment["MINIO_VOLUMES"]).stat().st_uid == MINIO_RUNS_AS
        assert untouched.front.user not in (0, MINIO_RUNS_AS)
    keys = untouched.worker["MINIO_ACCESS_KEY"], untouched.worker["MINIO_SECRET_KEY"]
    worker = Minio(untouched.private, *keys, secure=False, region="us-east-1")
    for attempt in (worker.list_buckets, lambda: list(worker.list_objects(untouched.bucket))):
        with pytest.raises(S3Error, match="AccessDenied"):
            attempt()
    assert untouched.everything()["users"].keys() == {"thumbnails-worker"}


def with_variable(key: str, value: str) -> Blueprint:
    """Return the Blueprint with a variable more in the group that worker and store share."""
    content = copy.deepcopy(BLUEPRINT.content)
    [group] = content["envVarGroups"]
    group["envVars"] = [entry for entry in group["envVars"] if entry["key"] != key] + [{"key": key, "value": value}]
    return Blueprint(content)


def test_a_private_bucket_is_read_through_the_front_by_links_that_expire(browser: Browser) -> None:
    blueprint = with_variable("MINIO_PRESIGNED_HOURS", "1")
    with ExitStack() as stack:
        private = stack.enter_context(store(blueprint))
        private.start()
        public = stack.enter_context(front(private.environment["MINIO_ADDRESS"]))
        public.start()
        deployment = Deployment(private, public, blueprint)
        with TaskServer(deployment.worker, warm=True) as server:
            run = server.run("generateBatch", [["One"], ["gpt-image-2"], *LOOK])
        url = outcomes(run)[0]["image_url"]
        assert read(deployment, url).status == 200
        assert read(deployment, f"{url}&utm_source=x").status == 200
        assert read(deployment, url.partition("?")[0]).status == 404
        forged = read(deployment, url[:-8] + "00000000")
        assert (forged.status, b"This link has expired" in forged.body) == (403, True)
        page, faults = show(browser, run.output[0]["gallery_url"])
        assert load_all(page) == 1
        page.close()
        assert faults == []


def test_a_batch_that_starts_before_the_store_fails_with_that_reason_and_pays_for_nothing() -> None:
    with store() as private:
        worker = BLUEPRINT.environment(WORKER, {STORE: private.environment["MINIO_ADDRESS"], FRONT: "front.example"})
        more = {"SIMULATE_PROVIDERS": "1", "RENDER": "true", "STORE_PATIENCE_SECONDS": "1"}
        with TaskServer({**worker, **more}, warm=True) as server:
            run = server.run("generateBatch", BATCH)
            assert server.children(run) == []
        assert "cannot be reached" in run.errors[-1]
        assert "Check MINIO_ENDPOINT, and that the server is up." in run.errors[-1]


def test_a_changed_secret_is_the_users_after_a_deploy(deployment: Deployment) -> None:
    before, secret = deployment.worker, "bmV3LWdlbmVyYXRlZC9zZWNyZXQrd2l0aC9hbGwrb2YvaXQ="
    deployment.store.kill()
    deployment.store.environment["MINIO_SECRET_KEY"] = secret
    deployment.store.start()
    with TaskServer({**before, "MINIO_SECRET_KEY": secret}, warm=True) as server:
        assert server.run("generateThumbnail", LEAF).output[0]["status"] == "ok"
    with TaskServer(before, warm=True) as server:
        assert "SignatureDoesNotMatch" in server.run("generateThumbnail", LEAF).output[0]["error"]["message"]


def test_after_a_theft_the_worker_gets_another_user(deployment: Deployment) -> None:
    """As SECURITY.md says: new keys for store and worker, and then one command in the store's shell."""
    deployment.store.kill()
    deployment.store.environment |= {"MINIO_ACCESS_KEY": "thumbnails-worker-2", "MINIO_SECRET_KEY": "another-secret"}
    deployment.store.start()
    done = deployment.store.shell("python", "-m", "deploy.worker_user", "--in-place-of", "thumbnails-worker")
    assert done.returncode == 0, done.stderr
    assert deployment.everything()["users"].keys() == {"thumbnails-worker-2"}


def test_a_store_that_cannot_be_set_up_says_why_and_serves_nothing() -> None:
    with store() as private:
        private.environment["MINIO_SECRET_KEY"] = "short"
        private.begin()
        assert private.ended() == 1
        assert not private.is_healthy()
        assert "MINIO_SECRET_KEY: give at least 8 characters" in private.log
        assert "Nothing is served until it succeeds." in private.log


def test_what_is_published_stays_up_even_if_the_store_cannot_be_set_up_again(deployment: Deployment) -> None:
    """As on a full disk, which a restart must not make worse."""
    with TaskServer(deployment.worker, warm=True) as server:
        run = server.run("generateBatch", [["One"], ["gpt-image-2"], *LOOK])
    deployment.store.kill()
    deployment.store.environment["MINIO_SECRET_KEY"] = "short"
    deployment.store.start()
    assert pictures(deployment, outcomes(run))[0].startswith(b"\xff\xd8")
    assert "Existing files are served; the worker may have no access." in deployment.store.log


def let_minio_die_once(private: Container) -> None:
    """Put a MinIO into the store that ends at once the first time it is started, as for lack of memory."""
    script = Path(private.environment["TMPDIR"]) / "minio"
    script.write_text(f'#!/bin/sh\n[ -e {script}.died ] && exec minio-itself "$@"\necho dying >{script}.died\nexit 7\n')
    private.lay(DEPLOYED, PurePosixPath("/usr/local/bin/minio-itself"))
    private.lay(script, PurePosixPath("/usr/local/bin/minio"))


def test_a_minio_that_dies_while_it_is_set_up_is_reported() -> None:
    with store() as private:
        let_minio_die_once(private)
        private.begin()
        assert private.ended() == 1
        assert "Nothing is served until it succeeds." in private.log


def test_what_is_published_is_served_even_if_minio_died_while_it_was_set_up(deployment: Deployment) -> None:
    with TaskServer(deployment.worker, warm=True) as server:
        run = server.run("generateBatch", [["One"], ["gpt-image-2"], *LOOK])
    deployment.store.kill()
    let_minio_die_once(deployment.store)
    deployment.store.start()
    assert "Existing files are served; the worker may have no access." in deployment.store.log
    assert pictures(deployment, outcomes(run))[0].startswith(b"\xff\xd8")


def test_no_secret_is_logged_and_minio_is_not_given_the_workers(untouched: Deployment) -> None:
    environment = untouched.store.environment
    for secret in (environment["MINIO_ROOT_PASSWORD"], environment["MINIO_SECRET_KEY"]):
        assert secret not in untouched.store.log
    process = Path(f"/proc/{untouched.store.pid}/environ").read_text()
    given = {line.partition("=")[0] for line in process.split("\0")}
    assert {"MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"} <= given
    assert not {"MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"} & given, "which MinIO takes for its root user's old names"
    assert not {name for name in untouched.front.environment if "SECRET" in name or "PASSWORD" in name}


def test_the_console_answers_nobody(untouched: Deployment) -> None:
    """A browser is sent from the API to the console where there is one."""
    connection = http.client.HTTPConnection(untouched.private)
    connection.request("GET", "/", headers={"User-Agent": "Mozilla/5.0"})
    assert connection.getresponse().status == 403
    connection.close()


def test_store_and_front_end_when_render_asks_them_to(deployment: Deployment) -> None:
    assert deployment.front.stop() == 0
    assert deployment.store.stop() == 0
