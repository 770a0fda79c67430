"""The locks: `make lock` writes exact versions with hashes from the short lists, for every pip and every day."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.lacking import lacking
from tests.support.moved_registry import LOCKS, OLDER_PIPS, Registry, locked, requirements
from tests.support.project import ROOT

WORKER, LOCAL, DEVELOPMENT, IMAGE = (ROOT / name for name in LOCKS)
# The versions of pip to try: older ones, and the newest at the time of the lock.
PIPS = [*re.findall(r"^pip==(\S+)", OLDER_PIPS.read_text(), re.MULTILINE), locked(DEVELOPMENT)["pip"]]
# Which rooms each list serves: it must name every package that they import. The image's are the modules that it runs.
ROOMS = {
    WORKER: ("main", "tasks", "batch", "originals", "providers", "compositing", "storage", "gallery"),
    LOCAL: ("cli", "posts"),
    DEVELOPMENT: ("tests", "benchmarks"),
}


def listed(lock: Path) -> set[str]:
    """Return the packages that the lock's list names, including those of the lists it includes."""
    names: set[str] = set()
    for line in lock.with_suffix(".in").read_text().splitlines():
        if line.startswith("-r "):
            names |= listed((lock.parent / line.split()[1]).with_suffix(".txt"))
        elif found := re.match(r"\w[\w.-]*", line):
            names.add(canonicalize_name(found[0]))
    return names


@pytest.mark.parametrize("lock", [WORKER, LOCAL, DEVELOPMENT, IMAGE], ids=LOCKS)
def test_every_listed_package_is_locked(lock: Path) -> None:
    assert listed(lock) <= {canonicalize_name(each.name) for each in requirements(lock)}, "run `make lock`"


@pytest.mark.parametrize("lock", [WORKER, LOCAL, DEVELOPMENT, IMAGE], ids=LOCKS)
def test_every_locked_package_has_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=\w)", lock.read_text())[1:]
    assert len(entries) == len(requirements(lock))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", [LOCAL, DEVELOPMENT, IMAGE], ids=LOCKS[1:])
def test_all_lists_lock_the_workers_versions(lock: Path) -> None:
    worker, other = locked(WORKER), locked(lock)
    shared = worker.keys() & other.keys()
    assert {name: other[name] for name in shared} == {name: worker[name] for name in shared}, "run `make lock`"


@pytest.fixture(scope="session")
def moved_on() -> Registry:
    stamp = ROOT / ".venv/registry/fetched"
    return Registry(stamp.parent) if stamp.exists() else lacking("no locked files: run `make .venv/registry/fetched`")


def needs(registry: Registry, version: str) -> None:
    lines = re.findall(r"^pip==[^\s]+.*(?= --hash)", OLDER_PIPS.read_text(), re.MULTILINE)
    older = {str(each.specifier).removeprefix("=="): each.marker for each in map(Requirement, lines)}
    marker = older.get(version)
    if marker and not marker.evaluate():
        pytest.skip(f"pip {version} does not run on this Python")
    assert version in registry.pips, "run `rm -r .venv/registry`, then `make .venv/registry/fetched`"


@pytest.mark.slow
@pytest.mark.parametrize("version", PIPS)
@pytest.mark.parametrize("lock", [WORKER, LOCAL, DEVELOPMENT, IMAGE], ids=LOCKS)
def test_a_registry_that_has_moved_on_changes_nothing(moved_on: Registry, lock: Path, version: str) -> None:
    needs(moved_on, version)
    assert moved_on.faults(lock, version) == ""


@pytest.mark.slow
@pytest.mark.parametrize("version", PIPS)
def test_every_pip_installs_the_lock_and_nothing_else(moved_on: Registry, version: str, tmp_path: Path) -> None:
    needs(moved_on, version)
    moved_on.install(version, LOCAL, tmp_path / "venv")
    [packages] = tmp_path.glob("venv/lib/python*/site-packages")
    installed = {canonicalize_name(each.name): each.version for each in distributions(path=[str(packages)])}
    assert installed == locked(LOCAL)


@pytest.mark.slow
def test_a_lock_without_its_extras_is_noticed(moved_on: Registry, tmp_path: Path) -> None:
    needs(moved_on, "23.2.1")
    lock = tmp_path / "requirements.txt"
    lock.write_text(re.sub(r"^([\w-]+)\[[\w,-]+\]==", r"\1==", WORKER.read_text(), flags=re.MULTILINE))
    assert "google-auth[requests]" in WORKER.read_text()
    assert "google-auth[requests]" in moved_on.faults(lock, "23.2.1")


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted names that a module imports, anywhere in it; the last part may be a name in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.fixture(scope="session")
def owners() -> dict[str, str]:
    """The package that each installed module belongs to, by the module's dotted name."""
    found: dict[str, str] = {}
    for distribution in distributions():
        for file in distribution.files or ():
            module = re.sub(r"(/__init__)?(\.[\w-]+)?\.(py|so)$", "", str(file)).replace("/", ".")
            found[module] = canonicalize_name(distribution.name)
    return found


def unnamed(paths: list[Path], lock: Path, owners: dict[str, str]) -> set[str]:
    """Return the packages that modules import although the lock's list does not name them."""
    packages = set()
    for name in {name for path in paths for name in imports(path)}:
        parts = name.split(".")
        prefixes = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
        packages.add(next((owners[prefix] for prefix in prefixes if prefix in owners), ""))
    return packages - {""} - listed(lock)


@pytest.mark.parametrize("lock", ROOMS, ids=LOCKS[:3])
def test_every_imported_package_is_listed(lock: Path, owners: dict[str, str]) -> None:
    """Else it is there only because another package needs it, and goes when that one no longer does."""
    top = list(ROOT.glob("*.py")) if lock == WORKER else []
    paths = [*top, *(path for room in ROOMS[lock] for path in (ROOT / room).rglob("*.py"))]
    assert paths
    assert unnamed(paths, lock, owners) == set()


def test_every_package_that_the_image_imports_is_listed(owners: dict[str, str]) -> None:
    code = "import sys, deploy.worker_user; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / f"{name.replace('.', '/')}.py" for name in loaded.stdout.split()]
    ours = [path for path in files if path.exists()]
    assert ROOT / "storage/minio_store.py" in ours
    assert unnamed(ours, IMAGE, owners) == set()


def test_an_unlisted_import_is_noticed(owners: dict[str, str], tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("from google import auth\nfrom google.genai import types\nimport pydantic_core\nimport os.path")
    assert unnamed([module], WORKER, owners) == {"google-auth"}
