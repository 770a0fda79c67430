"""The layers: which package may import which, and what registering may load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.project import ROOT

BOTTOM = {"errors", "settings", "waiting", "text", "outcomes", "money", "network", "styles"}
MIDDLE = {"providers", "compositing", "storage", "gallery"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": {"money"},
    "text": set(),
    "styles": {"text"},
    "outcomes": {"money"},
    "waiting": {"errors"},
    "settings": {"errors"},
    "money": set(),
    **dict.fromkeys(sorted(MIDDLE), BOTTOM),
    "gallery": {"storage"} | BOTTOM,
    "originals": {"providers", "compositing", "storage"} | BOTTOM,
    "batch": {"originals"} | MIDDLE | BOTTOM,
    "tasks": {"batch", "originals"} | MIDDLE | BOTTOM,
    "posts": {"errors", "text", "network", "storage"},
    "cli": {"tasks", "batch", "posts", "originals"} | MIDDLE | BOTTOM,
    "deploy": {"storage"} | BOTTOM,
    "main": {"tasks", "settings"},
    "network": {"errors"},
    "benchmarks": {"tests", "cli", "tasks", "batch", "originals"} | MIDDLE | BOTTOM,
    "tests": {"cli", "posts", "deploy", "tasks", "batch", "originals"} | MIDDLE | BOTTOM,
}


def modules(room: str) -> list[Path]:
    return [ROOT / f"{room}.py"] if (ROOT / f"{room}.py").exists() else sorted((ROOT / room).rglob("*.py"))


def imported_rooms(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively, which this test cannot follow"
            names.add((node.module or "").partition(".")[0])
    return names & MAY_IMPORT.keys()


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_follow_the_layers(room: str) -> None:
    assert modules(room)
    for path in modules(room):
        forbidden = imported_rooms(path) - MAY_IMPORT[room] - {room}
        assert not forbidden, f"{path} imports {forbidden}"


def test_every_package_has_a_layer() -> None:
    rooms = {path.parent.name for path in ROOT.glob("[!.]*/*.py")} | {path.stem for path in ROOT.glob("*.py")}
    assert rooms == MAY_IMPORT.keys()


def test_registering_loads_only_the_sdk_and_signatures() -> None:
    """It runs before every task run on the dev server, and at every deploy."""
    code = "import sys, main; print(*{name.partition('.')[0] for name in sys.modules})"
    environment = {"PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "render_sdk" in loaded
    assert not loaded & {
        "openai",
        "google",
        "PIL",
        "minio",
        "pydantic",
        "uharfbuzz",
        "icu4py",
        "httpx",
        "jinja2",
        "yaml",
        "defusedxml",
        "posts",
        "cli",
    }
