"""``python -m local``: what it reads, what it says, and its exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.command_line import main

BATCH = [["One", "Two"], ["gemini-3-pro-image-preview", "gpt-image-1"], "neon", "bottom-bar", "inter", "", ""]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIMULATED_LATENCY_SECONDS", "0")
    # The command chooses defaults for these two; restored when the test ends.
    monkeypatch.setenv("THUMBNAILS_DIR", "")
    monkeypatch.setenv("SIMULATE_PROVIDERS", "")


def run(tmp_path: Path, batch: Any) -> int:
    path = tmp_path / "batch.json"
    path.write_text(batch if isinstance(batch, str) else json.dumps(batch))
    return main([str(path)])


def test_a_batch_without_keys_is_simulated_in_plain_sight(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, BATCH) == 0
    shown = capsys.readouterr()
    assert shown.err.startswith("SIMULATED PICTURES")
    assert "simulated/gpt-image-2.5-flare" in shown.out
    assert "4 requested, 4 ok, 0 reused, 0 rejected, 0 failed (simulated)" in shown.out
    pictures = list((tmp_path / "out/thumbnails").rglob("*.jpg"))
    assert len(pictures) == 4
    for picture in pictures:
        assert picture.as_uri() in shown.out


def test_a_second_run_reuses_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, BATCH) == run(tmp_path, BATCH) == 0
    assert "4 requested, 4 ok, 4 reused" in capsys.readouterr().out


def test_input_by_names_is_read_too(tmp_path: Path) -> None:
    names = ["prompts", "models", "style", "template", "font"]
    assert run(tmp_path, dict(zip(names, BATCH, strict=False))) == 0


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ("[1, 2", "is not JSON: Expecting ',' delimiter: line 1 column 6"),
        ("\x00\x01", "is not JSON"),
        ('"a title"', "holds neither an array nor an object"),
        ("7", "holds neither an array nor an object"),
        ([], "The input lacks prompts, models, style, template, font"),
        (BATCH[:3], "The input lacks template, font"),
        ([*BATCH, 0, "more"], "The input has 9 values, 1 more than it may"),
        ({"titles": ["a"]}, "There is no input named 'titles'"),
        ([[], *BATCH[1:]], "prompts: must hold at least one text"),
        ([[str(number) for number in range(26)], *BATCH[1:]], "The request is for 52 images"),
    ],
)
def test_bad_input_is_refused_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], batch: Any, message: str
) -> None:
    assert run(tmp_path, batch) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert "Nothing was started and nothing was paid for" in shown.err
    assert shown.out == ""
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nowhere.json"]) == 2
    assert "nowhere.json cannot be read: No such file" in capsys.readouterr().err


def test_a_store_in_the_way_fails_and_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("a file")
    assert run(tmp_path, BATCH) == 1
    assert "Check that THUMBNAILS_DIR" in capsys.readouterr().err
