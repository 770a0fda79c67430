"""The parent's log: enough to follow a batch, and no more."""

import asyncio
import logging

import pytest

from outcomes import Outcome
from tasks.progress import ProgressLog
from tests.support.batches import missing, ok
from tests.support.clock import TestClock

OK = ok("t", "m")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def run(total: int, outcomes: list[Outcome]) -> None:
    log = ProgressLog(total)
    for outcome in outcomes:
        log.begin()
        log.end(outcome)


@pytest.mark.parametrize(("total", "most"), [(1, 1), (5, 5), (20, 20), (50, 20), (10_000, 20)])
def test_a_batch_logs_at_most_twenty_lines_and_one_at_its_end(
    caplog: pytest.LogCaptureFixture, total: int, most: int
) -> None:
    caplog.set_level(logging.INFO)
    run(total, [OK] * total)
    assert len(lines(caplog)) == most
    assert lines(caplog)[-1].startswith(f"{total} of {total}: {total} ok (0 reused), 0 rejected, 0 failed; 0 in flight")


def test_outcomes_are_counted_by_kind_and_bad_pairs_get_their_own_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bad = [missing(status, "t", "m", "the provider refused") for status in ("rejected", "failed")]
    run(4, [OK, ok("t", "m", reused=True), *bad])
    assert "4 of 4: 2 ok (1 reused), 1 rejected, 1 failed; 0 in flight" in lines(caplog)[-1]
    assert "t, m: rejected, the provider refused" in lines(caplog)
    assert "t, m: failed, the provider refused" in lines(caplog)


async def test_a_batch_without_finished_leaves_still_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = TestClock()
    log = ProgressLog(3, clock)
    log.begin()
    logging_counts = asyncio.create_task(log.keep_logging())
    await clock.advance(100)
    logging_counts.cancel()
    assert lines(caplog) == ["0 of 3: 0 ok (0 reused), 0 rejected, 0 failed; 1 in flight, 0 a minute"] * 3


def test_a_hostile_title_stays_on_one_line(caplog: pytest.LogCaptureFixture) -> None:
    run(1, [missing("failed", "a\nERROR forged\x1b[2J\u202e", "m", "no")])
    assert "a ERROR forged [2J, m: failed, no" in lines(caplog)
