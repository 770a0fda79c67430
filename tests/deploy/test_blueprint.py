"""render.yaml follows Render's Blueprint reference, and fits the code that it deploys.

Render also publishes a JSON schema, but without a licence to copy it, and `render blueprints validate` asks Render,
with an account. So the facts are written down here: those of the schema, and what the validator refuses besides.
"""

import re
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from cli.reading.inputs import DEFAULT_MODELS
from deploy.worker_user import USER
from settings import Endpoint, read_settings
from storage.opening import open_store, store_faults
from tests.deploy.blueprint import FRONT, NIGHTLY, STORE, WORKER, Blueprint
from tests.deploy.dockerfile import Dockerfile
from tests.support.project import ROOT

BLUEPRINT = Blueprint.read()
IMAGES = {name: Dockerfile.read(ROOT / BLUEPRINT.services[name]["dockerfilePath"]) for name in (STORE, FRONT)}
ADDRESSES = {STORE: "thumbnails-store-x1y2:9000", FRONT: "thumbnails-front-x1y2.onrender.com"}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

COMMON = {"type", "name", "runtime", "region", "repo", "branch", "envVars", "buildFilter", "autoDeployTrigger"}
DOCKER = COMMON | {"plan", "dockerfilePath", "dockerContext", "dockerCommand", "disk", "numInstances"}
# The fields that each kind of service may have. A workflow's plans are per task, in the code; only a web service has a
# public address and a health check.
FIELDS = {
    ("workflow", "python"): COMMON | {"rootDir", "buildCommand", "startCommand"},
    ("pserv", "docker"): DOCKER | {"maxShutdownDelaySeconds"},
    ("web", "docker"): DOCKER | {"maxShutdownDelaySeconds", "healthCheckPath", "domains"},
    ("cron", "python"): COMMON | {"plan", "rootDir", "schedule", "buildCommand", "startCommand"},
}
REQUIRED = {
    # The schema asks for five of these; the validator also says "buildCommand is required for non-docker workflows" and
    # "repo is required for git-based services" (seen by others, 2026-09-18).
    ("workflow", "python"): {"type", "name", "runtime", "region", "startCommand", "buildCommand", "repo"},
    ("pserv", "docker"): {"type", "name", "runtime", "plan"},
    ("web", "docker"): {"type", "name", "runtime", "plan", "healthCheckPath"},
    ("cron", "python"): {"type", "name", "runtime", "plan", "schedule", "buildCommand", "startCommand"},
}
INSTALL = "pip install --no-deps --require-hashes -r"
REGIONS = {"oregon", "ohio", "virginia", "frankfurt", "singapore"}
SOURCES = {"value", "generateValue", "sync", "fromService", "fromDatabase"}
SOURCES_IN_A_GROUP = {"value", "generateValue"}
SET_BY_RENDER = {"RENDER_EXTERNAL_URL", "RENDER_EXTERNAL_HOSTNAME"}
CLOSED_TO_THE_PRIVATE_NETWORK = {10000, 18012, 18013, 19099}
NOT_FOR_DISKS = {"/", "/opt", "/opt/render", "/opt/render/project", "/home", "/home/render", "/etc", "/etc/secrets"}


def entries() -> list[tuple[str, dict[str, Any]]]:
    """Return every variable of a service itself, with the service's name."""
    listed = [(name, entry) for name, service in BLUEPRINT.services.items() for entry in service["envVars"]]
    return [(name, entry) for name, entry in listed if "fromGroup" not in entry]


def grouped() -> list[tuple[str, dict[str, Any]]]:
    return [(name, entry) for name, group in BLUEPRINT.groups.items() for entry in group]


@pytest.mark.parametrize("name", BLUEPRINT.services)
def test_a_service_has_the_fields_of_its_kind(name: str) -> None:
    service = BLUEPRINT.services[name]
    kind = (service["type"], service["runtime"])
    assert service.keys() <= FIELDS[kind]
    assert service.keys() >= REQUIRED[kind]


def test_the_workflow_names_a_repository_for_its_owner_to_replace() -> None:
    """The other services need none, and would deploy somebody else's code with one."""
    named = {name: service["repo"] for name, service in BLUEPRINT.services.items() if "repo" in service}
    assert named == {WORKER: "https://github.com/YOUR-NAME/YOUR-REPOSITORY"}


def test_the_file_has_exactly_four_services_and_their_groups() -> None:
    assert BLUEPRINT.content.keys() == {"services", "envVarGroups"}
    assert [service["name"] for service in BLUEPRINT.content["services"]] == [STORE, FRONT, WORKER, NIGHTLY]
    assert [group.keys() for group in BLUEPRINT.content["envVarGroups"]] == [{"name", "envVars"}]


