"""A plan as text: what a run would do, pay for and refuse."""

from batch.planning import PlanResult, Step
from text import brief, clean_text

__all__ = ["MOST_LISTED", "plan_text"]

# A larger plan shows sums only, unless every picture is asked for.
MOST_LISTED = 20


def plan_text(plan: PlanResult, *, verbose: bool) -> str:
    """Return the plan as lines of text; ``verbose`` lists every pair, however many there are."""
    listed = plan["steps"] if verbose or plan["requested"] <= MOST_LISTED else []
    lines = list(map(_line, listed))
    lines += ["", *(f"left out: {clean_text(line)}" for line in plan["left_out"]), _counted(plan), _pictures(plan)]
    if again := plan["change"]["pictures"]:
        causes = "; ".join(plan["change"]["causes"])
        lines.append(f"of these, for posts that have a cover: {again}, {plan['change']['cost']}: {causes}")
    return "\n".join([*lines, f"cost: {plan['cost']}", f"page: {plan['gallery_url']}"]).lstrip("\n")


def _line(step: Step) -> str:
    shared, title = "shared" if step["shared"] else "", brief(step["title"])
    return f"{step['action']:<10}{shared:<8}{step['model']:<28}{title}"


def _counted(plan: PlanResult) -> str:
    counted = f"{plan['reuse']} to reuse, {plan['recompose']} to recompose, {plan['generate']} to generate"
    return f"{counted}, {plan['refused']} refused before" if plan["refused"] else counted


def _pictures(plan: PlanResult) -> str:
    """Return how many pictures would be paid for, by the models that serve them."""
    served = ", ".join(f"{count} by {model}" for model, count in plan["pictures"].items())
    verb = "simulate" if plan["simulated"] else "pay for"
    return f"pictures to {verb}: {sum(plan['pictures'].values())}{f' ({served})' if served else ''}"
