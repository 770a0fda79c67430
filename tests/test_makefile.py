"""What ``make`` takes and says, beyond running what other tests run."""

import os
import socket
import subprocess

from testing.project import ROOT


def make(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run make as from a shell, though `make test` may run this."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)


def test_a_batch_can_be_another_file_with_options() -> None:
    planned = make("--dry-run", "batch", "FILE=my posts.csv", "ARGS=--limit 5 --plan").stdout
    assert "-m local 'my posts.csv' --limit 5 --plan" in planned
    assert "-m local 'batch.json'" in make("--dry-run", "batch").stdout


def test_a_busy_port_is_reported_before_anything_is_built_or_printed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as other:
        port, free = taken.getsockname()[1], other.getsockname()[1]
        other.close()
        done = make("minio", "MINIO=/nowhere/minio", f"MINIO_PORT={free}", f"MINIO_CONSOLE_PORT={port}")
    assert done.returncode
    assert done.stdout.startswith(f"Port {port} is in use. Name two free ones: make minio MINIO_PORT=")
    assert "listens" not in done.stdout