def test_all_services_share_a_region_and_so_a_private_network() -> None:
    [region] = {service["region"] for service in BLUEPRINT.services.values()}
    assert region in REGIONS


def test_services_refer_only_to_those_before_them() -> None:
    """So that the store and the front can be made first, without the workflow; see docs/operating.md."""
    order = list(BLUEPRINT.services)
    for name, entry in entries():
        if "fromService" in entry:
            assert order.index(entry["fromService"]["name"]) < order.index(name)


def test_only_the_front_has_a_public_address() -> None:
    assert BLUEPRINT.services[STORE]["type"] == "pserv"
    assert BLUEPRINT.services[FRONT]["type"] == "web"


@pytest.mark.parametrize(("place", "entry"), [*entries(), *grouped()])
def test_a_variable_has_one_source(place: str, entry: dict[str, Any]) -> None:
    allowed = SOURCES_IN_A_GROUP if place in BLUEPRINT.groups else SOURCES
    assert entry.keys() == {"key", *(entry.keys() & allowed)}
    assert len(entry) == 2
    assert isinstance(entry.get("value", ""), str), "quote it, so that YAML keeps it a string"
    assert entry.get("generateValue", True) is True
    assert entry.get("sync", False) is False


@pytest.mark.parametrize("name", BLUEPRINT.services)
def test_a_variable_is_named_once(name: str) -> None:
    own = [entry["key"] for place, entry in entries() if place == name]
    groups = [entry["fromGroup"] for entry in BLUEPRINT.services[name]["envVars"] if "fromGroup" in entry]
    shared = [entry["key"] for group in groups for entry in BLUEPRINT.groups[group]]
    assert len({*own, *shared}) == len(own) + len(shared)


def test_every_reference_to_another_service_exists() -> None:
    sources = [entry["fromService"] for _, entry in entries() if "fromService" in entry]
    assert sources
    for source in sources:
        assert source["type"] == BLUEPRINT.services[source["name"]]["type"]
        if "property" in source:
            assert source.keys() == {"type", "name", "property"}
            assert source["property"] in ({"slug"} if source["type"] == "workflow" else {"host", "port", "hostport"})
        else:
            assert source.keys() == {"type", "name", "envVarKey"}
            assert source["envVarKey"] in SET_BY_RENDER | BLUEPRINT.variables(source["name"]).keys()


def test_the_file_contains_no_secret() -> None:
    secrets = [entry for _, entry in [*entries(), *grouped()] if re.search("KEY|PASSWORD|SECRET|TOKEN", entry["key"])]
    written = [entry["key"] for entry in secrets if "value" in entry]
    assert written == ["MINIO_ACCESS_KEY"], "only the key's name, not its secret"


