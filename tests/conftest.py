"""What every test starts from: an environment that says nothing."""

import os
from pathlib import Path

import pytest

from settings import Settings

OURS = (
    "OPENAI_",
    "GOOGLE_",
    "GEMINI_",
    "MINIO_",
    "SIMULATE",
    "THUMBNAILS_",
    "RENDER",
    "LOG_LEVEL",
    "MAX_IMAGES_",
    "FAN_OUT",
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
