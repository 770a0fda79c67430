"""The parent's log: enough to see a batch move, and no more."""

import asyncio
import logging

import pytest

from tasks import progress
from tasks.progress import ProgressLog

OK = {"status": "ok", "title": "t", "model": "m", "reused": False}


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def run(total: int, outcomes: list[dict[str, object]]) -> None:
    log = ProgressLog(total)
    for outcome in outcomes:
        log.begin()
        log.end(outcome)


@pytest.mark.parametrize(("total", "most"), [(1, 1), (5, 5), (20, 20), (50, 20), (10_000, 20)])
def test_a_batch_takes_twenty_lines_at_most_and_one_at_its_end(
    caplog: pytest.LogCaptureFixture, total: int, most: int
) -> None:
    caplog.set_level(logging.INFO)
    run(total, [OK] * total)
    assert len(lines(caplog)) == most
    assert lines(caplog)[-1].startswith(f"{total} of {total}: {total} ok (0 reused), 0 rejected, 0 failed; 0 in flight")


def test_the_counts_are_told_apart_and_bad_pairs_have_lines_of_their_own(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    error = {"error": {"code": "moderation", "message": "the provider refused"}}
    outcomes = [OK, {**OK, "reused": True}, {**OK, "status": "rejected", **error}, {**OK, "status": "failed", **error}]
    run(4, outcomes)
    assert "4 of 4: 2 ok (1 reused), 1 rejected, 1 failed; 0 in flight" in lines(caplog)[-1]
    assert "t, m: rejected, the provider refused" in lines(caplog)
    assert "t, m: failed, the provider refused" in lines(caplog)


async def test_a_batch_in_which_nothing_ends_still_says_that_it_lives(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.02)
    log = ProgressLog(3)
    log.begin()
    telling = asyncio.create_task(log.keep_telling())
    await asyncio.sleep(0.1)
    telling.cancel()
    assert 2 <= len(lines(caplog)) <= 5
    assert "0 of 3: 0 ok (0 reused), 0 rejected, 0 failed; 1 in flight" in lines(caplog)[0]


def test_a_hostile_title_stays_on_its_line(caplog: pytest.LogCaptureFixture) -> None:
    error = {"error": {"code": "failed", "message": "no"}}
    run(1, [{**OK, "status": "failed", "title": "a\nERROR forged\x1b[2J\u202e", **error}])
    assert "a ERROR forged [2J, m: failed, no" in lines(caplog)