def test_worker_and_store_share_a_secret_generated_by_render() -> None:
    worker, store = (BLUEPRINT.environment(name, ADDRESSES) for name in (WORKER, STORE))
    for name in ("MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "MINIO_BUCKET"):
        assert worker[name] == store[name]
    assert BLUEPRINT.variables(WORKER)["MINIO_SECRET_KEY"] == {"key": "MINIO_SECRET_KEY", "generateValue": True}


def test_only_the_store_gets_the_root_password_and_the_front_gets_no_secret() -> None:
    assert [name for name in BLUEPRINT.services if "MINIO_ROOT_PASSWORD" in BLUEPRINT.variables(name)] == [STORE]
    assert BLUEPRINT.variables(FRONT).keys() == {"MINIO_HOSTPORT", "MINIO_BUCKET"}


def test_the_commands_and_paths_exist() -> None:
    worker = BLUEPRINT.services[WORKER]
    assert worker["buildCommand"] == f"{INSTALL} requirements.txt && pip check"
    assert worker["startCommand"] == "python main.py"
    assert (ROOT / "requirements.txt").is_file()
    assert (ROOT / "main.py").is_file()
    for name in IMAGES:
        assert (ROOT / BLUEPRINT.services[name]["dockerContext"]).resolve() == ROOT


def test_the_nightly_service_has_a_key_to_start_the_workflow_and_no_other() -> None:
    service = BLUEPRINT.services[NIGHTLY]
    assert BLUEPRINT.variables(NIGHTLY).keys() == {"POSTS_URL", "WORKFLOW_SLUG", "RENDER_API_KEY"}
    assert 20 * len(DEFAULT_MODELS) <= int(BLUEPRINT.variables(WORKER)["MAX_IMAGES_PER_BATCH"]["value"])
    assert service["buildCommand"] == f"{INSTALL} requirements-local.txt && pip check"
    assert re.fullmatch(r"\d+ \d+ \* \* \*", service["schedule"]), "once a day"


def test_render_takes_the_newest_patch_of_the_oldest_python_that_the_project_supports() -> None:
    """A full version would stay behind its security fixes. MinIO's image has the same minor version."""
    for name in (WORKER, NIGHTLY):
        assert "PYTHON_VERSION" not in BLUEPRINT.variables(name), "it would win over .python-version"
    version = (ROOT / ".python-version").read_text()
    assert re.fullmatch(r"3\.\d+\n", version)
    assert PYPROJECT["project"]["requires-python"] == f">={version.strip()}"
    [base] = IMAGES[STORE].all("FROM")
    assert base.partition("@")[0] == f"python:{version.strip()}-slim-trixie"


def test_minio_listens_at_the_port_that_render_knows_but_not_during_setup() -> None:
    port = BLUEPRINT.variables(STORE)["PORT"]["value"]
    image = IMAGES[STORE]
    assert image.environment["MINIO_ADDRESS"] == f":{port}"
    assert image.all("EXPOSE") == [port]
    assert int(port) not in CLOSED_TO_THE_PRIVATE_NETWORK
    host, _, other = image.environment["SETUP_ADDRESS"].partition(":")
    assert (host, other != port) == ("127.0.0.1", True)


def test_the_front_listens_at_renders_port() -> None:
    assert "PORT" not in BLUEPRINT.variables(FRONT), "Render's own"
    assert IMAGES[FRONT].environment["PORT"] == "10000"
    assert IMAGES[FRONT].all("EXPOSE") == ["10000"]


def test_minio_keeps_its_data_on_the_disk() -> None:
    disk = BLUEPRINT.services[STORE]["disk"]
    assert disk.keys() == {"name", "mountPath", "sizeGB"}
    assert disk["mountPath"] not in NOT_FOR_DISKS
    assert PurePosixPath(disk["mountPath"]) in PurePosixPath(IMAGES[STORE].environment["MINIO_VOLUMES"]).parents


def test_a_service_with_a_disk_has_a_paid_plan_and_one_instance() -> None:
    store = BLUEPRINT.services[STORE]
    assert store["plan"] != "free"
    assert store.get("numInstances", 1) == 1


def test_render_and_docker_use_the_same_health_check() -> None:
    assert BLUEPRINT.services[FRONT]["healthCheckPath"] in IMAGES[FRONT].health_check


@pytest.mark.parametrize("name", IMAGES)
def test_only_an_images_own_files_trigger_its_deployment(name: str) -> None:
    """Deploying the store takes it down for a moment."""
    service, image = BLUEPRINT.services[name], IMAGES[name]
    assert service["buildFilter"].keys() == {"paths", "ignoredPaths"}
    assert service["buildFilter"]["ignoredPaths"] == []
    built_from = {file for stage in range(len(image.stages)) for file in files(image.copied(stage).values())}
    built_from |= {ROOT / ".dockerignore", ROOT / service["dockerfilePath"]}
    assert set(files(service["buildFilter"]["paths"])) == built_from


def files(paths: Any) -> list[Path]:
    """Return the files that match a build filter's paths and patterns."""
    found = [match for path in paths for match in (ROOT.glob(path) if "*" in path else [ROOT / path])]
    everything = [file for path in found for file in ([path] if path.is_file() else path.rglob("*"))]
    return [file for file in everything if file.is_file() and "__pycache__" not in file.parts]


def test_the_worker_can_use_what_the_blueprint_sets() -> None:
    settings = read_settings({**BLUEPRINT.environment(WORKER, ADDRESSES), "RENDER": "true"})
    assert store_faults(settings) == []
    assert settings.minio_endpoint == Endpoint(ADDRESSES[STORE], secure=False)
    assert settings.minio_access_key == USER


def test_links_point_to_the_front_not_to_the_private_address() -> None:
    entry = BLUEPRINT.variables(WORKER)["MINIO_PUBLIC_BASE_URL"]
    assert entry["fromService"] == {"type": "web", "name": FRONT, "envVarKey": "RENDER_EXTERNAL_URL"}
    settings = read_settings(BLUEPRINT.environment(WORKER, ADDRESSES))
    assert open_store(settings).link("a.jpg").url == f"http://{ADDRESSES[FRONT]}/thumbnails/a.jpg"
