"""The live view, in a real terminal."""

import io
import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyte
import pytest
from rich.cells import cell_len
from rich.console import Console

from cli.events import RunEvent
from cli.showing.board import Board, Leaf
from cli.showing.live import LiveView
from tests.support.emulator import Emulator, Handler, Request, openai_error
from tests.support.project import ROOT
from tests.support.wait import TIMEOUT_SECONDS
from tests.terminal import lines_shown, resize, run_in_terminal

BATCH: list[Any] = [["One", "Two"], ["gpt-image-2", "gpt-image-2.5-flare"], "neon", "bottom-bar", "inter"]
REFUSED = "A title that the provider refuses"


def command(folder: Path, batch: Any, *options: str) -> tuple[list[str], dict[str, str]]:
    (folder / "batch.json").write_text(json.dumps(batch))
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "THUMBNAILS_DIR": str(folder / "out")}
    return [sys.executable, "-m", "cli", "batch.json", *options], {**variables, "LANG": "C.UTF-8"}


def simulated(folder: Path, *options: str, batch: Any = BATCH, **more: str) -> tuple[str, int]:
    run, environment = command(folder, batch, *options)
    environment |= {"SIMULATE_PROVIDERS": "1", "SIMULATED_LATENCY_SECONDS": "0.2", **more}
    return run_in_terminal(run, environment, str(folder))


def in_order(text: str, *words: str) -> bool:
    position = 0
    for word in words:
        position = text.find(word, position) + 1
        if not position:
            return False
    return True


@pytest.mark.slow
def test_the_states_of_a_retry_and_a_rejection_appear_in_order(tmp_path: Path, emulator: Emulator) -> None:
    def refuse(handler: Handler, request: Request) -> None:
        handler.reply(
            400, openai_error("moderation_blocked", "Your request was rejected.", "image_generation_user_error")
        )

    def be_unavailable(handler: Handler, request: Request) -> None:
        handler.reply(503, openai_error(None, "Try again.", "server_error"))

    first = iter([be_unavailable])
    emulator.choose_fault = lambda request: refuse if REFUSED in request.prompt else next(first, None)
    run, environment = command(tmp_path, [["One", REFUSED], ["gpt-image-2"], *BATCH[2:]])
    output, code = run_in_terminal(run, {**environment, **emulator.environment}, str(tmp_path))
    shown = "\n".join(lines_shown(output))
    assert code == 1
    retried = ["queued", "asking", "retrying in 5 s", "retrying in 4 s", "asking", "composing", "uploading", "done"]
    assert in_order(shown, *(f"{'gpt-image-2':<27} {state}" for state in retried)), shown
    assert in_order(shown, "asking", "rejected")
    assert "1 done, 0 reused, 1 rejected, 0 failed; 0 in progress, 0 queued" in shown


def test_nothing_wraps_at_eighty_columns(tmp_path: Path) -> None:
    titles = [
        "A title that no terminal of eighty columns has any room for, at all, ever",
        "対象" * 50,
        "👩🏽‍💻" * 40,
    ]
    output, code = simulated(tmp_path, batch=[titles, *BATCH[1:]])
    assert code == 0
    drawn, _, _ = output.partition("how ")
    for line in lines_shown(drawn):
        assert cell_len(line) <= 80 or line.startswith("page: "), line  # An address stays whole, to be clicked.


def reflowed(screen: pyte.Screen, columns: int, rows: int) -> pyte.Screen:
    """Return a screen of another size, on which what stood on this one is wrapped anew, as most terminals do it."""
    lines = [line.rstrip() for line in screen.display[: screen.cursor.y + 1]]
    wrapped = [line[start : start + columns] for line in lines for start in range(0, max(1, len(line)), columns)]
    other = pyte.Screen(columns, rows)
    pyte.Stream(other).feed("\r\n".join(wrapped))
    return other


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "rows"), [(50, 40), (60, 14)])
def test_a_terminal_that_is_resized_shows_one_tree(tmp_path: Path, columns: int, rows: int) -> None:
    screen, fed = pyte.Screen(80, 40), 0

    def draw(terminal: int, shown: str) -> None:
        nonlocal fed, screen
        drawn, _, _ = shown.partition("how ")  # Where the report begins.
        pyte.Stream(screen).feed(drawn[fed:])
        fed = len(drawn)
        if "asking" in drawn and screen.columns == 80:
            screen = reflowed(screen, columns, rows)
            resize(terminal, columns, rows)

    run, environment = command(tmp_path, [["One", "Two"], *BATCH[1:]])
    environment |= {"SIMULATE_PROVIDERS": "1", "SIMULATED_LATENCY_SECONDS": "2"}
    _, code = run_in_terminal(run, environment, str(tmp_path), on_output=draw)
    assert code == 0
    seen = "\n".join(screen.display)
    assert [seen.count(once) for once in ("batch ", "├─ One", "4 done")] == [1, 1, 1], seen


def test_a_second_run_shows_what_is_reused(tmp_path: Path) -> None:
    simulated(tmp_path)
    output, code = simulated(tmp_path)
    assert code == 0
    assert "0 done, 4 reused, 0 rejected, 0 failed" in "\n".join(lines_shown(output))


