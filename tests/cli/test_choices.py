"""Choosing covers: the page's choices are applied once, all or none; and covers are copied as files."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import main

BATCH = [["One", "Two"], ["dall-e-3", "gpt-image-1"], "neon", "bottom-bar", "inter"]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """A finished batch's result, in the working directory's store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIMULATED_LATENCY_SECONDS", "0")
    Path("batch.json").write_text(json.dumps(BATCH))
    assert main(["batch.json", "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def choose(made: dict[str, Any], number: int, **changes: Any) -> int:
    """Save the choice of each row's so-manieth thumbnail, as the page does, and apply it."""
    choices = [
        {"slug": row["slug"], "title": row["title"], "model": chosen["model"], "thumbnail": chosen["key"]}
        for row in made["rows"]
        for chosen in [row["results"][number]]
    ]
    saved = {"version": 1, "batch_id": made["batch_id"], "choices": choices, **changes}
    Path("choices.json").write_text(json.dumps(saved))
    return main(["--choose", "choices.json"])


def files() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path("out").rglob("*") if path.is_file()}


def test_choices_replace_covers_and_the_second_time_change_nothing(
    made: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert choose(made, 1) == 0
    assert "2 covers changed, 0 chosen already" in capsys.readouterr().out
    for row in made["rows"]:
        chosen = Path("out/thumbnails", row["results"][1]["key"]).read_bytes()
        assert Path(f"out/thumbnails/covers/{row['slug']}.jpg").read_bytes() == chosen
    manifest = json.loads(Path(made["manifest_url"].removeprefix("file://")).read_text())
    assert [row["cover"]["chosen"] for row in manifest["rows"]] == [True, True]
    before = files()
    assert choose(made, 1) == 0
    assert "0 covers changed, 2 chosen already" in capsys.readouterr().out
    assert files() == before
    assert main(["batch.json"]) == 0
    assert Path("out/thumbnails/covers/one.jpg").read_bytes() == before["out/thumbnails/covers/one.jpg"]


def test_unknown_posts_or_pictures_refuse_all_choices(made: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    before = files()
    row = made["rows"][0]
    good = {"slug": row["slug"], "title": "One", "model": "m", "thumbnail": row["results"][1]["key"]}
    assert choose(made, 1, choices=[good, {**good, "slug": "three"}, {**good, "thumbnail": "gone.jpg"}]) == 2
    told = capsys.readouterr().err
    assert "(three) is not in the batch" in told
    assert "has no thumbnail gone.jpg any more" in told
    assert choose(made, 1, batch_id="0" * 16) == 2
    assert "There is no batch 0000000000000000 in this store." in capsys.readouterr().err
    assert files() == before


@pytest.mark.parametrize(
    "text", ["", "[]", "[" * 100_000, '{"version": 2}', '{"version": 1, "batch_id": 7, "choices": []}']
)
def test_another_file_is_refused(made: dict[str, Any], capsys: pytest.CaptureFixture[str], text: str) -> None:
    Path("choices.json").write_text(text)
    assert main(["--choose", "choices.json"]) == 2
    assert "choices.json is not a file of choices" in capsys.readouterr().err


def test_covers_come_as_files_and_only_what_changed_is_written(
    made: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["batch.json", "--covers", "site"]) == 0
    assert "2 changed" in capsys.readouterr().err
    assert [path.name for path in sorted(Path("site-simulated").iterdir())] == ["covers.json", "one.jpg", "two.jpg"]
    listed = json.loads(Path("site-simulated/covers.json").read_text())
    assert [(each["slug"], each["title"], each["file"]) for each in listed] == [
        ("one", "One", "one.jpg"),
        ("two", "Two", "two.jpg"),
    ]
    assert all("address" not in each and each["alt"] for each in listed)
    assert "file:" not in Path("site-simulated/covers.json").read_text()
    written = Path("site-simulated/one.jpg").stat().st_mtime_ns
    assert main(["batch.json", "--covers", "site"]) == 0
    assert ", 0 changed" in capsys.readouterr().err
    assert Path("site-simulated/one.jpg").stat().st_mtime_ns == written
