"""A rehearsal of the deployment, as far as it goes without Render and without Docker.

The MinIO built at the pin is started with the image's own command line and environment, on files laid out as in its
last stage. What `docker run` would map is mapped: the volume to a folder, the port to a free one. Both services get
their environment from render.yaml.
"""

import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from minio import Minio

from local import worker_user
from tests.deploy.blueprint import MINIO, WORKER, Blueprint
from tests.deploy.dockerfile import Dockerfile
from tests.e2e.task_server import ROOT, TaskServer
from tests.e2e.test_paying_once import BATCH, outcomes
from tests.minio_server import free_port

IMAGE = Dockerfile.read(ROOT / "deploy/minio.Dockerfile")
BLUEPRINT = Blueprint.read()
MINIO_RUNS_AS = 10001


class Container:
    """A container of the image, in all but its walls."""

    def __init__(self, root: Path, minio_program: str) -> None:
        """Lay out the files; nothing is started yet."""
        self.address = f"127.0.0.1:{free_port()}"
        self._command = [f"{root}{IMAGE.command_line[0]}", *IMAGE.command_line[1:]]
        for place, source in IMAGE.copied.items():
            self._lay(ROOT / source, Path(f"{root}{place}"))
        self._lay(Path(minio_program), root / "usr/local/bin/minio")
        self.disk = Path(f"{root}{IMAGE.environment['MINIO_VOLUMES']}")
        self.environment = {
            "PATH": f"{root}/usr/local/bin:{os.environ['PATH']}",
            "HOME": "/root",
            **IMAGE.environment,
            **BLUEPRINT.environment(MINIO, {}),
            "MINIO_VOLUMES": str(self.disk),
            "MINIO_ADDRESS": self.address,
        }
        self._log = root / "log"
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def _lay(source: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)
        place.chmod(0o755)

    def start(self) -> None:
        """Start, and wait until the image's health check is content."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not self.is_healthy():
            assert self._process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)

    def kill(self) -> None:
        """End at once, as a machine does that loses its power."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def is_healthy(self) -> bool:
        """Run the health check as Docker does, by the shell and in the container's environment."""
        done = subprocess.run(["sh", "-c", IMAGE.health_check], env=self.environment, capture_output=True, check=False)
        return done.returncode == 0

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def user(self) -> int:
        """The user that the process is now."""
        assert self._process
        return Path(f"/proc/{self._process.pid}").stat().st_uid

    def etags(self) -> dict[str, str | None]:
        """Return every object of both buckets, each with what its bytes are known by."""
        user, password = (self.environment[name] for name in ("MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"))
        client = Minio(self.address, access_key=user, secret_key=password, secure=False, region="us-east-1")
        return {
            f"{bucket.name}/{found.object_name}": found.etag
            for bucket in client.list_buckets()
            for found in client.list_objects(bucket.name, recursive=True)
        }


@pytest.fixture
def container(minio_program: str, open_folder: Path) -> Iterator[Container]:
    for program, package in {"curl": "curl", "setpriv": "util-linux"}.items():
        if not shutil.which(program):
            pytest.skip(f"no {program}, which the image has: install {package}")
    container = Container(open_folder, minio_program)
    container.start()
    yield container
    container.kill()


def pictures(found: list[dict[str, Any]]) -> list[bytes]:
    """Fetch what the links lead to, as a reader does."""
    read = []
    for outcome in found:
        with urllib.request.urlopen(outcome["image_url"]) as answer:
            read.append(answer.read())
    return read


def test_the_deployment_serves_a_batch_and_loses_nothing_to_a_power_cut(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.getuid() == 0:
        assert container.user == MINIO_RUNS_AS
        assert container.disk.stat().st_uid == MINIO_RUNS_AS
    worker = BLUEPRINT.environment(WORKER, {MINIO: container.address})

    for name in ("MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"):
        monkeypatch.setenv(name, container.environment[name])
    monkeypatch.setenv("MINIO_ENDPOINT", f"http://{container.address}")
    monkeypatch.setenv("MINIO_SECRET_KEY", worker["MINIO_SECRET_KEY"])
    assert worker_user.main([]) == worker_user.main([]) == 0

    simulated = {"SIMULATE_PROVIDERS": "1", "SIMULATED_LATENCY_SECONDS": "0", "RENDER": "true"}
    with TaskServer({**worker, **simulated}) as server:
        first = outcomes(server.run("generateBatch", BATCH))
        assert [outcome["reused"] for outcome in first] == [False] * 10
        seen, kept = pictures(first), container.etags()
        assert all(picture.startswith(b"\xff\xd8") for picture in seen)

        container.kill()
        assert not container.is_healthy()
        container.start()

        assert container.etags() == kept
        again = outcomes(server.run("generateBatch", BATCH))
        assert [outcome["reused"] for outcome in again] == [True] * 10
        assert pictures(again) == seen


def test_the_console_answers_nobody(container: Container) -> None:
    """A browser is sent from the API to the console where there is one."""
    request = urllib.request.Request(f"http://{container.address}/", headers={"User-Agent": "Mozilla/5.0"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 403
    caught.value.close()
