"""``covers``: what it reads, what it says, and its exit codes."""

import io
import json
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import main
from cli.reading.options import DECLARED
from cli.reading.parsing import help_of
from cli.reading.verbs import ALWAYS, VERBS
from providers.registry import MODELS
from tests.support.emulator import Emulator
from tests.support.project import ROOT
from waiting import Clock

BATCH = [["One", "Two"], ["gemini-3-pro-image-preview", "gpt-image-1"], "neon", "bottom-bar", "inter", "", ""]


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIMULATED_LATENCY_SECONDS", "0")
    # The command chooses defaults for these two; restored when the test ends.
    monkeypatch.setenv("THUMBNAILS_DIR", "")
    monkeypatch.setenv("SIMULATE_PROVIDERS", "")


def run(tmp_path: Path, batch: Any, *options: str) -> int:
    path = tmp_path / "batch.json"
    path.write_text(batch if isinstance(batch, str) else json.dumps(batch))
    return main([str(path), *options])


def test_a_batch_without_keys_is_simulated_in_plain_sight(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, BATCH) == 0
    shown = capsys.readouterr()
    assert shown.err.startswith("SIMULATED PICTURES")
    assert shown.out.count("file://") == 2  # The page's and the manifest's.
    assert "4 requested, 4 ok, 0 reused, 0 rejected, 0 failed; simulated, nothing was paid for" in shown.out
    pictures = list((tmp_path / "out/thumbnails/neon").rglob("*.jpg"))
    assert len(pictures) == 4
    assert main([str(tmp_path / "batch.json"), "-v"]) == 0
    shown = capsys.readouterr()
    assert "simulated/gpt-image-2.5-flare" in shown.out
    for picture in pictures:
        assert picture.as_uri() in shown.out


def test_a_second_run_reuses_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, BATCH) == run(tmp_path, BATCH) == 0
    assert "4 requested, 4 ok, 4 reused" in capsys.readouterr().out


FEED = """<rss version="2.0"><channel><title>Fruit</title><link>https://e.com</link>
<item><title>What the &#xF8FF; event brings</title><link>https://e.com/event</link></item>
<item><title>A normal post</title><link>https://e.com/normal</link></item>
<item><title>&#x200B;</title><link>https://e.com/invisible</link></item></channel></rss>"""
UNDRAWN = (
    "whose titles cannot be drawn (1): https://e.com/event: \uf8ff (U+F8FF) in What the \uf8ff event brings. Write"
)


def test_a_sources_bad_posts_stop_no_other_and_report_and_page_name_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feed.xml").write_text(FEED)
    assert main(["feed.xml", "--model", "gpt-image-2"]) == 0
    shown = capsys.readouterr()
    for said in (UNDRAWN, "without a title (1): https://e.com/invisible. Give each a title"):
        assert f"left out: {said}" in shown.err
        assert f"left out: {said}" in shown.out
        [page] = (tmp_path / "out").rglob("batches/*/index.html")
        assert said in page.read_text()
    assert "1 requested, 1 ok" in shown.out


def test_all_of_many_broken_files_are_named_and_the_drafts_with_v(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(6):
        (tmp_path / f"p{number}.md").write_text(f"---\ntitle: Part {number}: colon\n---\n")
        (tmp_path / f"d{number}.md").write_text("---\ntitle: Draft\ndraft: true\n---\n")
    (tmp_path / "good.md").write_text("---\ntitle: Good\n---\n")
    assert main([".", "--plan"]) == main([".", "--plan", "-v"]) == 0
    short, long = capsys.readouterr().err.split("1 post from ")[1:]
    assert all(f"p{number}.md: line 2" in short for number in range(6))
    assert ("drafts (6): d0.md, d1.md, d2.md, \N{HORIZONTAL ELLIPSIS}" in short, "d5.md" in long) == (True, True)


def test_a_source_of_which_nothing_can_be_drawn_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "titles.txt").write_text("The \uf8ff event\n")
    assert main(["titles.txt"]) == 2
    assert "has no posts left: whose titles cannot be drawn (1): line 1" in capsys.readouterr().err


