"""Why pairs have no thumbnail, by cause: one line for each reason, however many pairs have it."""

import re
from collections.abc import Iterable

from cli.showing.board import ending, reason
from outcomes import Outcome
from text import brief, clean_text

__all__ = ["causes"]

# How many titles a line names.
MOST_TITLES = 3


def causes(outcomes: Iterable[Outcome]) -> list[str]:
    """Return a line for each reason, with the number of its pairs and their first titles, the commonest first."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        if why := reason(outcome):
            groups.setdefault((outcome["status"], _shape(why)), []).append(outcome)
    return [_line(group) for group in sorted(groups.values(), key=len, reverse=True)]


def _shape(message: str) -> str:
    """Return a message without what differs from pair to pair: the words with digits, such as a request's id."""
    return re.sub(r"\S*\d\S*", "#", message)


def _line(group: list[Outcome]) -> str:
    titles = list(dict.fromkeys(f'"{brief(clean_text(each["title"]))}"' for each in group))
    more = f" and {len(titles) - MOST_TITLES} more" if len(titles) > MOST_TITLES else ""
    return f"{len(group)} {ending(group[0])}: {clean_text(reason(group[0]))} ({', '.join(titles[:MOST_TITLES])}{more})"
