"""Every variable that the settings read is in ``.env.example`` and the Blueprint."""

import re
from collections.abc import Iterator, Mapping

import pytest

from cli.reading.environment import read_env_files
from settings import log_level, read_settings
from tests.deploy.blueprint import WORKER, Blueprint
from tests.support.project import ROOT

SET_BY_RENDER = {"RENDER", "RENDER_SDK_SOCKET_PATH", "RENDER_SERVICE_NAME"}
# Omitted from render.yaml, with the reason.
NOT_IN_THE_BLUEPRINT = {
    "BRAND_DIR": "the repository's own folder, brand/, is the default",
    "MINIO_ENDPOINT": "the worker uses the private network, by MINIO_HOSTPORT",
    "MINIO_PRESIGNED_HOURS": "the Blueprint's bucket is public",
    "MINIO_REGION": "the default is MinIO's own",
    "STORE_PATIENCE_SECONDS": "the default lasts as long as the leaf",
    "THUMBNAILS_DIR": "an instance's disk is discarded",
    "SIMULATE_PROVIDERS": "a deployment uses the real ones",
    "SIMULATED_LATENCY_SECONDS": "a deployment uses the real ones",
    "OPENAI_IMAGE_QUALITY": "the default suits most",
    "OPENAI_IMAGE_SIZE": "the default fits the canvas",
    "GEMINI_IMAGE_SIZE": "the default fits the canvas",
    "MAX_COST_USD": "only the owner can choose a cap",
    "TITLES_AS_TYPED": "the default suits most",
    "PRICES_FILE": "the included prices suit most",
    "PROVIDER_TIMEOUT_SECONDS": "the default fits the leaf's own timeout",
    "OPENAI_BASE_URL": "only for those with a proxy",
    "CRASH_FIRST_ATTEMPT_OF_MODEL": "a deployment should not crash on purpose",
    "GOOGLE_GEMINI_BASE_URL": "only for those with a proxy",
}


class Recorder(Mapping[str, str]):
    """An empty environment that records which variables are read."""

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
    return re.findall(r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_env_example_lists_each_variable_once(read: set[str]) -> None:
    assert sorted(name for name, _ in examples()) == sorted(read - SET_BY_RENDER)


def test_env_example_sets_nothing() -> None:
    assert read_env_files([ROOT / ".env.example"]) == {}


def test_the_blueprint_sets_each_variable_or_omits_it_for_a_reason(read: set[str]) -> None:
    declared = Blueprint.read().variables(WORKER).keys()
    assert declared <= read
    assert read - declared - SET_BY_RENDER == NOT_IN_THE_BLUEPRINT.keys()
