"""Spending by month and by model: each sum is the runs' own, to the cent."""

from typing import Any

from gallery.batches import batch_of
from gallery.spending import months_of, spending_lines
from money import Money


def manifest(**more: Any) -> Any:
    request = {"prompts": ["One"], "models": ["a"], "style": "neon", "template": "split", "font": "inter"}
    known = {"batch_id": "0" * 16, "updated_at": "2026-11-30T10:00:00+00:00", "finished": True, "simulated": False}
    return {**known, "request": request, "summary": {"ok": 1, "requested": 1}, "rows": [], **more}


RUNS = {
    "first": {
        "cost_usd": 0.3,
        "pictures_made": 3,
        "month": "2026-10",
        "by_model": {"a": {"cost_usd": 0.1, "pictures_made": 1}, "b": {"cost_usd": 0.2, "pictures_made": 2}},
    },
    "killed": {
        "cost_usd": 0.5,
        "pictures_made": 4,
        "maybe_billed": 1,
        "month": "2026-11",
        "by_model": {"a": {"cost_usd": 0.4, "pictures_made": 3}},
    },
    "older": {"cost_usd": 0.07, "pictures_made": 1},
}


def test_months_and_models_add_up_to_what_the_runs_paid() -> None:
    months = months_of(manifest(spent_by_run=RUNS))
    sums = {month: sum(map(Money.of, models.values()), Money()) for month, models in months.items()}
    assert {month: (paid.usd, paid.pictures, paid.maybe_billed) for month, paid in sums.items()} == {
        "2026-10": (0.3, 3, 0),
        "2026-11": (0.57, 5, 1),
    }
    assert months["2026-11"]["other"]["cost_usd"] == 0.17, "of no known model"


def test_a_record_of_before_counts_when_it_was_last_written_and_a_simulated_one_not_at_all() -> None:
    paid = {"cost_usd": 0.07, "pictures_made": 1}
    assert months_of(manifest(**paid)) == {"2026-11": {"other": paid}}
    assert months_of(manifest(spent_by_run=RUNS, simulated=True)) == {}


def test_all_batches_are_summed_latest_month_first() -> None:
    batches = [batch_of(manifest(spent_by_run=RUNS)), batch_of(manifest(spent_by_run=RUNS, batch_id="1" * 16))]
    assert spending_lines(batches) == [
        "November 2026: $1.14, and 2 more that may have been billed (a $0.80 for 6, other $0.34 for 4)",
        "October 2026: $0.60 (b $0.40 for 4, a $0.20 for 2)",
    ]
