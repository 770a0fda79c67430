"""What ``make`` takes and says, beyond running what other tests run."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.moved_registry import LOCKS
from tests.support.project import ROOT

# What only a shell understands; GNU make 3.81 runs a command without any of them itself.
FOR_THE_SHELL = set('#;*?[]&|<>(){}`^~!"')


def make(
    *arguments: str, folder: Path = ROOT, path: str = os.environ["PATH"], variables: Mapping[str, str] = {}
) -> "subprocess.CompletedProcess[str]":
    """Run make as from a shell, though `make test PYTHON=...` may run this."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTHON"))}
    environment = {**kept, "PATH": path, **variables}
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def planned(*arguments: str, path: str = os.environ["PATH"]) -> list[str]:
    """Return the commands that make would run."""
    done = make("--dry-run", *arguments, path=path)
    assert done.returncode == 0, done.stderr
    return done.stdout.replace("\\\n", "").splitlines()


def test_a_batch_can_be_another_file_with_options() -> None:
    assert planned("batch", "FILE=my posts.csv", "ARGS=--limit 5 --plan")[-1].endswith(
        " 'my posts.csv' --limit 5 --plan"
    )
    assert planned("batch")[-1].endswith(" -m cli 'batch.json' ")


def test_the_makefile_and_the_tests_know_the_same_locks() -> None:
    [named] = re.findall(r"^LOCKED := (.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert tuple(named.split()) == LOCKS


@pytest.mark.parametrize("name", ["O'Brien.csv", "''.csv", 'a $HOME `id` "b" $(x) \\.csv', "#1, 2.csv"])
def test_a_batchs_file_may_have_any_name(name: str) -> None:
    assert shlex.split(planned("batch", f"FILE={name}")[-1])[-1] == name


def test_variables_that_would_lead_python_past_the_environment_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "rich.py").write_text("raise SystemExit('not the installed package')")
    variables = {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(tmp_path), "PYTHONHOME": "/nowhere"}
    done = make("--old-file=.venv/runtime", "batch", "FILE=none.json", variables=variables)
    assert "none.json" in done.stderr
    assert "Traceback" not in done.stderr
    assert "not the installed package" not in done.stderr


def test_every_installation_resolves_nothing_and_is_checked() -> None:
    pip = [line for line in planned("--always-make", ".venv/development") if "-m pip" in line]
    assert [line.partition("pip ")[2].split()[1] for line in pip] == ["install", "check"] * 2
    for line in pip[::2]:
        assert {"--no-deps", "--require-hashes", "-r"} <= {*line.split()}


def test_the_makefile_works_with_the_make_of_a_mac() -> None:
    """It is GNU make 3.81, which finds no `command`, as that is a part of the shell."""
    text = (ROOT / "Makefile").read_text().replace("\\\n", "")
    calls = re.findall(r"\$\(shell (.*)", text)
    lines = re.findall(r"^\t(.*\bcommand\b.*)", text, re.MULTILINE)
    assert len(calls) > 2
    for command in (*calls, *lines):
        assert {*command.partition("$(")[0]} & FOR_THE_SHELL, command


@pytest.mark.parametrize("runs", ["in any folder", "only elsewhere"])
def test_the_first_python_that_runs_is_taken(tmp_path: Path, runs: str) -> None:
    """A version manager's may not run in this folder, whose .python-version names one that it does not have."""
    works = {"in any folder": "true", "only elsewhere": f"[ \"$PWD\" != '{ROOT}' ]"}[runs]
    for name, test in {"python3.11": "false", "python3": "false", "python3.13": works}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{test} && exec '{sys.executable}' \"$@\"\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    for tool in ("make", "sh"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    commands = planned("--always-make", ".venv/made", path=str(tmp_path))
    assert f"'{sys.executable}' -m venv --clear .venv" in commands


def test_without_a_python_the_remedy_is_named() -> None:
    done = make("/nowhere/made", "VENV=/nowhere", "PYTHON=/nowhere/python")
    assert done.returncode
    assert "Python 3.11 or newer is needed: make PYTHON=/path/to/it" in done.stdout


def test_a_clone_may_be_in_a_folder_with_a_space(tmp_path: Path) -> None:
    folder = tmp_path / "my clones"
    (folder / "deploy").mkdir(parents=True)
    for name in ("Makefile", "deploy/versitygw.version"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "go").write_text('#!/bin/sh\nmkdir -p "$GOBIN" && echo "$*" > "$GOBIN/versitygw"\n')
    (folder / "go").chmod(0o755)
    done = make(".minio/bin/versitygw", folder=folder, path=f"{folder}:{os.environ['PATH']}")
    assert done.returncode == 0, done.stderr
    version = (ROOT / "deploy/versitygw.version").read_text().strip()
    assert (folder / ".minio/bin/versitygw").read_text().endswith(f"versitygw@{version}\n")


def test_a_busy_port_is_reported_before_anything_is_built_or_printed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as other:
        port, free = taken.getsockname()[1], other.getsockname()[1]
        other.close()
        done = make("minio", "MINIO=/nowhere/minio", f"MINIO_PORT={free}", f"MINIO_CONSOLE_PORT={port}")
    assert done.returncode
    assert done.stdout.startswith(f"Port {port} is in use. Name two free ones: make minio MINIO_PORT=")
    assert "listens" not in done.stdout
