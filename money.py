"""Costs in US dollars, exact or estimated: sums that name unknown costs, and formatting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from settings import Settings

__all__ = ["Cost", "Line", "Total", "cost_faults", "total", "usd"]


@dataclass(frozen=True)
class Cost:
    """The cost of one picture in US dollars, never rounded; None if it is unknown.

    ``about`` marks an estimate. ``reason`` says why the cost is unknown or zero. ``as_of`` is the date of its oldest
    price.
    """

    dollars: Decimal | None
    about: bool = False
    reason: str = ""
    as_of: date | None = None

    @property
    def usd(self) -> float | None:
        """The dollars as a JSON number, from which ``of_usd`` restores the exact amount."""
        return None if self.dollars is None else float(self.dollars)

    @classmethod
    def of_usd(cls, usd: float | None, *, about: bool = False, reason: str = "") -> "Cost":
        """Return the cost from its JSON number."""
        return cls(None if usd is None else Decimal(repr(usd)), about, reason)

    def __str__(self) -> str:
        if self.dollars is None:
            return f"unknown ({self.reason})"
        return f"{'about ' if self.about else ''}{usd(self.dollars, digits=3)}"


@dataclass(frozen=True)
class Line:
    """Pictures of one kind, such as ``gpt-image-2 medium``, and their total cost."""

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
    """A total by kind of picture. Pictures of unknown cost are not in the sum; ``unknown`` lists them."""

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
        """Whether the sum includes an estimate."""
        return any(line.cost.about for line in self.lines)

    @property
    def known(self) -> list[Line]:
        """The lines in the sum."""
        return [line for line in self.lines if line.cost.dollars is not None]

    @property
    def unknown(self) -> list[Line]:
        """The lines of unknown cost."""
        return [line for line in self.lines if line.cost.dollars is None]

    @property
    def as_of(self) -> date | None:
        """The date of the oldest price in the sum."""
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
        """Return the sum with its lines, the lines of unknown cost, and the date of the prices."""
        parts = [", ".join(map(str, lines)) for lines in (self.known, self.unknown)]
        itemized = "; unknown: ".join(parts) if all(parts) else "".join(parts)
        dated = f"; prices as of {self.as_of.isoformat()}" if self.as_of else ""
        return f"{self.short}: {itemized}{dated}" if itemized else self.short


def total(costs: Iterable[tuple[str, Cost]]) -> Total:
    """Return the total of pairs (kind of picture, cost), with the kinds in order of first appearance."""
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
    """Format dollars to the cent, and below a dollar to ``digits`` significant digits: ``$3.20``, ``$0.0065``."""
    places = max(2, digits - 1 - dollars.adjusted()) if dollars else 2
    whole, _, fraction = f"{dollars.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}".partition(".")
    return f"${whole}.{fraction[:2]}{fraction[2:].rstrip('0')}"


def cost_faults(estimate: Total, settings: Settings) -> list[str]:
    """Return a sentence for each reason why an estimate cannot be held to ``MAX_COST_USD``, if that is set."""
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