def test_a_post_whose_context_is_another_now_keeps_its_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/one.md").write_text("---\ntitle: One\n---\n")
    (tmp_path / "posts/two.md").write_text("---\ntitle: Two\ndescription: Short\n---\nText.\n")
    assert main(["posts", "--model", "gpt-image-2"]) == 0
    (tmp_path / "posts/one.md").write_text("---\ntitle: One\n---\nText.\n")
    capsys.readouterr()
    assert main(["posts", "--model", "gpt-image-2", "--plan"]) == 0
    shown = capsys.readouterr()
    assert "2 to reuse, 0 to recompose, 0 to generate" in shown.out
    assert "note: contexts taken from the first paragraph (1): One" in shown.err


def test_titles_that_do_not_fit_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, [["One", "word " * 100], *BATCH[1:]]) == 0
    assert "Titles that do not fit and end in an ellipsis: 1. Shorten them" in capsys.readouterr().out
    assert run(tmp_path, BATCH) == 0
    assert "ellipsis" not in capsys.readouterr().out


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
        ([], "The input is missing prompts, models, style, template, font"),
        (BATCH[:3], "The input is missing template, font"),
        ([*BATCH, 0, "name", "left out", [], False, 1.5, "more"], "The input has 14 values, 1 too many"),
        ({"titles": ["a"]}, "The input has unknown names: 'titles'"),
        ([[], *BATCH[1:]], "prompts: must have at least one entry"),
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


@pytest.mark.parametrize("options", [[], ["--plan"]], ids=["run", "plan"])
def test_too_many_new_pictures_are_refused_by_a_plan_as_by_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    batch = [[str(number) for number in range(26)], *BATCH[1:]]
    assert run(tmp_path, batch, *options) == 2
    error = capsys.readouterr().err
    assert "Nothing was started and nothing was paid for" in error
    assert "The request is for 52 new pictures, and MAX_IMAGES_PER_BATCH is 50; split the batch" in error
    assert not list(tmp_path.glob("out/**/*.jpg"))


