"""Requirements are locked: ``make lock`` writes exact versions with hashes from the short lists."""

import re
from pathlib import Path

import pytest

from testing.project import ROOT

LISTS = ("requirements.in", "requirements-local.in", "requirements-dev.in", "deploy/requirements.in")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def listed(name: str) -> set[str]:
    """Return the packages that a list names, including those of the lists it includes."""
    names: set[str] = set()
    for line in (ROOT / name).read_text().splitlines():
        if line.startswith("-r "):
            names |= listed(str(Path(name).parent / line.split()[1]))
        elif found := re.match(r"\w[\w.-]*", line):
            names.add(normal(found[0]))
    return names


def locked(name: str) -> dict[str, str]:
    """Return the locked version of each package of a list."""
    text = (ROOT / name).with_suffix(".txt").read_text()
    return {normal(name): version for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE)}


@pytest.mark.parametrize("name", LISTS)
def test_every_listed_package_is_locked(name: str) -> None:
    assert listed(name) <= locked(name).keys(), "run `make lock`"


@pytest.mark.parametrize("name", LISTS)
def test_every_locked_package_has_hashes(name: str) -> None:
    requirements = re.split(r"\n(?=[\w-])", (ROOT / name).with_suffix(".txt").read_text())[1:]
    assert len(requirements) == len(locked(name))
    assert [text for text in requirements if "--hash=sha256:" not in text] == []


@pytest.mark.parametrize("name", LISTS[1:])
def test_all_lists_lock_the_workers_versions(name: str) -> None:
    worker, other = locked(LISTS[0]), locked(name)
    assert {name: other[name] for name in worker.keys() & other.keys()} == {
        name: worker[name] for name in worker.keys() & other.keys()
    }, "run `make lock`"
