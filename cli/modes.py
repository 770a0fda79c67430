"""What the command line can do: the function behind each verb, here and on Render."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rich.console import Console

from cli.choices import choose_here, choose_live, choose_there
from cli.drawing import draw_here, draw_there, plan_here, plan_there
from cli.looking import export, open_page, status
from cli.reading.faults import refuse
from cli.reading.options import SETTINGS, Options
from cli.reading.verbs import ALWAYS, VERBS
from cli.starting import init

__all__ = ["mode_of"]

ELSEWHERE = "give {it} in another command"
PAGE_THERE = "there, the batch's own page saves choices as a file, for --choose FILE; leave {it} out"
# A run's own cap is an input.
IN_THE_WORKFLOW = {
    name: f"set {variable} in the workflow's Environment instead"
    for variable, name in SETTINGS.items()
    if name != "max_cost"
}
Run = Callable[[Options, Console], int]


@dataclass(frozen=True)
class Mode:
    """One thing that the command line does for a verb, if the options ``by`` are given.

    It takes the verb's options, but for those that have ``remedies``, which say what to do about them.
    """

    run: Run
    verb: str
    by: tuple[str, ...] = ()
    remedies: Mapping[str, str] = field(default_factory=dict)


# The first that fits is chosen. Choices in a file are applied without a verb, whose next word would be a source.
APPLY = "--choose"
MODES = (
    Mode(choose_there, APPLY, by=("on",)),
    Mode(choose_here, APPLY),
    Mode(init, "init"),
    Mode(plan_there, "plan", by=("on",), remedies=IN_THE_WORKFLOW),
    Mode(plan_here, "plan"),
    Mode(draw_there, "draw", by=("on",), remedies=IN_THE_WORKFLOW),
    Mode(draw_here, "draw"),
    Mode(choose_live, "choose", remedies={"on": PAGE_THERE}),
    Mode(export, "export"),
    Mode(status, "status"),
    Mode(open_page, "open"),
)


def mode_of(options: Options) -> Run:
    """Return what does what the options ask for, and returns the exit code.

    Raises:
        InvalidRequestError: naming the options that it does not take.
    """
    verb = _verb(options)
    mode = next(mode for mode in MODES if mode.verb == verb and all(map(options.has, mode.by)))
    takes = VERBS[verb].options if verb in VERBS else ALWAYS | {"choose", "on"}
    others = (options.given.keys() - takes) | (options.given.keys() & mode.remedies.keys())
    who = "--on" if "on" in mode.by and verb in VERBS else f"covers {verb}" if verb in VERBS else verb
    refuse(options, who, {name: mode.remedies.get(name, ELSEWHERE) for name in others})
    return mode.run


def _verb(options: Options) -> str:
    if options.choose and not options.verb:
        return APPLY
    verb = options.verb or "draw"
    return "plan" if options.plan and verb == "draw" else verb