def test_a_folder_of_posts_is_a_batch_named_after_the_folder(
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
    assert "2 posts from my-blog/posts (markdown): photorealistic, bottom-bar, inter, gpt-image-2" in shown.err
    assert "left out: drafts (1): draft.md" in shown.err
    first = json.loads(shown.out)
    assert {row["slug"] for row in first["rows"]} == {"first", "second"}
    assert main([str(folder), "--model", "gpt-image-2", "--only", "first", "--variation", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["batch_id"] == first["batch_id"]


def test_a_post_with_a_picture_of_its_own_is_drawn_if_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMULATED_LATENCY_SECONDS", "0")
    (tmp_path / "posts.csv").write_text("title,image\nOne,/img/one.jpg\nTwo,\nNews,\n")
    asked = [str(tmp_path / "posts.csv"), "--model", "gpt-image-2", "--json", "--exclude", "news"]
    assert main(asked) == 0
    shown = capsys.readouterr()
    assert [row["slug"] for row in json.loads(shown.out)["rows"]] == ["two"]
    assert "left out: with a picture of their own (1): One: /img/one.jpg. To draw them too, give" in shown.err
    assert main([*asked, "--with-images"]) == 0
    assert [row["slug"] for row in json.loads(capsys.readouterr().out)["rows"]] == ["one", "two"]


def test_posts_from_standard_input_are_a_batch_without_a_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = []
    for titles in (b"One\n", b"Two\n"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(titles)))
        assert main(["-", "--model", "gpt-image-2", "--json"]) == 0
        shown = capsys.readouterr()
        assert "1 post from standard input (lines)" in shown.err
        batches.append(json.loads(shown.out)["batch_id"])
    assert batches[0] != batches[1]


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
    assert "There is no input. Name a source of posts, or use --title, or write covers.toml" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_the_help_of_each_verb_fits_a_screen(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = help_of(verb).splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 92


def test_the_help_begins_with_what_an_owner_does_and_ends_with_what_a_developer_does() -> None:
    assert help_of().index("covers.toml") < help_of().index("--verbose")
    assert (
        help_of("draw").index("the posts:")
        < help_of("draw").index("for development:")
        < help_of("draw").index("--crash")
    )
    assert not re.search("dall-e|--crash", help_of())


def test_the_names_that_options_accept_are_listed_those_of_retired_models_apart(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--names"])
    now, _, retired = capsys.readouterr().out.partition("for development, retired:")
    for name in ("gpt-image-2.6-flare", "watercolor", "overlay-center", "press-start-2p"):
        assert name in now
    assert "dall-e-3" not in now
    assert "dall-e-3" in retired


def test_a_word_that_is_nearly_a_verb_is_pointed_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (["plna"], "plna is neither a verb nor a file here; did you mean plan?"),
        (["drwa", "posts"], "unknown verb drwa; did you mean draw?"),
        (["draw", "posts", "more"], "unknown argument more"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2
        assert said in capsys.readouterr().err
    (tmp_path / "plna").write_text("One\n")
    assert main(["plna", "--plan"]) == main(["plan", "plna"]) == 0


def test_the_documented_help_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renew it with ``COLUMNS=80 ./covers --help | sed 's/^./    &/'``. The verbs' own help stays in the terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    page = (ROOT / "docs/command-line.md").read_text()
    assert textwrap.indent(help_of(), "    ") in page


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


@pytest.fixture
def ending_in_a_month(monkeypatch: pytest.MonkeyPatch) -> str:
    """A model that is shut down 30 days from now, whenever that is."""
    end = Clock().today() + timedelta(days=30)
    model = replace(MODELS["gpt-image-2"], deprecated=Clock().today(), ends=end, replacements=("gpt-image-2.6-flare",))
    monkeypatch.setitem(MODELS, model.id, model)
    return f"gpt-image-2 will be shut down on {end}: choose gpt-image-2.6-flare instead"


@pytest.mark.parametrize("options", [[], ["--plan"]], ids=["a run", "a plan"])
def test_a_model_that_ends_soon_is_said_once(
    options: list[str], ending_in_a_month: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "batch.json").write_text(json.dumps([["One", "Two", "Three"], ["gpt-image-2"], *BATCH[2:]]))
    assert main(["batch.json", *options]) == 0
    assert caplog.messages.count(ending_in_a_month) == 1


@pytest.mark.parametrize("options", [[], ["--plan"], ["--on", "blog-thumbnails"]], ids=["a run", "a plan", "on Render"])
def test_a_model_that_has_ended_is_refused_before_anything_starts(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RENDER_API_KEY", "rnd_canary")
    monkeypatch.setattr(Clock, "date", lambda _: datetime(2026, 12, 1, tzinfo=UTC).timestamp())
    (tmp_path / "batch.json").write_text(json.dumps([["One"], ["gpt-image-2", "gpt-image-1.5"], *BATCH[2:]]))
    assert main(["batch.json", *options]) == 2
    assert "gpt-image-1.5 was shut down on 2026-12-01: choose gpt-image-2.6-flare or" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_plan_counts_a_picture_that_two_models_share_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "batch.json").write_text(json.dumps([["One"], ["gpt-image-1", "gpt-image-2.5-flare"], *BATCH[2:]]))
    assert main(["batch.json", "--plan"]) == 0
    assert "pictures to simulate: 1 (1 by simulated/gpt-image-2.5-flare)" in capsys.readouterr().out


@pytest.mark.slow
def test_a_crash_on_purpose_is_retried_and_the_others_continue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRASH_FIRST_ATTEMPT_OF_MODEL", "")
    (tmp_path / "batch.json").write_text(json.dumps(BATCH))
    assert main(["batch.json", "--crash", "gpt-image-1"]) == 0
    shown = capsys.readouterr()
    assert shown.err.count("retrying in 5 s") == 2
    assert shown.err.count("Crashed on purpose") == 2
    assert len(re.findall(r"done +[\d.]+ +simulated", shown.out)) == 4  # Two of them in their first attempt.
    assert "4 requested, 4 ok, 0 reused" in shown.out


def test_a_crash_of_no_model_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRASH_FIRST_ATTEMPT_OF_MODEL", "")
    (tmp_path / "batch.json").write_text(json.dumps(BATCH))
    assert main(["batch.json", "--crash", "dalle"]) == 2
    assert "--crash='dalle': unknown model" in capsys.readouterr().err


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


LOOK = ["--style", "neon", "--template", "left-panel", "--font", "lora"]


@pytest.mark.parametrize(
    ("options", "faults"),
    [
        (["--title", "A", "--model", "gpt-image-2", *LOOK[2:]], ["--style is missing"]),
        (["--title", "A"], ["--model is missing", "--style is missing", "--template is missing", "--font is missing"]),
        (["--title", "A", "--model", "gpt-imge-2", *LOOK], ['--model: unknown model "gpt-imge-2". Did you mean']),
        (["--title", "A", "--title", "A ", "--model", "dall-e-3", *LOOK], ['--title ("A"): is a duplicate; keep one']),
        (["--title", " ", "--model", "dall-e-3", *LOOK], ["--title: has no visible characters"]),
        (["--title", "A", "--model", "", "--style", "", *LOOK[2:]], ["--model: unknown", "--style: unknown"]),
        (["posts", "--kind", ""], ['unknown kind of source ""']),
        (["--title", "A", "--max-cost", "much", *LOOK], ["--max-cost='much': give US dollars"]),
        (
            ["--title", "A", "--model", "dall-e-3", *LOOK, "--limit", "2"],
            ["--title does not take --limit: only sources of posts do; leave it out"],
        ),
    ],
)
def test_faults_in_options_name_the_options(
    capsys: pytest.CaptureFixture[str], options: list[str], faults: list[str]
) -> None:
    assert main(options) == 2
    said = capsys.readouterr().err
    assert said.startswith("Nothing was started and nothing was paid for")
    assert said.count("\n- ") == len(faults)
    for fault in faults:
        assert f"- {fault}" in said


def test_faults_in_a_file_name_the_files_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "batch.json").write_text(json.dumps([["A", "A"], ["gpt-imge-2"], "neo", "bottom-bar", "inter"]))
    assert main(["batch.json", "--style", "noir"]) == 2
    said = capsys.readouterr().err
    for place in ('prompts[1] ("A"): is a duplicate', "models[0]: unknown model", "--style: unknown style"):
        assert f"- {place}" in said


def test_options_that_choose_posts_are_refused_where_a_file_is_a_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "batch.json").write_text(json.dumps(BATCH))
    assert main(["batch.json", "--limit", "1"]) == 2
    assert "batch.json, which is generateBatch's own input, does not take --limit: only sources of posts do" in (
        capsys.readouterr().err
    )


def test_of_many_images_only_those_that_are_missing_are_listed_unless_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = [[f"Title {number}" for number in range(21)], ["gpt-image-2"], *BATCH[2:]]
    assert run(tmp_path, batch) == 0
    shown = capsys.readouterr().out
    assert "Title 20" not in shown
    assert "21 requested, 21 ok, 0 reused" in shown
    assert "page:     file://" in shown
    assert main([str(tmp_path / "batch.json"), "-v"]) == 0
    assert capsys.readouterr().out.count("reused  ") == 21


def test_the_version_is_the_projects_and_the_changelogs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert capsys.readouterr().out == f"blog-thumbnails {version}\n"
    assert re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1] == version  # type: ignore[index]


@pytest.mark.slow
def test_bash_completes_options_and_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--print-completion", "bash"])
    (tmp_path / "completion").write_text(capsys.readouterr().out)

    def completed(*words: str) -> list[str]:
        state = f"COMP_WORDS=(covers {' '.join(words)}); COMP_CWORD={len(words)}; COMP_LINE='covers {' '.join(words)}'"
        call = f"{state}; _shtab_covers; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        done = subprocess.run(["bash", "-c", f". ./completion; {call}"], cwd=tmp_path, capture_output=True, text=True)
        return done.stdout.split()

    assert completed("--extra") == ["--extra-prompt"]
    assert completed("--style", "water") == ["watercolor"]
    assert completed("--model", "dall") == ["dall-e-3"]


def test_an_unknown_option_says_which_is_near(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--titel", "A"])
    assert ended.value.code == 2
    assert "unknown argument --titel; did you mean --title" in capsys.readouterr().err


def test_a_covers_folder_that_cannot_be_is_refused_before_anything_is_paid_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "batch.json").write_text(json.dumps(BATCH))
    (tmp_path / "taken-simulated").write_text("a file")
    assert main(["batch.json", "--covers", "taken"]) == 2
    assert "--covers taken-simulated cannot be made a folder: File exists" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "titles.txt").write_text("\n".join(f"Title {number}" for number in range(300)))
    command = f"{sys.executable} -m cli titles.txt --plan | head -1"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "MAX_IMAGES_PER_BATCH": "600"}
    done = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "roken pipe" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


