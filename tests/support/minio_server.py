"""A real MinIO server for tests: the one that ``make .minio/bin/minio`` builds like the deployment's, or PATH's."""

import os
import random
import shutil
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from tests.support.project import ROOT
from tests.support.wait import wait_until

DEPLOYED = ROOT / ".minio" / "bin" / "minio"
USER, PASSWORD = "root-user", "canary-root-password"


def find_minio() -> str | None:
    """Return the server's program, or None."""
    return str(DEPLOYED) if DEPLOYED.exists() else shutil.which("minio")


def free_port() -> int:
    """Return an unused port of 127.0.0.1 that no outgoing connection can take in the meantime."""
    while True:
        port = random.randrange(10_000, 32_768)  # Below the ephemeral ports.
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class MinioServer:
    """A server on its own port, which can be killed and started again with the same data."""

    def __init__(self, program: str, folder: Path) -> None:
        """Take the program and a folder for its data."""
        self._command = [program, "server", "--quiet", str(folder), "--address"]
        self.port = free_port()
        self.console_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def running(cls, port: int) -> "MinioServer":
        """Return a server that another process started and will stop."""
        server = cls("", Path())
        server.port = port
        return server

    def __enter__(self) -> "MinioServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point a worker here."""
        return {
            "MINIO_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "MINIO_ACCESS_KEY": USER,
            "MINIO_SECRET_KEY": PASSWORD,
        }

    def start(self) -> None:
        """Start, and wait until the server is ready."""
        address = [f"127.0.0.1:{self.port}", "--console-address", f"127.0.0.1:{self.console_port}"]
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = {**kept, "MINIO_ROOT_USER": USER, "MINIO_ROOT_PASSWORD": PASSWORD}
        self._process = subprocess.Popen(
            [*self._command, *address], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self._is_ready, lambda: "MinIO did not start")

    def kill(self) -> None:
        """Kill it, as a power failure would."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Suspend it: it accepts connections but never answers."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume it."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def _is_ready(self) -> bool:
        assert self._process
        assert self._process.poll() is None, "MinIO ended at once"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/minio/health/ready", timeout=2) as answer:
                is_ready = bool(answer.status == 200)
            socket.create_connection(("127.0.0.1", self.console_port)).close()  # Ready a little later.
        except OSError:
            return False
        return is_ready
