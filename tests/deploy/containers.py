"""The deployment's containers without Docker: their files, entry points, environment and health checks.

The files of an image's last stage are laid out in a folder, and mapped as by `docker run`: a volume to a folder, a port
to a free one.
"""

import importlib.metadata
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from tests.deploy.blueprint import STORE, Blueprint
from tests.deploy.dockerfile import Dockerfile
from tests.lacking import lacking, program
from tests.support.minio_server import free_port
from tests.support.project import ROOT
from tests.support.wait import TIMEOUT_SECONDS, wait_until

MINIO_RUNS_AS = 10001


class Container:
    """One container, which can be started, killed and started again."""

    def __init__(self, root: Path, image: Dockerfile, environment: Mapping[str, str]) -> None:
        """Lay out the image's files, without starting anything."""
        self._image = image
        self._root = root
        self._log = root / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = root / image.folder.relative_to("/")
        for place, source in image.copied().items():
            self.lay(ROOT / source, place)
        (root / "tmp").mkdir()
        for folder in (root, root / "tmp"):
            folder.chmod(0o777)
        self._log.touch()
        self.environment = {
            "PATH": f"{root}/usr/local/bin:{os.environ['PATH']}:/usr/sbin",
            "HOME": "/root",
            "TMPDIR": str(root / "tmp"),
            **image.environment,
            **environment,
        }

    def lay(self, source: Path, place: PurePosixPath) -> None:
        """Copy a file or folder to its place in the container, readable for every user of the machine."""
        inside = self._root / place.relative_to("/")
        inside.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, inside, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, inside)
            inside.chmod(0o755)

    def start(self) -> None:
        """Start, and wait until the image's health check passes."""
        self.begin()
        assert self._process
        process = self._process
        wait_until(lambda: self.is_healthy() or process.poll() is not None, lambda: self.log)
        assert process.poll() is None, self.log

    def begin(self) -> None:
        """Start without waiting."""
        entry, *rest = self._image.command_line
        user = self._image.user if self._image.user != "root" and os.getuid() == 0 else None
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [f"{self._root}{entry}", *rest],
                cwd=self._folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                user=user,
                start_new_session=True,
            )

    def shell(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it, as in Render's shell for a service."""
        environment = {**self.environment, "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            command,
            cwd=self._folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )

    def ended(self) -> int:
        """Wait for the container's end, and return its exit code."""
        assert self._process
        return self._process.wait(TIMEOUT_SECONDS)

    def kill(self) -> None:
        """Kill everything in it, as a power failure would."""
        if self._process:
            with suppress(ProcessLookupError):  # It has already ended.
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """Terminate it, as Render does, and return its exit code."""
        assert self._process
        self._process.terminate()
        return self.ended()

    def is_healthy(self) -> bool:
        """Run the health check as Docker does, in a shell with the container's environment."""
        check = ["sh", "-c", self._image.health_check]
        return subprocess.run(check, env=self.environment, capture_output=True, check=False).returncode == 0

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def pid(self) -> int:
        """The first process, with which all others in the container end."""
        assert self._process
        return self._process.pid

    @property
    def user(self) -> int:
        """The first process's current user."""
        return Path(f"/proc/{self.pid}").stat().st_uid


def store_container(root: Path, minio_program: str, blueprint: Blueprint) -> Container:
    """Return the store as the Blueprint configures it."""
    for name, package in {"curl": "curl", "setpriv": "util-linux"}.items():
        program(name, package)
    image = Dockerfile.read(ROOT / "deploy/minio.Dockerfile")
    address = f"127.0.0.1:{free_port()}"
    mapped = {
        "MINIO_VOLUMES": f"{root}{image.environment['MINIO_VOLUMES']}",
        "MINIO_ADDRESS": address,
        "MINIO_ENDPOINT": f"http://{address}",
        "SETUP_ADDRESS": f"127.0.0.1:{free_port()}",
    }
    container = Container(root, image, {**blueprint.environment(STORE, {}), **mapped})
    container.lay(Path(minio_program), PurePosixPath("/usr/local/bin/minio"))
    _lay_python(container, root)
    return container


def front_container(root: Path, environment: Mapping[str, str]) -> Container:
    """Return the public front, with Debian's nginx."""
    program("nginx", "nginx")
    image = Dockerfile.read(ROOT / "deploy/front.Dockerfile")
    mapped = {"FRONT_CONF": f"{root}{image.environment['FRONT_CONF']}", "PORT": f"127.0.0.1:{free_port()}"}
    return Container(root, image, {**environment, **mapped})


def _lay_python(container: Container, root: Path) -> None:
    """Give the container a Python with the packages of deploy/requirements.txt and no others."""
    packages = root / "packages"
    for name in re.findall(r"^([\w-]+)==", (ROOT / "deploy/requirements.txt").read_text(), re.MULTILINE):
        for file in importlib.metadata.distribution(name).files or []:
            if ".." not in file.parts:
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), packages / file)
    shim = root / "python"
    shim.write_text(f'#!/bin/sh\nPYTHONPATH="{packages}" exec "{_python()}" -S "$@"\n')
    container.lay(shim, PurePosixPath("/usr/local/bin/python"))


def _python() -> str:
    """Return a Python of the current version that MinIO's user may run too."""
    debians = Path(f"/usr/bin/python3.{sys.version_info.minor}")
    found = next(filter(_runs_for_minios_user, [Path(sys.executable).resolve(), debians]), None)
    return str(found or lacking(f"no Python that every user may run: install {debians}, or run the tests without root"))


def _runs_for_minios_user(python: Path) -> bool:
    user = MINIO_RUNS_AS if os.getuid() == 0 else None
    try:
        subprocess.run([python, "-c", "import ssl"], cwd="/", env={}, user=user, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True