# A machine may lack other locales than C, which Python takes for ASCII only if told so.
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "locale", [ASCII, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}], ids=["C", "ascii", "latin-1"]
)
def test_json_is_valid_in_every_encoding(tmp_path: Path, locale: dict[str, str]) -> None:
    titles = ["Café", "Emoji 😀", "日本語"]
    (tmp_path / "batch.json").write_text(json.dumps([titles, ["gpt-image-2"], *BATCH[2:]]))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SIMULATED_LATENCY_SECONDS": "0", **locale}
    for more, listed in (([], "rows"), (["--plan"], "steps")):
        command = [sys.executable, "-m", "cli", "batch.json", "--json", *more]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True)
        assert done.returncode == 0, done.stderr
        assert [each["title"] for each in json.loads(done.stdout)[listed]] == titles


def test_covers_are_named_in_utf_8_in_every_locale(tmp_path: Path) -> None:
    written = r"[({'file': '\u65e5\u672c.jpg'}, b'')]"
    script = f"import pathlib, cli.covers; cli.covers.write_covers({written}, pathlib.Path())"
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env={"PYTHONPATH": str(ROOT), **ASCII}, check=True)
    assert (tmp_path / "日本.jpg").exists()


def test_a_python_without_the_packages_says_how_to_install_them() -> None:
    command = [sys.executable, "-S", "-m", "cli", "batch.json"]  # -S hides the installed packages.
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Run `covers`, at the top of the clone" in done.stderr
    assert "Traceback" not in done.stderr


