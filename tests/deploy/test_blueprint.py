"""render.yaml against the rules of Render's Blueprint reference, and against the code that it deploys.

Render publishes a JSON schema too, without a licence to copy it; `render blueprints validate` asks Render itself.
"""

import re
import tomllib
from pathlib import PurePosixPath
from typing import Any

import pytest

from local.worker_user import USER
from settings import Endpoint, read_settings
from storage.choice import open_store, store_faults
from tests.deploy.blueprint import MINIO, ROOT, WORKER, Blueprint
from tests.deploy.dockerfile import Dockerfile

BLUEPRINT = Blueprint.read()
IMAGE = Dockerfile.read(ROOT / "deploy/minio.Dockerfile")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

COMMON = {"type", "name", "runtime", "region", "repo", "branch", "envVars", "buildFilter", "autoDeployTrigger"}
# What a service of each kind may say. A workflow names its plans per task, in the code.
FIELDS = {
    ("workflow", "python"): COMMON | {"rootDir", "buildCommand", "startCommand"},
    ("web", "docker"): COMMON
    | {
        "plan",
        "dockerfilePath",
        "dockerContext",
        "dockerCommand",
        "healthCheckPath",
        "disk",
        "numInstances",
        "domains",
    },
}
REQUIRED = {
    ("workflow", "python"): {"type", "name", "runtime", "buildCommand", "startCommand"},
    ("web", "docker"): {"type", "name", "runtime", "plan"},
}
REGIONS = {"oregon", "ohio", "virginia", "frankfurt", "singapore"}
SOURCES = {"value", "generateValue", "sync", "fromService", "fromDatabase"}
SET_BY_RENDER = {"RENDER_EXTERNAL_URL", "RENDER_EXTERNAL_HOSTNAME"}
CLOSED_TO_THE_PRIVATE_NETWORK = {10000, 18012, 18013, 19099}
NO_PLACE_FOR_A_DISK = {
    "/",
    "/opt",
    "/opt/render",
    "/opt/render/project",
    "/home",
    "/home/render",
    "/etc",
    "/etc/secrets",
}


def entries() -> list[tuple[str, dict[str, Any]]]:
    return [(name, entry) for name, service in BLUEPRINT.services.items() for entry in service["envVars"]]


@pytest.mark.parametrize("name", BLUEPRINT.services)
def test_a_service_says_what_its_kind_may_say_and_must(name: str) -> None:
    service = BLUEPRINT.services[name]
    kind = (service["type"], service["runtime"])
    assert service.keys() <= FIELDS[kind]
    assert service.keys() >= REQUIRED[kind]


def test_the_file_holds_the_two_services_and_no_more() -> None:
    assert BLUEPRINT.content.keys() == {"services"}
    assert [service["name"] for service in BLUEPRINT.content["services"]] == [WORKER, MINIO]


def test_both_are_in_one_region_so_that_they_reach_each_other_privately() -> None:
    [region] = {service["region"] for service in BLUEPRINT.services.values()}
    assert region in REGIONS


@pytest.mark.parametrize(("service", "entry"), entries(), ids=[entry["key"] for _, entry in entries()])
def test_a_variable_has_one_source(service: str, entry: dict[str, Any]) -> None:
    assert entry.keys() == {"key", *(entry.keys() & SOURCES)}
    assert len(entry) == 2
    assert isinstance(entry.get("value", ""), str), "quoted, so that YAML makes nothing else of it"
    assert entry.get("generateValue", True) is True
    assert entry.get("sync", False) is False


@pytest.mark.parametrize("name", BLUEPRINT.services)
def test_a_variable_is_named_once(name: str) -> None:
    assert len(BLUEPRINT.variables(name)) == len(BLUEPRINT.services[name]["envVars"])


def test_what_is_taken_from_another_service_is_there() -> None:
    sources = [entry["fromService"] for _, entry in entries() if "fromService" in entry]
    assert sources
    for source in sources:
        assert source["type"] == BLUEPRINT.services[source["name"]]["type"]
        if "property" in source:
            assert source.keys() == {"type", "name", "property"}
            assert source["property"] in {"host", "port", "hostport"}
        else:
            assert source.keys() == {"type", "name", "envVarKey"}
            assert source["envVarKey"] in SET_BY_RENDER | BLUEPRINT.variables(source["name"]).keys()


