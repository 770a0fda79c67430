"""Dollars: what pictures cost, exactly or as an estimate, sums that hide nothing, and how both are written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from settings import Settings

__all__ = ["Cost", "Line", "Total", "cost_faults", "total", "usd"]


@dataclass(frozen=True)
class Cost:
    """What one picture costs in US dollars, never rounded; None where that is not known.

    ``about`` marks an estimate. ``reason`` says why the cost is not known, or why there is none. ``as_of`` is the day
    of the oldest price in it.
    """

    dollars: Decimal | None
    about: bool = False
    reason: str = ""
    as_of: date | None = None

    @property
    def usd(self) -> float | None:
        """The dollars as a JSON number, from which ``of_usd`` makes the same amount again, digit by digit."""
        return None if self.dollars is None else float(self.dollars)

    @classmethod
    def of_usd(cls, usd: float | None, *, about: bool = False, reason: str = "") -> "Cost":
        """Return the cost that was written as a JSON number."""
        return cls(None if usd is None else Decimal(repr(usd)), about, reason)

    def __str__(self) -> str:
        if self.dollars is None:
            return f"unknown ({self.reason})"
        return f"{'about ' if self.about else ''}{usd(self.dollars, digits=3)}"


@dataclass(frozen=True)
class Line:
    """So many pictures of one kind, such as ``gpt-image-2 medium``, and what they cost together."""

    count: int
    what: str
    cost: Cost

    def __str__(self) -> str:
        pictures = f"{self.count} x {self.what}"
        if self.cost.dollars is None:
            return f"{pictures} ({self.cost.reason})"
        return f"{pictures} at {usd(self.cost.dollars / self.count, digits=3)}"


@dataclass(frozen=True)
class Total:
    """A sum, by kind of picture. What has no known cost is in no sum; ``unknown`` names it."""

    lines: Sequence[Line] = ()

    @property
    def dollars(self) -> Decimal:
        """The sum of the known costs."""
        return sum((line.cost.dollars for line in self.lines if line.cost.dollars is not None), Decimal(0))

    @property
    def usd(self) -> float:
        """The sum as a JSON number."""
        return float(self.dollars)

    @property
    def about(self) -> bool:
        """Whether an estimate is in the sum."""
        return any(line.cost.about for line in self.lines)

    @property
    def known(self) -> list[Line]:
        """The lines that the sum is made of."""
        return [line for line in self.lines if line.cost.dollars is not None]

    @property
    def unknown(self) -> list[Line]:
        """The lines whose cost is not known."""
        return [line for line in self.lines if line.cost.dollars is None]

    @property
    def as_of(self) -> date | None:
        """The day of the oldest price in the sum."""
        return min((line.cost.as_of for line in self.lines if line.cost.as_of), default=None)

    @property
    def short(self) -> str:
        """The sum alone, such as ``about $0.53`` or ``$0.53, and 2 pictures whose cost is unknown``."""
        sum_of_known = f"{'about ' if self.about else ''}{usd(self.dollars)}"
        count = sum(line.count for line in self.unknown)
        if not count:
            return sum_of_known
        pictures = f"{count} picture{'s' if count > 1 else ''} whose cost is unknown"
        return f"{sum_of_known}, and {pictures}" if self.known else pictures

    def __str__(self) -> str:
        """Return the sum with all that it is made of, what is not in it, and the day of the prices."""
        parts = [", ".join(map(str, lines)) for lines in (self.known, self.unknown)]
        itemized = "; unknown: ".join(parts) if all(parts) else "".join(parts)
        dated = f"; prices as of {self.as_of.isoformat()}" if self.as_of else ""
        return f"{self.short}: {itemized}{dated}" if itemized else self.short


def total(costs: Iterable[tuple[str, Cost]]) -> Total:
    """Return the sum of costs, each with the kind of picture it is for. Kinds keep the order in which they come."""
    kinds: dict[tuple[str, str | None], list[Cost]] = {}
    for what, cost in costs:
        kinds.setdefault((what, cost.reason if cost.dollars is None else None), []).append(cost)
    return Total([Line(len(costs), what, _together(costs)) for (what, _), costs in kinds.items()])


def _together(costs: Sequence[Cost]) -> Cost:
    known = [cost.dollars for cost in costs if cost.dollars is not None]
    return Cost(
        sum(known, Decimal(0)) if known else None,
        any(cost.about for cost in costs),
        costs[0].reason,
        min((cost.as_of for cost in costs if cost.as_of), default=None),
    )


def usd(dollars: Decimal, digits: int = 2) -> str:
    """Return dollars to the cent, and below a dollar to so many significant digits: ``$3.20``, ``$0.0065``."""
    places = max(2, digits - 1 - dollars.adjusted()) if dollars else 2
    whole, _, fraction = f"{dollars.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}".partition(".")
    return f"${whole}.{fraction[:2]}{fraction[2:].rstrip('0')}"


def cost_faults(estimate: Total, settings: Settings) -> list[str]:
    """Return a sentence for each thing that keeps an estimate from staying within ``MAX_COST_USD``, if that is set."""
    cap = settings.max_cost_usd
    if cap is None:
        return []
    faults = []
    if estimate.dollars > cap:
        faults.append(
            f"The pictures would cost {estimate}. That is above the cap of {usd(cap)}: ask for fewer titles or models, "
            "choose a lower quality or size, or raise MAX_COST_USD"
        )
    faults += [
        f"{line.count} x {line.what} cannot be held to the cap of {usd(cap)}, as the cost is unknown: "
        f"{line.cost.reason}, leave the model out, or unset MAX_COST_USD"
        for line in estimate.unknown
    ]
    return faults
