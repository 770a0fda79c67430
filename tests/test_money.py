from datetime import date
from decimal import Decimal

import pytest

from money import Cost, Total, cost_faults, total, usd
from settings import Settings


def about(dollars: str) -> Cost:
    return Cost(Decimal(dollars), about=True, as_of=date(2026, 11, 1))


UNKNOWN = Cost(None, reason="no price is known for it")


@pytest.mark.parametrize(
    ("dollars", "digits", "written"),
    [
        ("0", 2, "$0.00"),
        ("0.00648", 2, "$0.0065"),
        ("0.00648", 3, "$0.00648"),
        ("0.013", 3, "$0.013"),
        ("0.13440", 3, "$0.134"),
        ("0.5", 2, "$0.50"),
        ("0.5254", 2, "$0.53"),
        ("0.0995", 2, "$0.10"),
        ("3.2049", 2, "$3.20"),
        ("1234.5", 3, "$1,234.50"),
    ],
)
def test_dollars_are_formatted_to_the_cent_and_small_amounts_to_significant_digits(
    dollars: str, digits: int, written: str
) -> None:
    assert usd(Decimal(dollars), digits) == written


def test_an_estimate_lists_its_items_and_the_date_of_the_prices() -> None:
    pictures = [("gpt-image-2 low", about("0.005"))] * 10 + [("gemini-3-pro-image 1K", about("0.1346"))] * 2
    assert str(total(pictures)) == (
        "about $0.32: 10 x gpt-image-2 low at $0.005, 2 x gemini-3-pro-image 1K at $0.135; prices as of 2026-11-01"
    )


def test_a_bill_is_not_marked_as_an_estimate() -> None:
    assert str(total([("gpt-image-2 low", Cost(Decimal("0.005")))])) == "$0.005: 1 x gpt-image-2 low at $0.005"


def test_a_sum_with_an_estimate_is_an_estimate() -> None:
    assert total([("a", Cost(Decimal(1))), ("b", about("1"))]).short == "about $2.00"


def test_the_oldest_price_dates_the_sum() -> None:
    older = Cost(Decimal(1), as_of=date(2026, 10, 7))
    assert total([("a", about("1")), ("a", older), ("b", about("1"))]).as_of == date(2026, 10, 7)


def test_an_unknown_cost_is_listed_but_not_summed() -> None:
    found = total([("a", about("1")), ("b", UNKNOWN), ("b", UNKNOWN)])
    assert found.dollars == 1
    assert found.short == "about $1.00, and 2 pictures whose cost is unknown"
    assert "; unknown: 2 x b (no price is known for it)" in str(found)


def test_known_and_unknown_costs_of_one_kind_are_separate_lines() -> None:
    found = total([("a", Cost(Decimal(1))), ("a", UNKNOWN), ("a", Cost(Decimal(3)))])
    assert [(line.count, line.cost.dollars) for line in found.lines] == [(2, 4), (1, None)]


def test_a_total_of_unknown_costs_shows_no_sum() -> None:
    assert total([("b", UNKNOWN)]).short == "1 picture whose cost is unknown"


def test_nothing_costs_nothing() -> None:
    assert str(total([])) == "$0.00"


def test_a_sum_of_json_numbers_is_exact() -> None:
    costs = [Cost(Decimal(tokens * 30 + 7 * 5) / 1_000_000) for tokens in range(200, 1200)]
    read = [Cost.of_usd(cost.usd) for cost in costs]
    assert read == costs
    assert total(("a", cost) for cost in read).dollars == Decimal(sum(range(200, 1200)) * 30 + 35_000) / 1_000_000


def test_an_unknown_cost_is_null_in_json_and_keeps_its_reason() -> None:
    assert UNKNOWN.usd is None
    assert str(Cost.of_usd(None, reason=UNKNOWN.reason)) == "unknown (no price is known for it)"


CAP = Settings(max_cost_usd=Decimal("2.50"))


@pytest.mark.parametrize("estimate", [total([]), total([("a", about("2.50"))]), total([("a", about("1.25"))] * 2)])
def test_an_estimate_within_the_cap_passes(estimate: Total) -> None:
    assert cost_faults(estimate, CAP) == []


def test_an_estimate_above_the_cap_is_rejected_with_both_amounts_and_a_remedy() -> None:
    [fault] = cost_faults(total([("gpt-image-2 high", about("0.211"))] * 12), CAP)
    assert "about $2.53: 12 x gpt-image-2 high at $0.211" in fault
    assert "above the cap of $2.50" in fault
    assert "raise MAX_COST_USD" in fault


def test_a_cap_rejects_unknown_costs() -> None:
    [fault] = cost_faults(total([("a", about("0.01")), ("b", UNKNOWN)]), CAP)
    assert "1 x b cannot be held to the cap of $2.50, as the cost is unknown" in fault
    assert "no price is known for it" in fault
    assert "unset MAX_COST_USD" in fault


def test_a_cap_of_zero_rejects_any_cost() -> None:
    assert cost_faults(total([("a", about("0.001"))]), Settings(max_cost_usd=Decimal(0)))
    assert not cost_faults(total([("simulated/a", Cost(Decimal(0)))]), Settings(max_cost_usd=Decimal(0)))


def test_without_a_cap_everything_passes() -> None:
    assert cost_faults(total([("a", about("9999")), ("b", UNKNOWN)]), Settings()) == []
