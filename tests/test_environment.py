"""Every variable that the settings read is told of, wherever a person would look for it."""

import re
from collections.abc import Iterator, Mapping

import pytest

from settings import log_level, read_settings
from testing.project import ROOT
from tests.deploy.blueprint import WORKER, Blueprint

SET_BY_RENDER = {"RENDER"}
# Read, and left out of render.yaml on purpose.
NOT_IN_THE_BLUEPRINT = {
    "BRAND_DIR": "the repository's own folder, brand/, is the default",
    "MINIO_ENDPOINT": "the worker goes over the private network, by MINIO_HOSTPORT",
    "MINIO_PRESIGNED_HOURS": "the Blueprint's bucket is one that anyone may read",
    "MINIO_REGION": "MinIO's own is the default",
    "STORE_PATIENCE_SECONDS": "the default lasts as long as the leaf",
    "THUMBNAILS_DIR": "an instance's disk is discarded",
    "SIMULATE_PROVIDERS": "a deployment asks the real ones",
    "SIMULATED_LATENCY_SECONDS": "a deployment asks the real ones",
    "OPENAI_IMAGE_QUALITY": "the default is what most want",
    "OPENAI_IMAGE_SIZE": "the default is made for the canvas",
    "GEMINI_IMAGE_SIZE": "the default is made for the canvas",
    "MAX_COST_USD": "what is too much is each one's own to say",
    "PRICES_FILE": "the prices that come with it hold for most",
    "PROVIDER_TIMEOUT_SECONDS": "the default fits the leaf's own timeout",
    "OPENAI_BASE_URL": "the vendors' own, for those who have a proxy",
    "CRASH_FIRST_ATTEMPT_OF_MODEL": "a deployment fails on purpose for nobody",
    "GOOGLE_GEMINI_BASE_URL": "the vendors' own, for those who have a proxy",
}
# Set there, and read by Render's build of the worker.
NOT_READ = {"PYTHON_VERSION"}


class Recorder(Mapping[str, str]):
    """An empty environment that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@pytest.fixture
def read() -> set[str]:
    environment = Recorder()
    read_settings(environment)
    log_level(environment)
    return environment.asked


def examples() -> list[tuple[str, str]]:
    return re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_the_example_names_each_variable_once_and_no_other(read: set[str]) -> None:
    assert sorted(name for name, _ in examples()) == sorted(read - SET_BY_RENDER)


def test_the_example_as_it_stands_changes_nothing() -> None:
    assert read_settings(dict(examples())) == read_settings({})


def test_the_blueprint_sets_each_variable_or_leaves_it_out_for_a_reason(read: set[str]) -> None:
    declared = Blueprint.read().variables(WORKER).keys()
    assert declared - NOT_READ <= read
    assert read - declared - SET_BY_RENDER == NOT_IN_THE_BLUEPRINT.keys()
