"""A few of the interruptions that ``python -m tests.e2e.interruptions`` tries."""

import signal

import pytest

from tests.e2e.interruptions import PAIRS, interrupt_once


@pytest.mark.parametrize("seed", range(3))
def test_after_ctrl_c_at_any_moment_nothing_is_ever_paid_again(seed: int) -> None:
    assert interrupt_once(signal.SIGINT, seed)["paid for in all"] == PAIRS


def test_after_kill_at_any_moment_only_what_was_in_flight_may_be_paid_again() -> None:
    assert interrupt_once(signal.SIGKILL, 0)["runs"] == 1
