"""What a batch has cost, pair by pair, and whether it may cost more."""

from collections.abc import Iterable
from decimal import Decimal

from batch.pairs import Pair
from errors import CapReachedError, StoreError
from money import NOTHING, Money, usd
from originals.find import settle
from originals.ledger import read_ledger
from outcomes import Finished, Outcome, OutcomeError, Unfinished
from providers.cost import estimate
from providers.prices import read_prices
from settings import Settings
from storage.keys import account
from storage.store import Store

__all__ = ["Budget", "paid_for", "settled", "spent"]

UNKNOWN = Money(maybe_billed=1, reason="the store, which has the ledger, failed")


class Budget:
    """What a run has paid, and whether one more picture could pass MAX_COST_USD.

    A picture is reckoned at its estimate, or, if that is more, at the most that a pair has cost by the same model in
    this run, with all the answers that were paid for. Until one has, only one by that model is under way, so that a
    wrong estimate is wrong once. What may have been billed, or has no known cost, counts as a picture.
    """

    def __init__(self, pairs: Iterable[Pair], settings: Settings) -> None:
        """Take a run's pairs, some of which an earlier attempt may have paid for, and the settings."""
        self._cap, self._prices = settings.max_cost_usd, read_prices(settings.prices_file)
        # In dollars: what the run has paid in all and for each thumbnail, and the most for one by each model.
        self._sum, self._paid, self._most = Decimal(0), dict[str, Decimal](), dict[str, Decimal]()
        # What the pictures that were paid for were estimated at.
        self.estimated = Decimal(0)
        self._under_way: list[Pair] = []
        self._bought: set[str] = set()
        for pair in pairs:
            self._note(pair, Money.of(pair.outcome) if pair.outcome else pair.paid_before)

    def allows(self, pair: Pair) -> bool:
        """Return whether a leaf may start now. One whose picture is there, or is being asked for, costs no more."""
        if self._cap is None or not pair.is_billed or pair.original_key in self._bought:
            return True
        asked = {each.original_key: each for each in self._under_way}
        if pair.original_key in asked:
            return True
        served_by = pair.picture.served_by
        if served_by not in self._most and any(each.picture.served_by == served_by for each in asked.values()):
            return False
        return self._sum + sum(map(self._price, [*asked.values(), pair])) <= self._cap

    def begin(self, pair: Pair) -> None:
        """Reserve what a leaf may pay."""
        if pair.is_billed:
            self._under_way.append(pair)

    def end(self, pair: Pair, outcome: Finished | Unfinished) -> None:
        """Take in what a leaf has paid."""
        if pair.is_billed:
            self._under_way.remove(pair)
        if outcome["status"] == "ok":
            self._bought.add(pair.original_key)
        self._note(pair, Money.of(outcome))

    def refusal(self, pair: Pair) -> OutcomeError:
        """Return why a pair's picture is not asked for."""
        run, picture, cap = usd(self._sum), usd(self._price(pair)), usd(self._cap or Decimal(0))
        message = (
            f"Not asked for: this run has cost {run}, and {picture} more for this picture could pass the cap of {cap}. "
            "Raise MAX_COST_USD or --max-cost and run it again; pictures that are there cost nothing."
        )
        return {"code": CapReachedError.code, "message": message}

    def _note(self, pair: Pair, paid: Money) -> None:
        before = self._paid.get(pair.thumbnail_key, Decimal(0))
        reckoned = max(before, paid.dollars + (paid.unknown + paid.maybe_billed) * self._price(pair))
        self._paid[pair.thumbnail_key], self._sum = reckoned, self._sum + reckoned - before
        if paid.dollars:
            self.estimated += Decimal(0) if before else self._estimate(pair)
            served_by = pair.picture.served_by
            self._most[served_by] = max(reckoned, self._most.get(served_by, Decimal(0)))

    def _price(self, pair: Pair) -> Decimal:
        return max(self._estimate(pair), self._most.get(pair.picture.served_by, Decimal(0)))

    def _estimate(self, pair: Pair) -> Decimal:
        return estimate([pair.picture], self._prices).cost.dollars


async def paid_for(store: Store, pair: Pair, run: str) -> Money:
    """Return what a run has paid for a pair, by the ledger in the store; "may have been billed" if the store failed."""
    try:
        return (await read_ledger(store, pair.original_key)).paid_by(account(run, pair.thumbnail_key))
    except StoreError:
        return UNKNOWN


async def settled(store: Store, pair: Pair, run: str) -> Money:
    """Return what a run has paid for a pair whose leaf died, including what its last request may have cost."""
    try:
        return await settle(store, pair.original_key, account(run, pair.thumbnail_key))
    except StoreError:
        return UNKNOWN


def spent(outcomes: Iterable[Outcome]) -> Money:
    """Return what these outcomes cost in this run."""
    return sum((Money.of(outcome) for outcome in outcomes if outcome["status"] != "pending"), NOTHING)
