"""What must be true before a picture is asked for, by its ledger, its model's dates and the cap."""

from datetime import UTC, datetime

from errors import CapReachedError, ProviderRejectedError, TooManyUnusableAnswersError
from originals.ledger import LATEST, Ledger
from originals.original import Wanted
from providers.cost import estimate
from providers.opening import ended_faults
from providers.prices import Prices
from settings import Settings
from storage.keys import unusable_key
from waiting import Clock

__all__ = ["check_answers", "check_cap", "check_prompt_and_model"]

# How many unusable answers to pay for, and for how many seconds they count; after that the provider may be fixed.
MOST_UNUSABLE, UNUSABLE_COUNTS_SECONDS = 2, 3600.0


def check_prompt_and_model(ledger: Ledger, wanted: Wanted, clock: Clock) -> None:
    """Check that the prompt was not refused before, and that the model has not been shut down.

    Raises:
        ProviderRejectedError: one of them is the case.
    """
    if refusal := ledger.refusal:
        day = datetime.fromtimestamp(refusal.date, UTC).date().isoformat()
        on = f" on {day}" if refusal.date < LATEST else ""
        again = f"It was refused{on} and is not requested again. To request it anyway, use another variation."
        raise ProviderRejectedError(refusal.code, f"{refusal.message} {again}")
    if ended := ended_faults([wanted.model], clock.today()):
        raise ProviderRejectedError("model_ended", ended[0])


def check_answers(ledger: Ledger, wanted: Wanted, clock: Clock) -> None:
    """Check that the provider has not just sent too many answers that were no pictures.

    Raises:
        TooManyUnusableAnswersError: it has.
    """
    since = clock.date() - UNUSABLE_COUNTS_SECONDS
    recent = [entry for entry in ledger.unusable if entry.date > since]
    if len(recent) < MOST_UNUSABLE:
        return
    kept = ", ".join(unusable_key(wanted.key, entry.digest) for entry in recent if entry.digest)
    where = f" The answers are kept under {kept}." if kept else ""
    raise TooManyUnusableAnswersError(
        f"{recent[-1].unusable} That was answer {len(recent)}; no more are paid for within an hour.{where} "
        "Run again later, or ask for another variation."
    )


def check_cap(ledger: Ledger, wanted: Wanted, settings: Settings, prices: Prices) -> None:
    """Check MAX_COST_USD here too: a leaf may be started by itself, and an unusable answer costs as well.

    Raises:
        CapReachedError: the picture, with what this account has paid for it so far, would cost more.
    """
    paid = ledger.paid_by(wanted.account)
    if faults := estimate([wanted.picture], prices).faults(settings.max_cost_usd, paid):
        raise CapReachedError(f"{'. '.join(faults)}.")
