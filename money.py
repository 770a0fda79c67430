"""Money: what pictures cost, have cost or may have cost, in US dollars, as one value with a sum, JSON and words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

__all__ = ["DAMAGED", "NOTHING", "Money", "usd"]

# What a record's damaged field is read as: money whose amount cannot be read is unknown, never zero.
DAMAGED: Mapping[str, object] = {"cost_usd": None, "cost_unknown": 1, "maybe_billed": 1}


@dataclass(frozen=True)
class Money:
    """A sum of US dollars, never rounded, and what it leaves out.

    It is for so many ``pictures``, or answers in place of one. The cost of ``unknown`` of them is not known, for this
    ``reason``, and not in the sum. ``maybe_billed`` counts requests whose answers never came, so that their pictures
    may have been billed as well. The sum is ``estimated`` if any part of it is.
    """

    dollars: Decimal = Decimal(0)
    estimated: bool = False
    pictures: int = 0
    unknown: int = 0
    maybe_billed: int = 0
    reason: str = ""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Money":
        """Return the money that a record says was paid; an amount of null is unknown. Other fields are ignored."""
        dollars = record.get("cost_usd", 0.0)
        unknown = record.get("cost_unknown", 0) or int(dollars is None)
        return cls(
            Decimal(repr(dollars or 0.0)),
            record.get("cost_is_estimate", False),
            max(record.get("pictures_made", 0), unknown),
            unknown,
            record.get("maybe_billed", 0),
            record.get("cost_reason", ""),
        )

    @property
    def record(self) -> dict[str, Any]:
        """The money as the fields of ``outcomes.Paid``, without those that say nothing."""
        fields = {
            "cost_is_estimate": self.estimated,
            "pictures_made": self.pictures,
            "cost_unknown": self.unknown,
            "cost_reason": self.reason,
            "maybe_billed": self.maybe_billed,
        }
        return {"cost_usd": self.usd, **{name: value for name, value in fields.items() if value}}

    @property
    def usd(self) -> float:
        """The dollars as a JSON number, from which ``of`` restores the exact amount."""
        return float(self.dollars)

    def __add__(self, other: "Money") -> "Money":
        return Money(
            self.dollars + other.dollars,
            self.estimated or other.estimated,
            self.pictures + other.pictures,
            self.unknown + other.unknown,
            self.maybe_billed + other.maybe_billed,
            self.reason or other.reason,
        )

    def __bool__(self) -> bool:
        """Return whether anything was paid for, or may have been."""
        return bool(self.dollars or self.pictures or self.maybe_billed)

    def __str__(self) -> str:
        """Return ``about $0.53, and 2 pictures whose cost is unknown, and 1 more that may have been billed``."""
        is_sum = self.dollars or self.pictures > self.unknown or not self.left_out
        return ", and ".join([self.known, *self.left_out] if is_sum else self.left_out)

    @property
    def known(self) -> str:
        """The sum in words, such as ``about $0.53``."""
        return f"{'about ' if self.estimated else ''}{usd(self.dollars)}"

    @property
    def left_out(self) -> list[str]:
        """What the sum leaves out, in words."""
        unknown = f"{self.unknown} picture{'s' if self.unknown > 1 else ''} whose cost is unknown"
        maybe = f"{self.maybe_billed} more that may have been billed"
        return [words for count, words in ((self.unknown, unknown), (self.maybe_billed, maybe)) if count]


NOTHING = Money()


def usd(dollars: Decimal, digits: int = 2) -> str:
    """Format dollars to the cent, and below a dollar to ``digits`` significant digits: ``$3.20``, ``$0.0065``."""
    places = max(2, digits - 1 - dollars.adjusted()) if dollars else 2
    whole, _, fraction = f"{dollars.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}".partition(".")
    return f"${whole}.{fraction[:2]}{fraction[2:].rstrip('0')}"
