"""A forgotten option is a question before anything is paid for: at a terminal it is asked, in a pipe it is refused."""

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from batch.planning import PlanResult
from cli.asking import check_wanted
from cli.command_line import main
from cli.reading.parsing import parse
from errors import InvalidRequestError
from tests.support.emulator import Emulator

USUAL = ["posts", "--model", "gpt-image-2", "--style", "neon"]


@pytest.fixture
def blog(tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """A blog of two posts, the vendors' keys, and the emulator in the vendors' place."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "posts").mkdir()
    for title in ("One", "Two"):
        (tmp_path / f"posts/{title.lower()}.md").write_text(f"---\ntitle: {title}\n---\nText of {title}.\n")
    assert main(USUAL) == 0
    assert emulator.billed == 2
    return emulator


def test_a_forgotten_style_is_refused_in_a_pipe_with_the_options_of_last_time(
    blog: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(USUAL[:3]) == 2
    said = capsys.readouterr().err
    assert "2 new pictures of posts with covers" in said
    assert "the style is photorealistic, and was neon" in said
    assert "--style neon" in said
    assert blog.billed == 2


def test_a_forgotten_model_is_refused_and_all_does_it_all_the_same(
    blog: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    others = ["posts", "--model", "gemini-3-pro-image", "--style", "neon"]
    assert main(others) == 2
    assert "gemini-3-pro-image drew nothing in the last run" in capsys.readouterr().err
    assert main([*others, "--all"]) == 0
    assert blog.billed == 4
    assert main(others) == 0, "it was wanted once"


def test_a_new_post_and_another_look_are_no_question(
    blog: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "posts/three.md").write_text("---\ntitle: Three\n---\nText.\n")
    assert main([*USUAL, "--template", "left-panel"]) == 0
    assert "the page's last run had --template bottom-bar" in capsys.readouterr().err
    assert blog.billed == 3


def test_forgotten_keys_are_a_question_and_simulating_on_purpose_is_not(
    blog: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("GOOGLE_API_KEY")
    assert main(USUAL) == 2
    assert "No key is set, and this source's page has real pictures" in capsys.readouterr().err
    monkeypatch.setenv("SIMULATE_PROVIDERS", "1")
    assert main(USUAL) == 0
    assert blog.billed == 2


@pytest.mark.parametrize(("answer", "wanted"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_at_a_terminal_it_is_asked(answer: str, wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    change = {"pictures": 3, "cost": "about $0.10", "causes": ["the style is neon"], "last": {"style": ["sketch"]}}
    plan: PlanResult = {"simulated": False, "has_real_page": False, "generate": 3, "change": change}  # type: ignore[typeddict-item]
    screen = Console(file=Terminal(), force_terminal=True)
    if wanted:
        check_wanted(plan, parse([]), screen)
    else:
        with pytest.raises(InvalidRequestError, match="--style sketch"):
            check_wanted(plan, parse([]), screen)


def test_spending_is_summed_by_month_and_model(blog: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["posts", "--name", "another", "--model", "gemini-3-pro-image", "--limit", "1"]) == 0
    capsys.readouterr()
    assert main(["status", "posts", "--spent"]) == 0
    *_, month = capsys.readouterr().out.splitlines()
    assert "gpt-image-2 " in month
    assert " for 2" in month
    assert "gemini-3-pro-image " in month
