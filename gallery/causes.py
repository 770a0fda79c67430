"""Why pictures are missing: one line for each reason, however many pictures it cost."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from gallery.document import brief, count
from gallery.pictures import reason
from outcomes import Row
from text import clean_text

__all__ = ["Cause", "causes_of"]

FIRST = 3  # Titles that are named for each reason.


class Cause(NamedTuple):
    """A reason, with how many pictures are missing for it, and of which posts."""

    reason: str
    pictures: str
    titles: str


def causes_of(rows: Sequence[Row]) -> list[Cause]:
    """Return the reasons for which pictures are missing, beginning with that of most."""
    titles = defaultdict[str, list[str]](list)
    for row in rows:
        for outcome in row["results"]:
            if outcome["status"] != "ok" and "error" in outcome:
                titles[clean_text(reason(outcome["error"]["message"]))].append(row["title"])
    by_number = sorted(titles.items(), key=lambda each: -len(each[1]))
    return [Cause(why, count(len(those), "picture", "pictures"), _named(those)) for why, those in by_number]


def _named(titles: Sequence[str]) -> str:
    each = list(dict.fromkeys(titles))
    rest = f" and {count(len(each) - FIRST, 'more post', 'more posts')}" if len(each) > FIRST else ""
    return ", ".join(map(brief, each[:FIRST])) + rest
