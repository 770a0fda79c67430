"""``.env``, as the Render CLI's dev server reads it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.reading.environment import read_env_files
from errors import Fault, SettingsError
from tests.support.project import ROOT


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
        ("A=1\r\nB='2'\r\n\r\n# said of it\r\nC=", {"A": "1", "B": "2", "C": ""}),
        ('A="one\r\ntwo"', {"A": "one\ntwo"}),
        ("A=''\nB=\"\"", {"A": "", "B": ""}),
        ("export\ta.b_1=1", {"a.b_1": "1"}),
        ("A=été # l'été\xa0: chaud", {"A": "été"}),
        ("# l'été\xa0: $5\nA='日\u3000本'", {"A": "日\u3000本"}),
        ("A=c2VjcmV0==", {"A": "c2VjcmV0=="}),
        ("A=https://host/path?a=b&c=d#e", {"A": "https://host/path?a=b&c=d#e"}),
        ('A="-----BEGIN-----\\nab+/=\\n-----END-----\\n"', {"A": "-----BEGIN-----\nab+/=\n-----END-----\n"}),
        ('A="one\\rtwo"', {"A": "one\rtwo"}),
        ("A='pa\\ss'", {"A": "pa\\ss"}),
        ("A=pa\\\\ss\\t", {"A": "pa\\\\ss\\t"}),
        ("A=it's", {"A": "it's"}),
        ('A="it\'s"', {"A": "it's"}),
        ('A=say "hi"', {"A": 'say "hi"'}),
        ("A='\"'#said of it", {"A": '"'}),
        ("A=1 # for $5", {"A": "1"}),
        ('A="1" # of #1 and #2', {"A": "1"}),
    ],
)
def test_a_file_is_read_as_by_the_dev_server(folder: Path, text: str, variables: dict[str, str]) -> None:
    (folder / ".env").write_bytes(text.encode())
    assert read_env_files() == variables


NO_ASSIGNMENT = (
    "expected NAME=value, with a name of letters, digits, _ or ., and nothing but a comment after a closing quote"
)
DOLLAR = "a $ would begin another variable's name; put the value in single quotes"
BACKSLASH = "the dev server reads backslashes in quotes differently; leave the quotes out, or set it in the shell"
COMMENT = "it is unclear where a comment begins; put the value in quotes"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("A=secret$HOME", DOLLAR),
        ('A="secret${B}"', DOLLAR),
        ("A='secret\\\\s'", BACKSLASH),
        ("A='secret\\'s'", BACKSLASH),
        ("A='secret\\'", BACKSLASH),
        ("A='secret\\' # s'", BACKSLASH),
        ('A="secret\\t"', BACKSLASH),
        ('A="secret\\s"', BACKSLASH),
        ('A="secret\\"s\\""', BACKSLASH),
        ('A="secret\\\\"', BACKSLASH),
        ('A="secret\\\n"', BACKSLASH),
        ("A=secret # of #1 # and #2", COMMENT),
        ("A=secret # of\xa0#1", COMMENT),
        ("A= #secret", COMMENT),
        ("A=#secret", COMMENT),
        ("A", NO_ASSIGNMENT),
        ("export A", NO_ASSIGNMENT),
        ("export # secret", NO_ASSIGNMENT),
        ("export =secret", NO_ASSIGNMENT),
        ("=secret", NO_ASSIGNMENT),
        ("A: secret", NO_ASSIGNMENT),
        ("A B=secret", NO_ASSIGNMENT),
        ("A-B=secret", NO_ASSIGNMENT),
        ("ê=secret", NO_ASSIGNMENT),
        ("'A'=secret", NO_ASSIGNMENT),
        ('A="secret', NO_ASSIGNMENT),
        ("A='secret' B=2", NO_ASSIGNMENT),
        ("A=secret\u3000", NO_ASSIGNMENT),
        ("A=\u3000'secret'", NO_ASSIGNMENT),
        ("A='secret'\u3000", NO_ASSIGNMENT),
        ("A\u3000=secret", NO_ASSIGNMENT),
        ("export\u3000A=secret", NO_ASSIGNMENT),
        ("\x1cA=secret", NO_ASSIGNMENT),
        ("\x1c# secret", NO_ASSIGNMENT),
        ("A='secret'\rB=2", NO_ASSIGNMENT),
        ("A='secret' # secret\rB=2", NO_ASSIGNMENT),
        ("# secret\rB=2", NO_ASSIGNMENT),
        ("A=1 # secret\rB=2", COMMENT),
        ("A=secret\0", NO_ASSIGNMENT),
        ("A='secret\0'", NO_ASSIGNMENT),
        ('A="secret\0"', NO_ASSIGNMENT),
        ("\ufeffA=secret", "the file begins with a byte order mark; save it in UTF-8 without one"),
    ],
)
def test_what_the_dev_server_would_read_otherwise_is_refused_and_not_shown(folder: Path, text: str, fault: str) -> None:
    (folder / ".env").write_bytes(text.encode())
    with pytest.raises(SettingsError) as caught:
        read_env_files()
    assert f".env, line 1: {fault}" in map(str, caught.value.faults)
    assert "secret" not in str(caught.value)


def test_each_line_to_fix_is_named_by_its_number(folder: Path) -> None:
    (folder / ".env").write_bytes(b"A=1\r\n\r\n \nB\nC='1\n\n2'\nD=$C\n")
    with pytest.raises(SettingsError) as caught:
        read_env_files()
    assert caught.value.faults == (Fault(NO_ASSIGNMENT, ".env, line 4"), Fault(DOLLAR, ".env, line 8"))


def test_the_example_is_accepted(folder: Path) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    (folder / ".env").write_text(re.sub("^#(?=[A-Z_]+=$)", "", example, flags=re.MULTILINE), encoding="utf-8")
    assert set(read_env_files().values()) == {""}


def test_no_file_is_no_fault_unless_it_is_named_or_something_else_is_there(folder: Path) -> None:
    assert read_env_files() == {}
    with pytest.raises(SettingsError, match=r"mine\.env cannot be read: No such file"):
        read_env_files([Path("mine.env")])
    (folder / ".env").mkdir()
    with pytest.raises(SettingsError, match=r"\.env cannot be read: Is a directory"):
        read_env_files()


def test_files_that_are_named_are_read_instead_and_the_last_wins(folder: Path) -> None:
    (folder / ".env").write_text("A=0\nC=0")
    (folder / "one").write_text("A=1\nB=1")
    (folder / "two").write_text("B=2")
    assert read_env_files([Path("one"), Path("two")]) == {"A": "1", "B": "2"}


@pytest.mark.slow
def test_the_file_goes_before_the_environment_and_is_utf_8_in_every_locale(tmp_path: Path) -> None:
    variables = "THUMBNAILS_DIR=dépôt\nSIMULATED_LATENCY_SECONDS=0\nOPENAI_API_KEY="
    (tmp_path / ".env").write_text(variables, encoding="utf-8")
    options = ["--title", "A", "--model", "gpt-image-2", "--style", "neon", "--template", "left-panel"]
    command = [sys.executable, "-m", "cli", *options, "--font", "inter", "--json"]
    environment = {"THUMBNAILS_DIR": "from-environment", "OPENAI_API_KEY": "a-key", "PYTHONPATH": str(ROOT)}
    environment |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}  # ASCII.
    done = subprocess.run(
        command, cwd=tmp_path, env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["summary"]["ok"] == 1, done.stderr
    assert (tmp_path / "dépôt").is_dir()
    assert not (tmp_path / "from-environment").exists()
