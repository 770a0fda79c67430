"""Fixtures for all tests, which start from an empty environment."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import Settings
from tests.lacking import lacking, program
from tests.support.emulator import Emulator
from tests.support.minio_server import MinioServer, find_minio
from tests.support.project import ROOT
from tests.support.render_cli import find_cli

# The mark of a test that takes one of these, as a fixture or as a parameter.
MARKED = {
    "minio_program": "minio",
    "minio": "minio",
    "versitygw": "slow",
    "moto": "slow",
    "chromium_program": "browser",
    "render_program": "cli",
}
# These start processes, which take seconds each.
SLOW = (ROOT / "tests/e2e", ROOT / "tests/cli/test_interrupt.py")

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by what it needs, so that ``make test-fast`` can leave out the slow ones."""
    for item in items:
        assert isinstance(item, pytest.Function)
        parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
        taken = {*item.fixturenames, *(value for value in parameters if isinstance(value, str))}
        for mark in {MARKED[name] for name in taken & MARKED.keys()}:
            item.add_marker(mark)
        if any(item.path.is_relative_to(path) for path in SLOW):
            item.add_marker("slow")


@pytest.fixture(scope="session")
def folder_without_env_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, folder_without_env_file: Path) -> None:
    """Remove our variables, and change to a folder without ``.env``, which the command line would read."""
    for name in os.environ:
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(folder_without_env_file)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Simulated pictures without latency, in the test's own directory."""
    return Settings(simulate_providers=True, simulated_latency_seconds=0, thumbnails_dir=tmp_path / "out")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Settings:
    """The same settings, also set in the environment, where a task reads them."""
    monkeypatch.setenv("SIMULATE_PROVIDERS", "1")
    monkeypatch.setenv("SIMULATED_LATENCY_SECONDS", "0")
    monkeypatch.setenv("THUMBNAILS_DIR", str(settings.thumbnails_dir))
    return settings


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Both vendors' APIs, which answer at once."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def minio_program() -> str:
    """The MinIO server's program."""
    return find_minio() or lacking("no MinIO server: put minio on PATH, or run `make .minio/bin/minio` once")


@pytest.fixture(scope="session")
def minio(minio_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MinioServer]:
    """One MinIO server for all tests; each uses its own buckets."""
    with MinioServer(minio_program, tmp_path_factory.mktemp("minio")) as server:
        yield server


@pytest.fixture(scope="session")
def chromium_program() -> str:
    """Debian's Chromium."""
    return program("chromium", "chromium")


@pytest.fixture(scope="session")
def render_program() -> str:
    """The Render CLI. Its tests are always skipped without it: it can only be downloaded by hand."""
    return find_cli() or pytest.skip("no Render CLI: put render on PATH")


@pytest.fixture
def bucket() -> str:
    """A bucket name that no other test has."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine can read, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
