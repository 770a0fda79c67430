"""What every test starts from: an environment that says nothing."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import Settings
from tests.minio_server import MinioServer, find_minio

OURS = (
    "BRAND_",
    "OPENAI_",
    "GOOGLE_",
    "GEMINI_",
    "MINIO_",
    "SIMULATE",
    "THUMBNAILS_",
    "RENDER",
    "LOG_LEVEL",
    "MAX_",
    "PRICES_",
    "FAN_OUT",
    "CRASH_",
)


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(OURS):
            monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Simulated pictures without latency, in a directory of the test's own."""
    return Settings(simulate_providers=True, simulated_latency_seconds=0, thumbnails_dir=tmp_path / "out")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Settings:
    """The same settings, said through the environment as a task reads them."""
    monkeypatch.setenv("SIMULATE_PROVIDERS", "1")
    monkeypatch.setenv("SIMULATED_LATENCY_SECONDS", "0")
    monkeypatch.setenv("THUMBNAILS_DIR", str(settings.thumbnails_dir))
    return settings


@pytest.fixture(scope="session")
def minio_program() -> str:
    """The MinIO server's program; where there is none, a test says so, and on CI it fails."""
    program = find_minio()
    if program:
        return program
    why = "no MinIO server: put minio on PATH, or run `make minio` once"
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def minio(minio_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MinioServer]:
    """One MinIO server for all tests; each takes buckets of its own."""
    with MinioServer(minio_program, tmp_path_factory.mktemp("minio")) as server:
        yield server


@pytest.fixture(scope="session")
def chromium_program() -> str:
    """Debian's Chromium; where there is none, a test says so, and on CI it fails."""
    program = shutil.which("chromium")
    if program:
        return program
    why = "no browser: put chromium on PATH, on Debian by `apt-get install chromium`"
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture
def bucket() -> str:
    """A bucket's name that no other test has."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine gets into, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
