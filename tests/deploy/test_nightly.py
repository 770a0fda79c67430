"""The cron job's command: it runs anywhere, and fails only where someone can act."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.nightly import report_night
from tests.deploy.blueprint import NIGHTLY, Blueprint
from tests.support.project import ROOT

SCRIPT, _, OPTIONS = Blueprint.read().services[NIGHTLY]["startCommand"].partition(" ")
FEED = "https://blog.example.com/feed.xml"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the script where a clone has it, and without a developer's .env."""
    (tmp_path / SCRIPT).parent.mkdir()
    shutil.copy(ROOT / SCRIPT, tmp_path / SCRIPT)
    return tmp_path


def nightly(script: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the nightly service's own command in another folder."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"PATH": path, "PYTHONPATH": str(ROOT), **variables}
    command = ["/bin/bash", "-c", f"{script} {OPTIONS}"]
    return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("variables", [{}, {"POSTS_URL": ""}])
def test_it_is_off_until_its_feed_is_named(clone: Path, variables: dict[str, str]) -> None:
    done = nightly(clone / SCRIPT, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    [line] = done.stdout.splitlines()
    assert "set POSTS_URL, your feed's address, and RENDER_API_KEY" in line


def test_it_runs_the_command_line_and_fails_where_that_does(clone: Path) -> None:
    done = nightly(clone / SCRIPT, POSTS_URL=FEED)
    assert done.returncode == 2
    assert "RENDER_API_KEY is not set" in done.stderr


def test_the_feed_may_be_named_in_env_and_the_script_be_linked(clone: Path) -> None:
    """As in /etc/cron.daily."""
    (clone / ".env").write_text(f"POSTS_URL={FEED}\n")
    (clone / "daily").symlink_to(clone / SCRIPT)
    for script in (clone / SCRIPT, clone / "daily"):
        assert "RENDER_API_KEY is not set" in nightly(script).stderr


def test_a_line_of_env_that_cannot_be_read_is_named(clone: Path) -> None:
    (clone / ".env").write_text('POSTS_URL="\n')
    done = nightly(clone / SCRIPT)
    assert done.returncode == 2
    assert ".env, line 1" in done.stderr


@pytest.mark.parametrize("place", [".venv/bin/python", "path/python", "path/python3"])
def test_it_takes_the_clones_python_or_one_on_the_path(clone: Path, place: str) -> None:
    (clone / place).parent.mkdir(parents=True)
    (clone / place).write_text('#!/bin/sh\necho "in $PWD: $*"\n')
    (clone / place).chmod(0o755)
    (clone / "tools").mkdir()
    for name in ("bash", "dirname", "readlink", "sh"):
        (clone / "tools" / name).symlink_to(str(shutil.which(name)))
    done = nightly(clone / SCRIPT, PATH=f"{clone}/path:{clone}/tools", WORKFLOW_SLUG="blog-x1y2")
    assert done.stdout == f"in {clone}: -m cli.nightly --on blog-x1y2 --limit 20\n", done.stderr


def printed(*statuses: str) -> str:
    """Return what the command line prints with --json about a batch whose pairs ended like this."""
    pair = {"title": "One", "model": "gpt-image-2"}
    made: dict[str, Any] = {
        **pair,
        "status": "ok",
        "image_url": "http://example.com/a.jpg",
        "reused": True,
        "cost_usd": 0.0,
    }
    made["served_by"] = "gpt-image-2"
    outcomes: list[dict[str, Any]] = [
        made if status == "ok" else {**pair, "status": status, "error": {"code": status, "message": "Why."}}
        for status in statuses
    ]
    counts = {name: statuses.count(name) for name in ("ok", "rejected", "failed")}
    urls = {"manifest_url": "http://example.com/manifest.json", "gallery_url": "http://example.com/"}
    summary = {"requested": len(statuses), "reused": counts["ok"], **counts}
    return json.dumps(
        {
            "summary": summary,
            "rows": [{"results": outcomes}],
            "cost": "nothing",
            "pictures_made": 0,
            "maybe_billed": 0,
            **urls,
        }
    )


@pytest.mark.parametrize(
    ("code", "statuses", "expected"),
    [
        (0, ["ok", "ok"], 0),
        (1, ["ok", "rejected"], 0),
        (1, ["rejected"], 0),
        (1, ["ok", "failed"], 1),
        (1, ["rejected", "failed"], 1),
    ],
)
def test_a_refusal_is_reported_and_is_no_failure(
    capsys: pytest.CaptureFixture[str], code: int, statuses: list[str], expected: int
) -> None:
    assert report_night(code, printed(*statuses)) == expected
    said = capsys.readouterr().out
    assert f"{statuses.count('rejected')} rejected" in said
    assert ("Why." in said) == (statuses != ["ok", "ok"])


@pytest.mark.parametrize("code", [1, 2, 130])
def test_a_run_without_a_result_ends_with_its_own_code(code: int) -> None:
    assert report_night(code, "") == code
