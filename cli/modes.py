"""What the command line can do, and the options that each of its modes takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rich.console import Console

from cli.choices import choose_here, choose_there
from cli.drawing import draw_here, draw_there, plan_here, plan_there
from cli.reading.faults import refuse
from cli.reading.inputs import CHOOSING
from cli.reading.options import INPUTS, Options

__all__ = ["mode_of"]

BATCH = frozenset({"source", "kind", *CHOOSING, *INPUTS, "json", "covers"})
HERE, THERE = BATCH | {"max_cost", "crash"}, BATCH | {"max_cost"}
WORKERS = {"crash": "set CRASH_FIRST_ATTEMPT_OF_MODEL in the workflow's Environment instead"}
ELSEWHERE = "give {it} in another command"
Run = Callable[[Options, Console], int]


@dataclass(frozen=True)
class Mode:
    """One thing that the command line does.

    Options choose it (``by``), and it takes others. ``remedies`` say what to do about options that it does not take.
    """

    run: Run
    by: tuple[str, ...] = ()
    takes: frozenset[str] = frozenset()
    remedies: Mapping[str, str] = field(default_factory=dict)


# The first whose options are all given is chosen.
MODES = (
    Mode(choose_there, by=("choose", "on")),
    Mode(choose_here, by=("choose",)),
    Mode(plan_there, by=("on", "plan"), takes=THERE, remedies=WORKERS),
    Mode(draw_there, by=("on",), takes=THERE, remedies=WORKERS),
    Mode(plan_here, by=("plan",), takes=HERE),  # All that a run takes, so that --plan can be added to any.
    Mode(draw_here, takes=HERE),
)


def mode_of(options: Options) -> Run:
    """Return what does what the options ask for, and returns the exit code.

    Raises:
        InvalidRequestError: naming the options that it does not take.
    """
    mode = next(mode for mode in MODES if options.given.keys() >= {*mode.by})
    others = options.given.keys() - mode.takes - {*mode.by, "env_file", "verbose"}
    refuse(options, f"--{mode.by[0]}" if mode.by else "", {name: mode.remedies.get(name, ELSEWHERE) for name in others})
    return mode.run
