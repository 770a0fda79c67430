"""The images of store and front contain only what they need, and everyone builds the same MinIO."""

import fnmatch
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.dockerfile import Dockerfile
from tests.support.project import ROOT

VERSION = (ROOT / "deploy/minio.version").read_text().strip()
MINIO, FRONT = (Dockerfile.read(ROOT / f"deploy/{name}.Dockerfile") for name in ("minio", "front"))


def test_the_image_and_the_makefile_build_minio_in_the_same_way() -> None:
    assert MINIO.all("RUN", stage=0) == ["deploy/build-minio.sh /out/minio"]
    planned = ["make", "--no-print-directory", "--dry-run", "--always-make", ".minio/bin/minio"]
    done = subprocess.run(planned, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "deploy/build-minio.sh .minio/bin/minio"


@pytest.mark.parametrize("changed", ["deploy/minio.version", "deploy/minio.patch", "deploy/build-minio.sh"])
def test_the_makefile_rebuilds_minio_when_its_sources_change(changed: str) -> None:
    planned = ["make", "--dry-run", f"--what-if={changed}", ".minio/bin/minio"]
    done = subprocess.run(planned, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "deploy/build-minio.sh .minio/bin/minio" in done.stdout


@pytest.mark.parametrize(
    ("git", "go", "planned"),
    [
        (True, "go1.24", "deploy/build-minio.sh .minio/bin/minio"),
        (True, "go1.26.8", "deploy/build-minio.sh .minio/bin/minio"),
        (True, "go1.19.8", "install Go 1.24 or newer, and git"),  # Debian 12's.
        (True, None, "install Go 1.24 or newer, and git"),
        (False, "go1.26.8", "install Go 1.24 or newer, and git"),
        (False, None, "install Go 1.24 or newer, and git"),
    ],
)
def test_make_test_builds_minio_first_or_says_what_to_install(
    tmp_path: Path, git: bool, go: str | None, planned: str
) -> None:
    if git:
        (tmp_path / "git").touch(0o755)
    if go:
        (tmp_path / "go").write_text(f"#!/bin/sh\necho {go}\n")
        (tmp_path / "go").chmod(0o755)
    make, grep = shutil.which("make"), shutil.which("grep")
    assert make
    assert grep
    (tmp_path / "grep").symlink_to(grep)
    command = [make, "--dry-run", "--what-if=deploy/minio.version", "test"]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True)
    before, _, _ = done.stdout.partition("-m pytest")
    assert planned in before


def test_continuous_integration_runs_make_test_and_skips_nothing() -> None:
    lines = (ROOT / ".ci/run").read_text().splitlines()
    assert lines[-1] == "make test"
    assert any(line.startswith("export SKIP_NOTHING=1") for line in lines)


def test_no_other_file_repeats_the_version() -> None:
    folders = (ROOT, ROOT / ".ci", ROOT / "deploy", ROOT / "docs", ROOT / "tests")
    files = [path for folder in folders for path in folder.iterdir() if path.is_file()]
    assert [path.name for path in files if VERSION.encode() in path.read_bytes()] == ["minio.version"]


def test_the_patch_adds_few_lines_and_removes_only_the_replications_headers() -> None:
    lines = (ROOT / "deploy/minio.patch").read_text().partition("\n--- ")[2].splitlines()
    assert len([line for line in lines if re.match(r"\+[^+]", line)]) <= 40
    removed = [line for line in lines if re.match("-[^-]", line)]
    assert removed
    assert all("Replication" in line for line in removed)


def test_one_line_moves_to_minios_successor() -> None:
    """The one that SECURITY.md gives, in place of the one that takes what was built here."""
    [built] = [line for line in MINIO.all("COPY") if line.startswith("--from=build ")]
    [given] = re.findall(r"^    COPY (--from=pgsty/silo:.*)$", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)
    assert "@sha256:<its digest> " in given
    assert given.split()[-2:] == ["/usr/bin/silo", built.split()[-1]]


def test_the_build_fails_if_the_patch_does_not_apply(tmp_path: Path) -> None:
    """A script that provides other sources replaces Go."""
    sources = tmp_path / "sources" / "cmd"
    sources.mkdir(parents=True)
    (sources / "auth-handler.go").write_text("package cmd\n")
    go = tmp_path / "go"
    go.write_text(
        f'#!/bin/sh\n[ "$1" = mod ] && printf \'\\t"Dir": "%s",\\n\' {sources.parent} || touch {tmp_path}/built\n'
    )
    go.chmod(0o755)
    done = subprocess.run(
        [ROOT / "deploy/build-minio.sh", tmp_path / "minio"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "auth-handler.go" in done.stderr
    assert not (tmp_path / "built").exists()


def test_no_other_file_can_get_into_an_image() -> None:
    """In particular no .env: files not named here never reach the builder."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    kept = [line.removeprefix("!") for line in lines[1:]]
    taken = [
        source for image in (MINIO, FRONT) for n in range(len(image.stages)) for source in image.copied(n).values()
    ]
    files = [path for source in taken for path in ([source] if "." in source else [f"{source}/any.py"])]
    for path in files:
        assert any(fnmatch.fnmatch(path, pattern) for pattern in kept), path
    for pattern in kept:
        assert any(fnmatch.fnmatch(path, pattern) for path in files), pattern


def test_minios_image_has_the_workers_versions_of_its_packages() -> None:
    """The rehearsal in tests/e2e/test_deployment.py shows that they suffice: it has no others."""
    ours, theirs = (
        set(re.findall(r"^[\w-]+==[\w.]+", (ROOT / file).read_text(), re.MULTILINE))
        for file in ("deploy/requirements.txt", "requirements.txt")
    )
    assert ours
    assert ours <= theirs
    install = "pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes"
    assert f"{install} -r deploy/requirements.txt && pip check" in MINIO.all("RUN")


def test_the_console_is_off() -> None:
    assert MINIO.environment["MINIO_BROWSER"] == "off"


def test_the_front_is_never_root() -> None:
    assert FRONT.user == "www-data"


def start(open_folder: Path, *command: str, user: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the image's entry point with an empty disk owned by root."""
    entry_point = shutil.copy(ROOT / "deploy/minio-entrypoint.sh", open_folder)
    return subprocess.run(
        [entry_point, *command],
        env={"PATH": os.environ["PATH"], "MINIO_VOLUMES": str(open_folder / "disk" / "minio")},
        capture_output=True,
        text=True,
        user=user,
        check=False,
    )


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can change a folder's owner: run the tests as root")
needs_setpriv = pytest.mark.skipif(not shutil.which("setpriv"), reason="no setpriv: install util-linux")


@needs_root
@needs_setpriv
def test_the_disk_is_given_to_minios_user(open_folder: Path) -> None:
    for _ in range(2):  # The first start and a later one.
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


def test_the_entry_point_changes_nothing_if_started_as_another_user(open_folder: Path) -> None:
    other = "nobody" if os.getuid() == 0 else None
    done = start(open_folder, "id", "-u", user=other)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() not in ("0", "10001")
    assert not (open_folder / "disk").exists()


def test_the_container_ends_with_minios_exit_code(open_folder: Path) -> None:
    assert start(open_folder, "sh", "-c", "exit 7", user="nobody" if os.getuid() == 0 else None).returncode == 7
