"""What a run of a named batch would pay for that nobody may want: an option that was forgotten is noticed.

Most often an option of last time is missing, so every post would get other pictures than it has. Nothing is taken over
from the last run: what a blog always wants stands in its own file.
"""

from collections.abc import Sequence
from typing import Literal

from typing_extensions import TypedDict

from batch.memory import Take, continued, takes_of
from batch.pairs import Pair
from batch.plan import Plan
from batch.requests import BatchRequest
from gallery.manifest import Manifest, Request
from outcomes import Row
from providers.cost import estimate
from providers.prices import Prices

__all__ = ["COMPARED", "Change", "change_of"]

Compared = Literal["models", "style", "template", "font"]
COMPARED: tuple[Compared, ...] = ("models", "style", "template", "font")


class Change(TypedDict):
    """What a run would pay for again, for posts that have a cover, and what differs from the page's last run."""

    pictures: int
    """How many new pictures there are of posts that have a cover, which neither take up what failed nor are further
    takes that were asked for."""
    cost: str
    """What these cost, in words."""
    causes: list[str]
    """Why these pictures are new, such as ``the style is neon, and was clean``."""
    last: dict[Compared, list[str]]
    """The inputs of the last run that differ in this one."""


def change_of(plan: Plan, request: BatchRequest, last: Manifest | None, prices: Prices) -> Change:
    """Return what a plan pays for otherwise than the batch's last run, whose manifest this is.

    The same run as last time, if that did not finish, goes on with it.
    """
    differences = _differences(request, last["request"]) if last else {}
    causes = _causes(plan, last) if last and (last["finished"] or differences) else {}
    return {
        "pictures": len(causes),
        "cost": str(estimate([pair.picture for pair in causes], prices).cost),
        "causes": list(dict.fromkeys(causes.values())),
        "last": differences,
    }


def _causes(plan: Plan, last: Manifest) -> dict[Pair, str]:
    """Return the pairs that pay for a new picture of a post with a cover that nobody asked for, each with its cause."""
    rows = continued(list(dict.fromkeys((pair.post.title, pair.post.slug) for pair in plan.pairs)), last["rows"])
    pairs = [pair for pair in plan.payers if pair.post.slug in plan.covered and pair.post.slug in rows]
    causes = {pair: _cause(pair, rows[pair.post.slug], last["request"]["models"]) for pair in pairs}
    return {pair: cause for pair, cause in causes.items() if cause}


def _differences(request: BatchRequest, last: Request) -> dict[Compared, list[str]]:
    now = {name: _listed(getattr(request, name)) for name in COMPARED}
    return {name: was for name in COMPARED if (was := _listed(last[name])) and was != now[name]}


def _listed(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _cause(pair: Pair, row: Row, models: Sequence[str]) -> str:
    """Return why a pair's picture is new, or nothing if somebody asked for it: a further take, or one that failed."""
    request, takes = pair.request, takes_of(row)
    if row["style"] != request.style:
        return f"the style is {request.style}, and was {row['style']}"
    made = takes.get(Take(request.model, request.variation))
    if not made:
        is_known = request.model in models or any(take.model == request.model for take in takes)
        return "" if is_known else f"{request.model} drew nothing in the last run"
    was, now = made.get("asked", {}), pair.asked
    for name in ("quality", "size"):
        if name in was and was[name] != now[name]:
            return f"the {name} of {request.model} is {now[name]}, and was {was[name]}"
    return "pictures are no longer in the store, or the models' settings have changed"