def test_no_secret_is_written_in_the_file() -> None:
    secrets = [entry for _, entry in entries() if re.search("KEY|PASSWORD|SECRET|TOKEN", entry["key"])]
    written = [entry["key"] for entry in secrets if "value" in entry]
    assert written == ["MINIO_ACCESS_KEY"], "a name, and none of the secrets"


def test_the_worker_is_not_given_the_root_users_password() -> None:
    for entry in BLUEPRINT.variables(WORKER).values():
        assert "ROOT" not in str(entry)


def test_the_commands_and_paths_lead_somewhere() -> None:
    worker, minio = BLUEPRINT.services[WORKER], BLUEPRINT.services[MINIO]
    assert worker["buildCommand"] == "pip install -r requirements.txt"
    assert worker["startCommand"] == "python main.py"
    assert (ROOT / "requirements.txt").is_file()
    assert (ROOT / "main.py").is_file()
    assert (ROOT / minio["dockerfilePath"]).is_file()
    assert (ROOT / minio["dockerContext"]).resolve() == ROOT


def test_python_is_pinned_to_a_whole_version_that_the_project_supports() -> None:
    version = BLUEPRINT.variables(WORKER)["PYTHON_VERSION"]["value"]
    assert re.fullmatch(r"3\.\d+\.\d+", version)
    least = PYPROJECT["project"]["requires-python"].removeprefix(">=")
    assert [int(part) for part in version.split(".")] >= [int(part) for part in least.split(".")]


def test_minio_listens_where_render_sends_requests_and_the_private_network_does() -> None:
    port = BLUEPRINT.variables(MINIO)["PORT"]["value"]
    assert IMAGE.environment["MINIO_ADDRESS"] == f":{port}"
    assert IMAGE.all("EXPOSE") == [port]
    assert int(port) not in CLOSED_TO_THE_PRIVATE_NETWORK


def test_minio_keeps_its_data_on_the_disk() -> None:
    disk = BLUEPRINT.services[MINIO]["disk"]
    assert disk.keys() == {"name", "mountPath", "sizeGB"}
    assert disk["mountPath"] not in NO_PLACE_FOR_A_DISK
    assert PurePosixPath(disk["mountPath"]) in PurePosixPath(IMAGE.environment["MINIO_VOLUMES"]).parents


def test_a_service_with_a_disk_is_paid_for_and_alone() -> None:
    minio = BLUEPRINT.services[MINIO]
    assert minio["plan"] != "free"
    assert minio.get("numInstances", 1) == 1


def test_render_and_docker_ask_the_same_health_check() -> None:
    assert BLUEPRINT.services[MINIO]["healthCheckPath"] in IMAGE.health_check


def test_what_minio_is_built_from_deploys_it_anew() -> None:
    build_filter = BLUEPRINT.services[MINIO]["buildFilter"]
    assert build_filter == {"paths": ["minio.version", "deploy/**"], "ignoredPaths": []}


def test_the_worker_can_use_what_the_blueprint_sets() -> None:
    environment = BLUEPRINT.environment(WORKER, {MINIO: "thumbnails-minio-x1y2:9000"})
    settings = read_settings({**environment, "RENDER": "true"})
    assert store_faults(settings) == []
    assert settings.minio_endpoint == Endpoint("thumbnails-minio-x1y2:9000", secure=False)
    assert settings.minio_access_key == USER
    assert open_store(settings).link("a.jpg").url == "http://thumbnails-minio-x1y2:9000/thumbnails/a.jpg"


def test_links_lead_to_the_public_address_and_not_to_the_private_one() -> None:
    entry = BLUEPRINT.variables(WORKER)["MINIO_PUBLIC_BASE_URL"]
    assert entry["fromService"] == {"type": "web", "name": MINIO, "envVarKey": "RENDER_EXTERNAL_URL"}
