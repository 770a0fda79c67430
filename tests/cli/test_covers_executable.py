"""``covers``, at the top of the clone: it sets itself up, and works from any folder."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.project import ROOT

# A Python whose environments only record what is installed, and run with the packages of these tests.
PYTHON = f"""#!/bin/sh
case "$*" in
    *"-m venv "*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *"-m pip "*) echo "$*" >> installed ;;
    *) exec {shlex.quote(sys.executable)} "$@" ;;
esac
"""
TITLE = ["--title", "A", "--model", "gpt-image-2", "--style", "neon", "--template", "left-panel", "--font", "inter"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in a folder with spaces, with the project's own Makefile."""
    folder = tmp_path / "my clones" / "blog covers"
    folder.mkdir(parents=True)
    for path in ROOT.glob("[!.]*"):
        if path.name != "covers" and not path.name.startswith("requirements"):
            (folder / path.name).symlink_to(path)
    for path in (ROOT / "covers", *ROOT.glob("requirements*")):
        shutil.copy(path, folder)
    (folder / "python").write_text(PYTHON)
    (folder / "python").chmod(0o755)
    return folder


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    """A folder elsewhere, with modules that have the names of the project's."""
    folder = tmp_path / "my blog"
    folder.mkdir()
    for name in ("cli.py", "errors.py", "rich.py"):
        (folder / name).write_text("raise SystemExit('not the clone's own')")
    return folder


def call(covers: Path, *arguments: str, folder: Path, python: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    variables = {"PATH": os.environ["PATH"], "PYTHON": str(python), "PYTHONPATH": str(folder), **more}
    command = [str(covers), *arguments]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)


def installations(clone: Path) -> int:
    return (clone / "installed").read_text().count(" install ")


def test_it_sets_itself_up_once_and_again_when_the_lock_has_changed(clone: Path, blog: Path) -> None:
    first = call(clone / "covers", "--version", folder=blog, python=clone / "python")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("blog-thumbnails ")
    assert "Installing the packages" in first.stderr
    assert installations(clone) == 1
    second = call(clone / "covers", "--version", folder=blog, python=clone / "python")
    assert (second.stdout, second.stderr) == (first.stdout, "")
    later = time.time() + 60
    os.utime(clone / "requirements-local.txt", (later, later))
    call(clone / "covers", "--version", folder=blog, python=clone / "python")
    assert installations(clone) == 2


def test_paths_and_env_are_those_of_the_callers_folder(clone: Path, blog: Path) -> None:
    (clone / ".env").write_text("THUMBNAILS_DIR=clones\n")
    (blog / ".env").write_text("THUMBNAILS_DIR=my pictures\nSIMULATED_LATENCY_SECONDS=0\n")
    (blog / "my posts").mkdir()
    (blog / "my posts" / "first.md").write_text("---\ntitle: First\n---\n")
    (blog / "bin").mkdir()
    (blog / "bin" / "covers").symlink_to("link")
    (blog / "bin" / "link").symlink_to(os.path.relpath(clone / "covers", blog / "bin"))
    options = ["my posts", "--model", "gpt-image-2", "--covers", "my site", "--json"]
    done = call(blog / "bin" / "covers", *options, folder=blog, python=clone / "python")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["summary"]["ok"] == 1
    assert (blog / "my pictures" / "thumbnails").is_dir()
    assert (blog / "my site-simulated" / "first.jpg").is_file()
    assert not (clone / "clones").exists()


def test_it_is_found_on_the_path_and_passes_on_the_exit_code(clone: Path, blog: Path) -> None:
    path = f"{clone}:{os.environ['PATH']}"
    done = call(Path("covers"), *TITLE[2:], folder=blog, python=clone / "python", PATH=path)
    assert done.returncode == 2
    assert "--title is missing" in done.stderr


def test_without_make_it_says_what_is_needed(clone: Path, blog: Path) -> None:
    for name in ("dirname", "readlink"):
        (blog / name).symlink_to(str(shutil.which(name)))
    done = call(clone / "covers", "--version", folder=blog, python=clone / "python", PATH=str(blog))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "The environment could not be set up. It needs make, and Python 3.11 or newer with venv."
    )
