"""A post's cards on the page: each picture with its number, and which of them is the post's cover."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import NamedTuple, cast

from outcomes import Cover, Finished, Outcome, Row

__all__ = ["CARD_FILTERS", "Shown", "numbered", "shown_cover"]


class Shown(NamedTuple):
    """What the page shows of a post's cover: the key of its picture, and what of it is not on the page as it is."""

    cover: Cover
    key: str
    """The key of the card that shows the cover's picture; the cover's own thumbnail if no card does."""
    elsewhere: bool
    """Whether no card shows the picture: another batch made it, or another run of this one."""
    older: bool
    """Whether the cover shows the picture with an earlier title, template, font or brand."""


def shown_cover(row: Row) -> Shown | None:
    """Return what the page shows of a row's cover, None if it has none."""
    cover = row.get("cover")
    if not cover:
        return None
    made: list[Finished] = [each for each in row["results"] if each["status"] == "ok"]
    older = bool(cast(Mapping[str, object], cover).get("older"))
    if any(each["key"] == cover["thumbnail"] for each in made):
        return Shown(cover, cover["thumbnail"], elsewhere=False, older=older)
    same = next((each for each in made if _shows_the_same(cover, each, older=older)), None)
    return Shown(cover, same["key"] if same else cover["thumbnail"], elsewhere=not same, older=older or bool(same))


def _shows_the_same(cover: Cover, outcome: Finished, *, older: bool) -> bool:
    """Return whether a cover and a thumbnail with another key have one original.

    Where their originals are not recorded, a cover that is known to be of an older look has the model's own picture.
    """
    originals = [cast(Mapping[str, object], each).get("original") for each in (cover, outcome)]
    if all(originals):
        return originals[0] == originals[1]
    return older and (cover["model"], cover["variation"]) == (outcome["model"], outcome.get("variation", 0))


def numbered(results: Sequence[Outcome], numbers: Mapping[str, int]) -> list[tuple[Outcome, int]]:
    """Return each outcome with the number of the key that chooses it, in that order.

    That is its model's, so that a key means the same model at every post; further takes follow after the models.
    """
    first: dict[str, Outcome] = {}
    further = [each for each in results if first.setdefault(each["model"], each) is not each]
    models = sorted(first.values(), key=lambda each: numbers[each["model"]])
    return [
        *((each, numbers[each["model"]] + 1) for each in models),
        *zip(further, count(len(numbers) + 1), strict=False),
    ]


CARD_FILTERS = {"shown_cover": shown_cover, "numbered": numbered}