def test_choices_are_applied_in_a_command_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "choices.json").write_text("{}")
    for more in ([], ["--on", "slug"]):
        command = ["posts", "--choose", str(tmp_path / "choices.json"), "--plan", "--covers", "site", "--style", "neon"]
        assert main([*command, *more]) == 2
        assert (
            "--choose does not take posts, --style, --covers, --plan: give them in another command"
            in capsys.readouterr().err
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["choices.json"]


def test_every_option_belongs_to_a_verb() -> None:
    assert {"choose"}.union(ALWAYS, *(verb.options for verb in VERBS.values())) == DECLARED.keys()


@pytest.mark.parametrize(
    ("arguments", "refused"),
    [
        (["--choose", "choices.json", "--variation", "0"], "--choose does not take --variation: give it in another"),
        (["--choose", "choices.json", "--json", "--on", "slug"], "--choose does not take --json: give it in another"),
        (["--title", "A", "--kind", "csv"], "--title does not take --kind: only sources of posts do"),
    ],
)
def test_what_a_mode_does_not_take_is_refused_and_not_ignored(
    capsys: pytest.CaptureFixture[str], arguments: list[str], refused: str
) -> None:
    assert main(arguments) == 2
    assert refused in capsys.readouterr().err


def test_an_option_replaces_what_each_post_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("title,variation,extra_prompt\nOne,2,in blue\n")
    for options, variation in (([], 2), (["--variation", "5"], 5), (["--variation", "0"], 0)):
        assert main([str(path), "--model", "gpt-image-2", *options, "--json"]) == 0
        [row] = json.loads(capsys.readouterr().out)["rows"]
        assert row["results"][0]["variation"] == variation


def test_where_pictures_are_not_simulated_missing_keys_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMULATE_PROVIDERS", "0")
    (tmp_path / "titles.txt").write_text("One\n")
    assert main([str(tmp_path / "titles.txt")]) == 2
    said = capsys.readouterr().err
    assert "OPENAI_API_KEY is not set" in said
    assert "GOOGLE_API_KEY is not set" in said


def test_titles_are_given_by_options_or_by_a_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "titles.txt").write_text("One\nTwo\n")
    assert main(["titles.txt", "--title", "Three"]) == 2
    assert "titles.txt does not take --title: both name posts; leave one of them out" in capsys.readouterr().err


