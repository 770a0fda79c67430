"""``covers status``, ``export`` and ``open``: they look at what was made, and draw nothing."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import main

BLOG = 'name = "Ann"\nsource = "posts"\nmodels = ["gpt-image-2"]\n'


@pytest.fixture(autouse=True)
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A blog of two posts with covers, where this is called, and then a third post."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIMULATED_LATENCY_SECONDS", "0")
    for name in ("THUMBNAILS_DIR", "SIMULATE_PROVIDERS"):  # The command line chooses these.
        monkeypatch.setenv(name, "")
    Path("covers.toml").write_text(BLOG)
    Path("posts").mkdir()
    add_post("One")
    add_post("Two")
    assert main([]) == 0
    add_post("Three")
    capsys.readouterr()


def add_post(title: str) -> None:
    Path(f"posts/{title.lower()}.md").write_text(f"---\ntitle: {title}\ndescription: A post\n---\n")


def files() -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def status(capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    assert main(["status", "--json", *more]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_status_counts_posts_covers_and_choices_and_names_what_is_new(capsys: pytest.CaptureFixture[str]) -> None:
    before = files()
    found = status(capsys)
    assert (found["posts"], found["covers"], found["chosen"]) == (2, 2, 0)
    assert (found["new_posts"], found["older_looks"], found["without_picture"]) == (["three"], [], [])
    assert main(["status"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Ann: 2 posts, 2 with a cover, 0 chosen by you\nnew, not drawn yet (1): three")
    assert "simulated, nothing was paid" in shown
    assert files() == before


def test_the_status_names_covers_that_show_an_older_look(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--font", "lora"]) == 0
    capsys.readouterr()
    assert status(capsys)["older_looks"] == ["one", "two"]


def test_a_key_that_is_set_later_does_not_hide_the_simulated_batch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary")
    found = status(capsys)
    assert (found["simulated"], found["posts"]) == (True, 2)


def test_covers_are_exported_where_the_file_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export"]) == 2
    assert "Give --covers, or write it into covers.toml" in capsys.readouterr().err
    Path("covers.toml").write_text(f'{BLOG}covers = "site"\n')
    for changed in (2, 0):
        assert main(["export"]) == 0
        assert f"covers:   site-simulated, {changed} changed" in capsys.readouterr().err
    assert sorted(path.name for path in Path("site-simulated").iterdir()) == ["covers.json", "one.jpg", "two.jpg"]


def test_the_page_is_opened_in_the_browser(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert main(["open"]) == 0
    [page] = opened
    assert page.startswith("file://")
    assert capsys.readouterr().out == f"{page}\n"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where the thumbnails are public, as Render's front shows them."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "out/thumbnails")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("written", ["", "batches/0123/index.html"])
def test_on_render_a_batch_is_looked_at_over_its_public_address(
    address: str, written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = status(capsys, "--on", "blog-thumbnails", "--address", address + written)
    assert (found["posts"], found["new_posts"]) == (2, ["three"])
    assert found["page"].startswith(f"{address}batches/")


@pytest.mark.parametrize("verb", ["status", "open"])
def test_a_batch_that_is_not_there_is_named(verb: str, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("covers.toml").unlink()
    for options, said in (
        ([], "It is unknown which batch is meant. Name its source, or write it into covers.toml"),
        (["--name", "Bob"], "There is no batch"),
        (["--name", "Ann", "--on", "slug"], "Give --address, the beginning of the page's address up to batches/"),
        (["--name", "Bob", "--on", "slug", "--address", address], "404"),
    ):
        assert main([verb, *options]) == 2
        assert said in capsys.readouterr().err