def test_escape_sequences_of_a_title_do_not_get_through(tmp_path: Path) -> None:
    titles = ["a\x1b[2Jb\x1b]0;owned\x07c", "[bold red]markup[/bold red]", "a\u202eb\u2066c"]
    output, code = simulated(tmp_path, batch=[titles, *BATCH[1:]])
    assert code == 0
    assert "\x1b[2J" not in output
    assert "\x1b]0" not in output
    assert "\u202e" not in output
    assert "\u2066" not in output
    assert "[bold red]markup[/bold red]" in "\n".join(lines_shown(output))


def test_where_there_is_no_terminal_the_lines_are_plain(tmp_path: Path) -> None:
    run, environment = command(tmp_path, BATCH)
    environment |= {"SIMULATE_PROVIDERS": "1", "SIMULATED_LATENCY_SECONDS": "0"}
    done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr.count("  done  ") == 4


def test_json_is_all_that_standard_output_holds(tmp_path: Path) -> None:
    run, environment = command(tmp_path, BATCH, "--json")
    environment |= {"SIMULATE_PROVIDERS": "1", "SIMULATED_LATENCY_SECONDS": "0"}
    done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    assert json.loads(done.stdout)["summary"]["ok"] == 4


@pytest.mark.parametrize(("height", "drawn"), [(24, 22), (20_000, 35)])
def test_a_batch_of_ten_thousand_stays_within_the_screen_and_is_cheap_to_draw(height: int, drawn: int) -> None:
    titles = [f"Title {number}" for number in range(1000)]
    models = [f"model-{number}" for number in range(10)]
    board = Board([[(title, model) for model in models] for title in titles])
    for title in titles[:3]:
        for model in models:
            board.observe(RunEvent("started", "generateThumbnail", "run", [title, model]))
    console = Console(width=80, height=height, force_terminal=True, file=io.StringIO())
    view = LiveView(board, console)
    lines = console.render_lines(view, pad=False)
    assert len(lines) == drawn
    assert "9970 queued" in "".join(segment.text for segment in lines[-1])


# What each leaf goes through: it waits for its quota, crashes, is made in its second attempt, and ends.
STEPS: list[dict[str, Any]] = [
    {"kind": "started"},
    {"stage": "throttled"},
    {"kind": "retrying", "error": "crashed", "wait_seconds": 5.0},
    *({"stage": stage} for stage in ("looking", "asking", "storing", "composing", "uploading")),
    {"kind": "completed"},
]
# Each leaf is a step ahead of the leaf APART places after it, so this many are active at a time.
APART = 12
ACTIVE = APART * (len(STEPS) - 1)


def a_batch_that_starts_over(pairs: Sequence[Leaf], attempts: int) -> Iterator[RunEvent]:
    """Yield the events of a batch that crashes in the middle of all attempts but the last."""
    for attempt in range(attempts):
        found, rest = pairs[: 10 * attempt], pairs[10 * attempt :]
        yield RunEvent("found", "generateBatch", "run", [], found=tuple(found))
        last = attempt == attempts - 1
        for begun in range(len(rest) + (ACTIVE if last else 0)):
            for step, number in zip(STEPS, range(begun, -1, -APART), strict=False):
                if number < len(rest):
                    status, error = ("ok", "rejected", "failed")[number % 3], {"message": "refused"}
                    ended = (
                        {"outcome": {"status": status, "reused": False, "error": error}} if step == STEPS[-1] else {}
                    )
                    more = {"kind": "stage", **ended, **step}
                    yield RunEvent(task="generateThumbnail", run_id="run", arguments=[*rest[number]], **more)
        if not last:
            for pair in rest[-ACTIVE:]:
                yield RunEvent("stopped", "generateThumbnail", "run", [*pair])
            yield RunEvent("retrying", "generateBatch", "run", [], error="crashed")


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads that take turns as often as Python lets them."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
@pytest.mark.parametrize(("height", "whole"), [(300, False), (700, True)])
def test_a_drawing_shows_one_moment_while_another_thread_records_events(height: int, whole: bool) -> None:
    rows = [[(f"Post {number}", model) for model in ("model-1", "model-2")] for number in range(213)]
    board = Board(rows)
    console = Console(width=100, height=height, force_terminal=True, file=io.StringIO())
    view = LiveView(board, console)
    counted = (
        r"(\d+) done, (\d+) reused, (\d+) rejected, (\d+) failed; (\d+) in progress,(?: (\d+) waiting,)? (\d+) queued"
    )

    def draw() -> str:
        bar, *tree, counts = ["".join(part.text for part in line) for line in console.render_lines(view, pad=False)]
        match = re.fullmatch(counted, counts.strip())
        assert match, counts
        *ended, in_progress, waiting, queued = map(int, match.groups(default="0"))
        assert sum(ended) + in_progress + waiting + queued == 426, counts
        assert f" {sum(ended)}/426 " in bar, counts
        marks = Counter(line[3] for line in tree if line.startswith("│"))
        assert marks["▸"] + marks["↻"] == in_progress + waiting, counts
        assert marks["✓"] + marks["✗"] == (sum(ended) if whole else 0), counts
        assert marks["·"] == (queued if whole else 0), counts
        return counts.strip()

    def record() -> None:
        for event in a_batch_that_starts_over([pair for row in rows for pair in row], attempts=10):
            board.observe(event)

    recording = threading.Thread(target=record)
    recording.start()
    try:
        while recording.is_alive():
            draw()
    finally:
        recording.join()
    assert draw() == "202 done, 0 reused, 112 rejected, 112 failed; 0 in progress, 0 queued"