PAID = [["One", "Two"], ["gpt-image-2"], *BATCH[2:]]


@pytest.fixture
def paying(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The vendors' keys are set, and their SDKs are led to the emulator."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    return emulator


def test_a_run_says_what_it_will_cost_and_what_it_did_cost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], paying: Emulator
) -> None:
    for estimated, cost in ((r"about \$0\.05\d*: 2 x gpt-image-2 medium at .*; prices as of 20", r"\$0\.05"), ("", "")):
        assert run(tmp_path, PAID) == 0
        shown = capsys.readouterr()
        first, second = shown.err.splitlines()[:2]
        assert first.startswith("page: ")
        assert re.match(f"estimated cost: {estimated or re.escape('$0.00')}", second)
        assert re.search(f"cost:     {cost or re.escape('$0.00')}", shown.out)
    assert paying.billed == 2


def test_a_cap_refuses_a_run_once_and_a_plan_says_that_it_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], paying: Emulator
) -> None:
    (tmp_path / "batch.json").write_text(json.dumps(PAID))
    for more in ([], ["--plan"]):
        assert main(["batch.json", "--max-cost", "0.05", *more]) == 2
        shown = capsys.readouterr()
        assert shown.err.count("That is above the cap of $0.05") == 1
        assert "or raise --max-cost" in shown.err
        assert "starts over" not in shown.err
        assert ("2 to generate" in shown.out) == bool(more)
    assert paying.requests == []


@pytest.mark.parametrize("blank", ["", " "])
@pytest.mark.parametrize(
    "option",
    ["--only", "--context", "--extra-prompt", "--max-cost", "--on", "--choose", "--covers", "--env-file", "source"],
)
def test_what_an_unset_shell_variable_gives_is_refused_and_not_taken_for_nothing_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, blank: str
) -> None:
    (tmp_path / "batch.json").write_text(json.dumps(BATCH))
    with pytest.raises(SystemExit) as ended:
        main([blank] if option == "source" else ["batch.json", option, blank])
    assert ended.value.code == 2
    assert f"argument {option}: the value is empty. Give one" in capsys.readouterr().err


def test_prices_that_cannot_be_used_are_refused_with_the_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRICES_FILE", str(tmp_path / "nowhere.json"))
    assert run(tmp_path, [[], *BATCH[1:]]) == 2
    shown = capsys.readouterr()
    assert "prompts: must have at least one entry" in shown.err
    assert "nowhere.json': No such file or directory; give a readable JSON file" in shown.err
