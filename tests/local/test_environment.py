"""``.env``, as the Render CLI's dev server reads it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from errors import SettingsError
from local.environment import read_env_files
from testing.project import ROOT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Each line with what the dev server's parser (godotenv 1.5.1) makes of it.
@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("A=1", {"A": "1"}),
        (" A = 1 ", {"A": "1"}),
        ("export A=1", {"A": "1"}),
        ("A=1 # said of it", {"A": "1"}),
        ("A=1#2", {"A": "1#2"}),
        ('A="x # y" # said of it', {"A": "x # y"}),
        ("A='x # y'", {"A": "x # y"}),
        ("A=", {"A": ""}),
        ('A="a\\nb"', {"A": "a\nb"}),
        ("A='a\\nb'", {"A": "a\\nb"}),
        ('A="one\ntwo"', {"A": "one\ntwo"}),
        ("A='$B'", {"A": "$B"}),
        ("# said of it\n\nA=1\r\nB=2", {"A": "1", "B": "2"}),
        ("A=1\nA=2", {"A": "2"}),
    ],
)
def test_a_file_is_read_as_by_the_dev_server(folder: Path, text: str, variables: dict[str, str]) -> None:
    (folder / ".env").write_text(text)
    assert read_env_files() == variables


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("A=1\nB", ".env, line 2: expected NAME=value"),
        ("A: secret", ".env, line 1: expected NAME=value"),
        ("A B=secret", ".env, line 1: expected NAME=value"),
        ('A="secret', ".env, line 1: expected NAME=value"),
        ("A=secret$HOME", ".env, line 1: a $ would begin another variable's name; put the value in single quotes"),
        ('A="secret${B}"', ".env, line 1: a $ would begin another variable's name; put the value in single quotes"),
    ],
)
def test_what_the_dev_server_would_read_otherwise_is_refused_and_not_shown(folder: Path, text: str, fault: str) -> None:
    (folder / ".env").write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_env_files()
    assert fault in str(caught.value)
    assert "secret" not in str(caught.value)


def test_no_file_is_no_fault_unless_it_is_named(folder: Path) -> None:
    assert read_env_files() == {}
    with pytest.raises(SettingsError, match=r"mine\.env cannot be read: No such file"):
        read_env_files([Path("mine.env")])


def test_files_that_are_named_are_read_instead_and_the_last_wins(folder: Path) -> None:
    (folder / ".env").write_text("A=0\nC=0")
    (folder / "one").write_text("A=1\nB=1")
    (folder / "two").write_text("B=2")
    assert read_env_files([Path("one"), Path("two")]) == {"A": "1", "B": "2"}


@pytest.mark.slow
def test_the_file_goes_before_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("THUMBNAILS_DIR=from-file\nSIMULATED_LATENCY_SECONDS=0\nOPENAI_API_KEY=")
    options = ["--title", "A", "--model", "gpt-image-2", "--style", "neon", "--template", "left-panel"]
    command = [sys.executable, "-m", "local", *options, "--font", "inter", "--json"]
    environment = {"THUMBNAILS_DIR": "from-environment", "OPENAI_API_KEY": "a-key", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["summary"]["ok"] == 1, done.stderr
    assert (tmp_path / "from-file").is_dir()
    assert not (tmp_path / "from-environment").exists()
