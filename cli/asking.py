"""Asks for a word before a run that its owner may not want: it would pay again, or simulate beside real pictures."""

import os
import shlex
import sys

from rich.console import Console
from rich.prompt import Confirm

from batch.change import Change
from batch.planning import PlanResult
from cli.reading.options import Options, flag
from errors import Fault, InvalidRequestError

__all__ = ["check_wanted"]


def check_wanted(plan: PlanResult, options: Options, screen: Console) -> None:
    """Ask at a terminal whether a run is wanted that differs from the page's last one; ``--all`` says so beforehand.

    Raises:
        InvalidRequestError: it is not wanted, or nobody can be asked.
    """
    change = plan["change"]
    if change["last"] and not change["pictures"]:
        print(f"note: the page's last run had {_options(change)}", file=sys.stderr)
    there = options.on is not None  # A worker that simulates was told to.
    if options.all or not (question := _question(plan, there=there)):
        return
    if not (screen.is_terminal and sys.stdin.isatty()):
        raise InvalidRequestError([Fault(question, remedy=f"{_remedy(plan)}; --all does it all the same")])
    print(f"{question}.\n{_remedy(plan).capitalize()}.", file=sys.stderr)
    if not Confirm.ask("All the same?", console=screen, default=False):
        raise InvalidRequestError([Fault("it was not wanted", remedy=_remedy(plan))])


def _question(plan: PlanResult, *, there: bool) -> str:
    """Return what the owner may not want, if anything."""
    if plan["simulated"]:
        wanted = there or os.environ.get("SIMULATE_PROVIDERS") or not plan["generate"]
        return "No key is set, and this source's page has real pictures" if plan["has_real_page"] and not wanted else ""
    if not (pictures := plan["change"]["pictures"]):
        return ""
    what = (
        "1 new picture of a post that has a cover" if pictures == 1 else f"{pictures} new pictures of posts with covers"
    )
    return f"This would pay for {what}, {plan['change']['cost']}: {'; '.join(plan['change']['causes'])}"


def _remedy(plan: PlanResult) -> str:
    if plan["simulated"]:
        return "set OPENAI_API_KEY or GOOGLE_API_KEY; SIMULATE_PROVIDERS=1 simulates on a page of its own"
    if plan["change"]["last"]:
        return f"as last time, the options are {_options(plan['change'])}"
    return "look at the plan, or leave these posts out with --exclude"


def _options(change: Change) -> str:
    """Return the last run's options, of those that differ."""
    words = [[flag(name), value] for name, values in change["last"].items() for value in values]
    return shlex.join(word for pair in words for word in pair)
