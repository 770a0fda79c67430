"""What was spent by month and by model: of a batch, and of all batches together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from money import NOTHING, Money
from outcomes import Paid

if TYPE_CHECKING:
    from gallery.batches import Batch
    from gallery.manifest import Manifest

__all__ = ["Months", "months_of", "spending_lines"]

Months = dict[str, dict[str, Paid]]
# What a run paid that it could not tell the model of, such as what its leaves paid after it was killed.
OTHER = "other"


def months_of(manifest: "Manifest") -> Months:
    """Return what a batch cost by month, such as ``2026-11``, and by model. A simulated one cost nothing."""
    found: defaultdict[str, defaultdict[str, Money]] = defaultdict(lambda: defaultdict(Money))
    runs: Mapping[str, Mapping[str, Any]] = manifest.get("spent_by_run") or {"": cast(Mapping[str, Any], manifest)}
    for run in () if manifest["simulated"] else runs.values():
        paid, by_model = Money.of(run), {name: Money.of(each) for name, each in run.get("by_model", {}).items()}
        month = found[run.get("month", manifest["updated_at"][:7])]
        for name, each in {**by_model, OTHER: _rest(paid, by_model.values())}.items():
            month[name] += each
    return {
        month: {name: cast(Paid, paid.record) for name, paid in sorted(models.items()) if paid}
        for month, models in sorted(found.items())
        if any(models.values())
    }


def _rest(paid: Money, parts: Iterable[Money]) -> Money:
    known = sum(parts, NOTHING)
    return Money(
        max(paid.dollars - known.dollars, NOTHING.dollars),
        paid.estimated,
        max(paid.pictures - known.pictures, 0),
        max(paid.unknown - known.unknown, 0),
        max(paid.maybe_billed - known.maybe_billed, 0),
        paid.reason,
    )


def spending_lines(batches: Sequence["Batch"]) -> list[str]:
    """Return a line for each month, the latest first, with the sum over all batches, and each model's part."""
    months: defaultdict[str, defaultdict[str, Money]] = defaultdict(lambda: defaultdict(Money))
    for batch in batches:
        for month, models in batch.get("months", {}).items():
            for name, paid in models.items():
                months[month][name] += Money.of(paid)
    return [_line(month, months[month]) for month in sorted(months, reverse=True)]


def _line(month: str, models: Mapping[str, Money]) -> str:
    largest_first = sorted(models, key=lambda name: (-models[name].dollars, name))
    parts = ", ".join(f"{name} {models[name].known} for {models[name].pictures}" for name in largest_first)
    return f"{datetime.fromisoformat(f'{month}-01'):%B %Y}: {sum(models.values(), NOTHING)} ({parts})"
