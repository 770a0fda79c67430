"""The states of a batch's pairs, and the message of an interrupted run."""

from typing import Any

import pytest

from batch.requests import BatchRequest
from cli.events import RunEvent
from cli.showing.board import Board, leaves_of

MODEL = "gpt-image-2"


@pytest.fixture
def board() -> Board:
    return Board([[(title, MODEL)] for title in "ABCD"])


def goes_through(board: Board, title: str, *stages: str) -> None:
    for stage in stages:
        board.observe(RunEvent("stage", "generateThumbnail", "run", [title, MODEL], stage=stage))


def ends(board: Board, title: str, kind: Any = "completed", **outcome: Any) -> None:
    result: Any = {"status": "ok", "title": title, "model": MODEL, "reused": False, **outcome}
    ended = result if kind == "completed" else None
    board.observe(RunEvent(kind, "generateThumbnail", "run", [title, MODEL], outcome=ended))


def test_what_waits_is_not_in_progress(board: Board) -> None:
    goes_through(board, "A", "looking", "asking")
    goes_through(board, "B", "looking", "throttled")
    goes_through(board, "C", "asking")
    board.observe(RunEvent("retrying", "generateThumbnail", "run", ["C", MODEL], error="crashed", wait_seconds=5))
    assert board.snapshot.counts() == "0 done, 0 reused, 0 rejected, 0 failed; 1 in progress, 2 waiting, 1 queued"
    assert board.snapshot.kept == 1


def test_what_is_stopped_is_queued_again(board: Board) -> None:
    goes_through(board, "A", "looking", "throttled")
    ends(board, "A", "stopped")
    assert board.snapshot.counts() == "0 done, 0 reused, 0 rejected, 0 failed; 0 in progress, 4 queued"


def test_a_snapshot_stays_as_it_is_whatever_happens_next(board: Board) -> None:
    goes_through(board, "A", "looking", "asking")
    ends(board, "B")
    taken, counts = board.snapshot, board.snapshot.counts()
    ends(board, "A", status="rejected", error={"message": "refused"})
    goes_through(board, "C", "looking", "throttled")
    board.observe(RunEvent("retrying", "generateBatch", "run", [], error="crashed", wait_seconds=5))
    assert taken.counts() == counts == "1 done, 0 reused, 0 rejected, 0 failed; 1 in progress, 2 queued"
    assert [taken.state((title, MODEL)).what for title in "ABC"] == ["asking", "done", "queued"]
    assert taken.kept == 1


def test_an_interruption_counts_as_the_status_line_does(board: Board) -> None:
    ends(board, "A")
    ends(board, "B", status="rejected", error={"message": "refused"})
    assert board.snapshot.counts() == "1 done, 0 reused, 1 rejected, 0 failed; 0 in progress, 2 queued"
    assert board.interrupted() == "Interrupted: 1 of 4 images are there, 1 rejected, 2 are left."


def test_a_picture_that_is_paid_for_and_not_composed_is_counted(board: Board) -> None:
    goes_through(board, "A", "asking", "storing", "composing")
    goes_through(board, "B", "asking", "storing", "composing", "uploading")
    goes_through(board, "C", "asking", "storing")  # It may not have got there.
    goes_through(board, "D", "looking", "composing")  # It was there before.
    for title in ("A", "B", "C", "D"):
        ends(board, title, "stopped")
    assert board.interrupted().endswith("4 are left. 2 are drawn and stored, and will not be paid for again.")


def test_a_picture_that_is_composed_in_the_end_is_not_counted_twice(board: Board) -> None:
    goes_through(board, "A", "asking", "storing", "composing", "uploading")
    ends(board, "A")
    assert board.interrupted() == "Interrupted: 1 of 4 images are there, 3 are left."


def test_what_a_retry_finds_of_its_first_attempts_is_made_in_this_run(board: Board) -> None:
    goes_through(board, "A", "asking", "storing", "composing")
    board.observe(RunEvent("retrying", "generateThumbnail", "run", ["A", MODEL], error="crashed", wait_seconds=5))
    goes_through(board, "A", "looking", "composing", "uploading")
    ends(board, "A", reused=True)
    ends(board, "B", reused=True)
    assert board.snapshot.counts().startswith("1 done, 1 reused")


def test_what_a_batch_that_starts_over_finds_of_its_first_attempts_is_made_in_this_run(board: Board) -> None:
    goes_through(board, "A", "asking", "storing", "composing")
    ends(board, "A")
    board.observe(RunEvent("retrying", "generateBatch", "run", [], error="crashed", wait_seconds=5))
    board.observe(RunEvent("found", "generateBatch", "run", [], found=(("A", MODEL), ("B", MODEL))))
    assert board.snapshot.counts().startswith("1 done, 1 reused")


def test_posts_that_share_a_title_are_told_apart() -> None:
    posts: list[Any] = [
        {"title": "Links", "slug": f"links-{number}", "context": f"week {number}"} for number in range(3)
    ]
    rows = leaves_of(BatchRequest(prompts=posts, models=[MODEL], style="neon", template="bottom-bar", font="inter"))
    board = Board(rows)
    for [pair] in rows[:2]:
        for stage in ("asking", "storing", "composing"):
            board.observe(RunEvent("stage", "generateThumbnail", "run", [*pair], stage=stage))
    assert board.snapshot.counts().endswith("2 in progress, 1 queued")
    assert [board.snapshot.state(pair).what for [pair] in rows] == ["composing", "composing", "queued"]
    made: Any = {"status": "ok", "title": "Links", "model": MODEL, "reused": False}
    board.observe(RunEvent("completed", "generateThumbnail", "run", [*rows[0][0]], outcome=made))
    assert [board.snapshot.state(pair).what for [pair] in rows] == ["done", "composing", "queued"]
    assert len(board.arrived) == 2


def test_pictures_that_were_lost_while_being_drawn_may_be_billed(board: Board) -> None:
    goes_through(board, "A", "asking")
    goes_through(board, "B", "looking")
    for title in ("A", "B"):
        ends(board, title, "stopped")
    assert board.interrupted().endswith("4 are left. 1 is lost while being drawn, and may be billed.")
    assert board.interrupted(simulated=True).endswith("4 are left.")


def test_a_leaf_that_asks_in_the_words_of_an_earlier_run_is_its_posts(board: Board) -> None:
    arguments = ["A", MODEL, "in other words"]
    board.observe(RunEvent("stage", "generateThumbnail", "run", arguments, stage="asking"))
    assert board.snapshot.state(board.rows[0][0]).what == "asking"
    board.observe(RunEvent("stage", "generateThumbnail", "run", ["A", "another-model"], stage="composing"))
    assert board.total == 5, "a cover is set anew by a model that is not asked any more"


def test_another_take_and_the_one_that_its_cover_shows_are_two_pairs(board: Board) -> None:
    board.observe(RunEvent("found", "generateBatch", "run", [], found=(("A", MODEL, "another take"), ("B", MODEL))))
    ends(board, "A", reused=True)
    assert board.snapshot.counts() == "0 done, 3 reused, 0 rejected, 0 failed; 0 in progress, 2 queued"
    assert board.total == 5


def test_posts_that_share_a_title_are_told_apart_in_the_words_of_an_earlier_run() -> None:
    board = Board([[("A", MODEL, "first")], [("A", MODEL, "second")]])
    for words in ("once", "twice"):
        board.observe(RunEvent("stage", "generateThumbnail", "run", ["A", MODEL, words], stage="asking"))
    assert [board.snapshot.state(pair).what for [pair] in board.rows] == ["asking", "asking"]
