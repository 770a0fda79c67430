"""S3 servers that are not MinIO, for tests: versitygw, which ``make .minio/bin/versitygw`` builds, and moto."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.minio_server import PASSWORD, USER, free_port
from tests.support.project import ROOT
from tests.support.wait import wait_until

# moto's server, answering one request at a time: it looks whether an object exists and then writes it, so that of two
# conditional writes at once both might succeed.
MOTO = """
import sys, threading
from moto import server

run_simple, lock = server.run_simple, threading.Lock()

def run_serially(host, port, app, **options):
    def one_at_a_time(environ, start_response):
        with lock:
            return app(environ, start_response)
    run_simple(host, port, one_at_a_time, **options)

server.run_simple = run_serially
server.main(sys.argv[1:])
"""


def find_versitygw() -> str | None:
    """Return the server's program, or None."""
    built = ROOT / ".minio" / "bin" / "versitygw"
    return str(built) if built.exists() else shutil.which("versitygw")


@contextmanager
def versitygw(program: str, folder: Path) -> Iterator[dict[str, str]]:
    """Run versitygw over a folder, and yield the variables that point a worker there."""
    port = free_port()
    objects, metadata = folder / "objects", folder / "metadata"
    objects.mkdir()
    metadata.mkdir()  # Next to the objects, for file systems without extended attributes.
    keys = ["--access", USER, "--secret", PASSWORD]
    backend = ["posix", "--sidecar", str(metadata), str(objects)]
    with _serving([program, "--quiet", "--port", f"127.0.0.1:{port}", *keys, *backend], port) as environment:
        yield environment


@contextmanager
def moto() -> Iterator[dict[str, str]]:
    """Run moto's server, which keeps everything in memory and accepts any keys."""
    port = free_port()
    with _serving([sys.executable, "-c", MOTO, "-H", "127.0.0.1", "-p", str(port)], port) as environment:
        yield environment


@contextmanager
def _serving(command: Sequence[str], port: int) -> Iterator[dict[str, str]]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with subprocess.Popen(
        command, env={**kept, "PYTHONWARNINGS": "ignore"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(lambda: _listens(port) or process.poll() is not None, lambda: f"{command[0]} did not start")
            assert process.poll() is None, f"{command[0]} ended at once"
            yield {
                "MINIO_ENDPOINT": f"http://127.0.0.1:{port}",
                "MINIO_ACCESS_KEY": USER,
                "MINIO_SECRET_KEY": PASSWORD,
            }
        finally:
            process.kill()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
