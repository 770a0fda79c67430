"""``covers init``: what a folder shows of its blog is found out, and the file that is written draws."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli.command_line import main
from cli.reading.parsing import parse
from cli.starting import GENERATORS, find_blog, init


@pytest.fixture(autouse=True)
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIMULATED_LATENCY_SECONDS", "0")
    return tmp_path


def write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("---\ntitle: A post\n---\nText.\n")


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda generator: generator["name"] or "none")
def test_each_generator_is_known_by_its_files(blog: Path, generator: dict[str, Any]) -> None:
    for mark in generator["marks"][:1]:
        write(blog / mark / "x") if "." not in Path(mark).name else write(blog / mark)
    write(blog / generator["posts"][0] / "a-post.md")
    found = find_blog(blog)
    assert (found.generator, found.source) == (generator["name"], generator["posts"][0])
    assert found.covers == generator["covers"]


def test_what_is_written_draws(blog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(blog / "hugo.toml/x")
    write(blog / "content/posts/a-post.md")
    assert main(["init"]) == 0
    said = capsys.readouterr().err
    assert "Hugo: 1 post in content/posts" in said
    assert "try: covers plan" in said
    known = tomllib.loads((blog / "covers.toml").read_text())
    assert (known["source"], known["covers"], known["max_cost"]) == ("content/posts", "static/covers", 15.0)
    assert main([]) == 0
    assert (blog / "static/covers-simulated/a-post.jpg").is_file()


def test_a_file_that_is_there_is_never_overwritten(blog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (blog / "covers.toml").write_text('style = "neon"\n')
    assert main(["init"]) == 2
    assert "covers.toml is there already" in capsys.readouterr().err
    assert (blog / "covers.toml").read_text() == 'style = "neon"\n'


def test_what_cannot_be_found_is_asked_for_at_a_terminal(blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = "https://ann.example/feed.xml"
    answers = iter([feed, "public/covers", "2.5"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("rich.prompt.PromptBase.get_input", lambda *_, **__: next(answers))
    assert init(parse(["init"]), Console(force_terminal=True)) == 0
    known = tomllib.loads((blog / "covers.toml").read_text())
    assert (known["source"], known["covers"], known["max_cost"]) == (
        "https://ann.example/feed.xml",
        "public/covers",
        2.5,
    )


def test_a_reader_of_the_help_that_stops_early_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def write(self, text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

        def fileno(self) -> int:
            return 1

    monkeypatch.setattr("sys.stdout", Gone())
    monkeypatch.setattr("os.dup2", lambda *_: None)
    assert main(["--help"]) == 1
