"""A registry that has moved on since the locks were written: the locked files, and a newer version of every package.

Whatever a lock leaves open, an installation takes from the registry of the day. From this one it takes the newer
version, or fails. ``python -m tests.support.moved_registry check FOLDER`` proves the locks in a folder, which
``make lock`` does.
"""

import json
import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.project import ROOT

__all__ = ["LOCKS", "Registry", "locked", "requirements"]

LOCKS = ("requirements.txt", "requirements-local.txt", "requirements-dev.txt", "deploy/requirements.txt")
OLDER_PIPS = ROOT / "tests/support/pips.txt"
# The folder of the newer versions, in the registry's.
NEWER = "newer"


def requirements(lock: Path) -> list[Requirement]:
    """Return a lock's requirements, without their hashes."""
    lines = re.findall(r"^\w.*(?= \\$)", lock.read_text(), re.MULTILINE)
    return [Requirement(line) for line in lines]


def locked(lock: Path) -> dict[str, str]:
    """Return the version of each package that a lock has for this machine and this Python."""
    return {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in requirements(lock)
        if each.marker is None or each.marker.evaluate()
    }


@dataclass(frozen=True)
class Registry:
    """Folders of wheels, from which pip installs without a network."""

    folder: Path

    @classmethod
    def fetch(cls, folder: Path, locks: Path = ROOT) -> "Registry":
        """Download the files of the locks in a folder, and the older pips, and put a newer version beside each."""
        (folder / NEWER).mkdir(parents=True, exist_ok=True)
        for name in LOCKS:
            _download(folder, locks / name)
        with tempfile.TemporaryDirectory() as temporary:
            for line in re.findall("^pip==.*", OLDER_PIPS.read_text(), re.MULTILINE):
                one = Path(temporary, "pip.txt")
                one.write_text(line)
                _download(folder, one)
        for wheel in folder.glob("*.whl"):
            _write_newer(folder / NEWER, *wheel.name.split("-")[:2])
        return cls(folder)

    @property
    def pips(self) -> dict[str, Path]:
        """Each version of pip that runs on this Python: the older ones and the locked one, as programs for Python."""
        return {wheel.name.split("-")[1]: wheel / "pip" for wheel in self.folder.glob("pip-*-py3-none-any.whl")}

    def faults(self, lock: Path, version: str) -> str:
        """Return why this version of pip would not install exactly what is locked, or "" if it would.

        It may resolve here, unlike in this project's own installations: what the lock leaves open shows only so.
        """
        report = ("--dry-run", "--ignore-installed", "--report", "-")
        try:
            done = self._install(sys.executable, version, lock, *report)
        except subprocess.CalledProcessError as error:
            return str(error.stderr).strip()
        taken = [each["metadata"] for each in json.loads(done.stdout)["install"]]
        chosen = {canonicalize_name(each["name"]): each["version"] for each in taken}
        others = dict(chosen.items() ^ locked(lock).items())
        return f"other versions than the lock's: {', '.join(sorted(others))}" if others else ""

    def install(self, version: str, lock: Path, into: Path) -> None:
        """Install the lock into a new environment with this version of pip, as the Makefile does, and check it.

        Raises:
            CalledProcessError: pip refuses; ``stderr`` says why.
        """
        venv.create(into)
        python = str(into / "bin/python")
        self._install(python, version, lock, "--no-deps", "--no-compile")
        _pip(python, self.pips[version], "check")

    def _install(self, python: str, version: str, lock: Path, *options: str) -> "subprocess.CompletedProcess[str]":
        source = ("--no-index", "--find-links", str(self.folder), "--find-links", str(self.folder / NEWER))
        return _pip(python, self.pips[version], "install", *source, "--require-hashes", "-r", str(lock), *options)


def check(locks: Path) -> Iterator[str]:
    """Yield a line for each lock in a folder that one of the pips would not install exactly."""
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry.fetch(Path(folder), locks)
        for version, name in product(registry.pips, LOCKS):
            if why := registry.faults(locks / name, version):
                yield f"{name}, pip {version}: {why}"


def _pip(python: str, program: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    # Isolated: no variable and no configuration file of the machine counts.
    command = [python, str(program), "--isolated", "--disable-pip-version-check", "--quiet", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True)


def _download(folder: Path, requirement: Path) -> None:
    """Download exactly what is locked for this machine, as wheels: installing must not build anything either."""
    options = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "--dest", str(folder))
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", *options]
    subprocess.run([*command, "--requirement", str(requirement)], check=True)


def _write_newer(folder: Path, project: str, version: str) -> None:
    """Write an empty wheel of the next version: near enough for other packages to allow it."""
    *release, last = Version(version).release
    newer = ".".join(map(str, (*release, last + 1)))
    info = f"{project}-{newer}.dist-info"
    with zipfile.ZipFile(folder / f"{project}-{newer}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: {newer}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fetch", folder]:
            Registry.fetch(Path(folder))
        case ["check", folder]:
            sys.exit("\n".join(check(Path(folder))) or None)
