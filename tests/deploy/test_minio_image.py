"""MinIO's image: one version for all that build it, and what it says to Render."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.dockerfile import Dockerfile

ROOT = Path(__file__).resolve().parents[2]
VERSION = (ROOT / "minio.version").read_text().strip()
IMAGE = Dockerfile.read(ROOT / "deploy/minio.Dockerfile")


def test_the_image_builds_the_version_that_the_file_names() -> None:
    assert IMAGE.all("COPY", stage=0) == ["minio.version ."]
    [build] = IMAGE.all("RUN", stage=0)
    assert '"github.com/minio/minio@$(cat minio.version)"' in build


def test_the_makefile_builds_the_version_that_the_file_names() -> None:
    planned = ["make", "--dry-run", "--always-make", ".minio/bin/minio"]
    done = subprocess.run(planned, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"go install github.com/minio/minio@{VERSION}\n" in done.stdout


def test_continuous_integration_builds_it_as_the_makefile_does() -> None:
    assert "make .minio/bin/minio" in (ROOT / ".ci/run").read_text()


def test_the_version_is_written_nowhere_else() -> None:
    folders = (ROOT, ROOT / ".ci", ROOT / "deploy", ROOT / "docs", ROOT / "tests")
    files = [path for folder in folders for path in folder.iterdir() if path.is_file()]
    assert [path.name for path in files if VERSION.encode() in path.read_bytes()] == ["minio.version"]


def test_the_image_is_built_from_two_files_and_no_other_can_slip_in() -> None:
    """Above all no .env: what is not named here never reaches the builder."""
    kept = {line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")}
    taken = {source for stage in (0, 1) for line in IMAGE.all("COPY", stage) for source in line.split()[-2:-1]}
    assert kept == {"*", "!minio.version", "!deploy/minio-entrypoint.sh"}
    assert taken == {"minio.version", "/out/minio", "deploy/minio-entrypoint.sh"}


def test_the_console_is_off() -> None:
    assert IMAGE.environment["MINIO_BROWSER"] == "off"


def start(open_folder: Path, *command: str, user: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the entry point as the image has it, with a disk that is root's own and not written to yet."""
    entry_point = shutil.copy(ROOT / "deploy/minio-entrypoint.sh", open_folder)
    return subprocess.run(
        [entry_point, *command],
        env={"PATH": os.environ["PATH"], "MINIO_VOLUMES": str(open_folder / "disk" / "minio")},
        capture_output=True,
        text=True,
        user=user,
        check=False,
    )


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away: run the tests as root")
needs_setpriv = pytest.mark.skipif(not shutil.which("setpriv"), reason="no setpriv: install util-linux")


@needs_root
@needs_setpriv
def test_the_disk_is_handed_to_the_user_that_minio_runs_as(open_folder: Path) -> None:
    for _ in range(2):  # As on the first start, and on every later one.
        done = start(open_folder, "sh", "-c", 'id -u; id -g; id -G; echo x > "$MINIO_VOLUMES/written"')
        assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["10001"] * 3, "")
    folder = open_folder / "disk" / "minio"
    assert (folder.stat().st_uid, folder.stat().st_gid, folder.stat().st_mode & 0o777) == (10001, 10001, 0o700)
    assert (folder / "written").stat().st_uid == 10001


@needs_root
@needs_setpriv
def test_there_is_no_way_back_to_root(open_folder: Path) -> None:
    done = start(open_folder, "grep", "-E", "^(CapEff|CapPrm|NoNewPrivs):", "/proc/self/status")
    rights = dict(line.split() for line in done.stdout.splitlines())
    assert rights == {"CapPrm:": "0" * 16, "CapEff:": "0" * 16, "NoNewPrivs:": "1"}


def test_started_as_another_user_it_leaves_everything_as_it_is(open_folder: Path) -> None:
    other = "nobody" if os.getuid() == 0 else None
    done = start(open_folder, "id", "-u", user=other)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() not in ("0", "10001")
    assert not (open_folder / "disk").exists()


def test_what_minio_ends_with_is_what_the_container_ends_with(open_folder: Path) -> None:
    assert start(open_folder, "sh", "-c", "exit 7", user="nobody" if os.getuid() == 0 else None).returncode == 7
