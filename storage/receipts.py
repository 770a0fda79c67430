"""Receipts: what was paid for an original, stored with it, so that the cost outlives the attempt that paid.

A receipt is the original's metadata, so storing it takes no further request; what was paid in vain is in the history.
It is made out to an account: one run, with all its attempts, and the thumbnail that it paid for. That run finds the
cost as often as it looks; another run or pair that uses the picture finds none.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from outcomes import Paid
from storage.history import read_history
from storage.store import Area, Store

__all__ = ["Receipt", "find_paid", "larger"]

PAID = TypeAdapter(Paid)
USAGE = TypeAdapter(dict[str, int | float | str])


@dataclass(frozen=True)
class Receipt:
    """What an account has paid for an original so far, and the usage that the vendor reported with the last answer."""

    account: str
    paid: Paid
    usage: Mapping[str, float | str]

    @property
    def metadata(self) -> dict[str, str]:
        """The receipt as an object's metadata."""
        return {"account": self.account, "paid": json.dumps(self.paid), "usage": json.dumps(dict(self.usage))}

    @classmethod
    def of(cls, metadata: Mapping[str, str]) -> "Receipt | None":
        """Return the receipt in an object's metadata, or None if there is no readable one."""
        try:
            paid, usage = PAID.validate_json(metadata["paid"]), USAGE.validate_json(metadata["usage"])
            return cls(metadata["account"], paid, usage)
        except (KeyError, ValidationError):
            return None


async def find_paid(store: Store, original: str, account: str) -> Paid:
    """Return what an account has paid for an original; empty if it paid nothing.

    Raises:
        StoreError: the store failed.
    """
    found = await store.stat(Area.ORIGINALS, original)
    receipt = Receipt.of(found.metadata) if found else None
    noted = (await read_history(store, original)).paid.get(account, {})
    return larger(receipt.paid, noted) if receipt and receipt.account == account else noted


def larger(one: Paid, other: Paid) -> Paid:
    """Return the later of two records of one account's payments: a sum only grows, and may become unknown."""
    return max(one, other, key=lambda paid: (_dollars(paid), paid.get("maybe_billed", 0)))


def _dollars(paid: Paid) -> float:
    dollars = paid.get("cost_usd", -1.0)
    return float("inf") if dollars is None else dollars
