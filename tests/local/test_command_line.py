"""``python -m local``: what it reads, what it says, and its exit codes."""

import json
import re
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
    assert "4 requested, 4 ok, 0 reused, 0 rejected, 0 failed; simulated, nothing was paid for" in shown.out
    pictures = list((tmp_path / "out/thumbnails/neon").rglob("*.jpg"))
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
        ("[1, 2", "batch.json"),
        ("\x00\x01", "is not JSON"),
        ('"a title"', "holds neither an array nor an object"),
        ("7", "holds neither an array nor an object"),
        ([], "The input lacks prompts, models, style, template, font"),
        (BATCH[:3], "The input lacks template, font"),
        ([*BATCH, 0, "name", "more"], "The input has 10 values, 1 more than it may"),
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


def test_a_folder_of_posts_is_a_batch_of_its_own_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMULATED_LATENCY_SECONDS", "0")
    folder = tmp_path / "my-blog" / "posts"
    folder.mkdir(parents=True)
    (folder / "first.md").write_text("---\ntitle: First\ndescription: on firsts\n---\n")
    (folder / "second.md").write_text("---\ntitle: Second\n---\n")
    (folder / "draft.md").write_text("---\ntitle: Draft\ndraft: true\n---\n")
    assert main([str(folder), "--model", "gpt-image-2", "--json"]) == 0
    shown = capsys.readouterr()
    assert "2 posts of my-blog/posts (markdown), by photorealistic, bottom-bar, inter, gpt-image-2" in shown.err
    assert "left out: 1 draft" in shown.err
    first = json.loads(shown.out)
    assert {row["slug"] for row in first["rows"]} == {"first", "second"}
    assert main([str(folder), "--model", "gpt-image-2", "--only", "first", "--variation", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["batch_id"] == first["batch_id"]


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nowhere.json"]) == 2
    assert "nowhere.json cannot be read: No such file" in capsys.readouterr().err


def test_a_store_in_the_way_fails_and_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("a file")
    assert run(tmp_path, BATCH) == 1
    assert "Check that THUMBNAILS_DIR" in capsys.readouterr().err


def test_options_take_the_files_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--title", "One", "--title", "Two", "--model", "dall-e-3", "--style", "neon", "--template", "left-panel"]
    assert main([*options, "--font", "lora"]) == 0
    assert "2 requested, 2 ok" in capsys.readouterr().out


@pytest.mark.parametrize("as_object", [False, True])
def test_options_go_over_what_the_file_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], as_object: bool
) -> None:
    names = ["prompts", "models", "style", "template", "font"]
    (tmp_path / "batch.json").write_text(json.dumps(dict(zip(names, BATCH, strict=False)) if as_object else BATCH))
    assert main(["batch.json", "--title", "Another", "--font", "lora", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert [row["title"] for row in result["rows"]] == ["Another"]
    assert result["rows"][0]["font"] == "lora"


def test_without_any_input_the_help_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Name a source of posts, or give the options; see --help" in capsys.readouterr().err


def test_the_help_fits_the_screen_and_lists_what_is_valid(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 100
    for name in ("dall-e-3", "watercolor", "overlay-center", "press-start-2p", "exit code:", "--plan"):
        assert name in shown


def test_a_plan_says_what_a_run_would_do_and_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "batch.json").write_text(json.dumps(BATCH))
    assert main(["batch.json", "--plan"]) == 0
    assert "0 to reuse, 0 to recompose, 4 to generate" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()
    assert main(["batch.json", "--title", "One", "--json"]) == 0
    capsys.readouterr()
    assert main(["batch.json", "--title", "One", "--title", "Two", "--font", "lora", "--plan"]) == 0
    assert "0 to reuse, 2 to recompose, 2 to generate" in capsys.readouterr().out
    assert main(["batch.json", "--plan", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert [step["action"] for step in plan["steps"]] == ["reuse", "reuse", "generate", "generate"]
    assert plan["pictures"] == {"simulated/gemini-3-pro-image": 1, "simulated/gpt-image-2.5-flare": 1}


def test_a_plan_counts_a_picture_that_two_models_share_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "batch.json").write_text(json.dumps([["One"], ["gpt-image-1", "gpt-image-2.5-flare"], *BATCH[2:]]))
    assert main(["batch.json", "--plan"]) == 0
    assert "pictures to simulate: 1 (1 by simulated/gpt-image-2.5-flare)" in capsys.readouterr().out


@pytest.mark.slow
def test_a_crash_on_purpose_is_retried_and_the_siblings_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRASH_FIRST_ATTEMPT_OF_MODEL", "")
    (tmp_path / "batch.json").write_text(json.dumps(BATCH))
    assert main(["batch.json", "--crash", "gpt-image-1"]) == 0
    shown = capsys.readouterr()
    assert shown.err.count("retrying in 5 s") == 2
    assert shown.err.count("Crashed on purpose") == 2
    assert len(re.findall(r"reused +[\d.]+ +simulated", shown.out)) == 2  # Made by this run, in its first attempt.
    assert "4 requested, 4 ok" in shown.out


def test_a_crash_of_no_model_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRASH_FIRST_ATTEMPT_OF_MODEL", "")
    (tmp_path / "batch.json").write_text(json.dumps(BATCH))
    assert main(["batch.json", "--crash", "dalle"]) == 2
    assert "CRASH_FIRST_ATTEMPT_OF_MODEL='dalle' is not a model" in capsys.readouterr().err


def test_where_nothing_is_left_to_crash_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRASH_FIRST_ATTEMPT_OF_MODEL", "")
    assert run(tmp_path, BATCH) == main([str(tmp_path / "batch.json"), "--crash", "gpt-image-1"]) == 0
    assert "Nothing crashed" in capsys.readouterr().err


def test_a_file_that_crash_took_for_a_model_is_pointed_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "batch.json").write_text(json.dumps(BATCH))
    assert main(["--crash", "batch.json"]) == 2
    assert "--crash took batch.json for a model: put the file before it" in capsys.readouterr().err


def test_with_keys_set_the_banner_says_what_to_unset(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"SIMULATE_PROVIDERS": "1", "OPENAI_API_KEY": "a", "GOOGLE_API_KEY": "b"}.items():
        monkeypatch.setenv(name, value)
    assert run(tmp_path, BATCH) == 0
    assert "Unset SIMULATE_PROVIDERS for real ones." in capsys.readouterr().err
