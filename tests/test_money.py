import json
from decimal import Decimal

import pytest

from money import NOTHING, Money, usd


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


ABOUT = Money(Decimal(1), estimated=True, pictures=1)
UNKNOWN = Money(pictures=1, unknown=1, reason="no price is known for it")
MAYBE = Money(maybe_billed=1)


def test_a_sum_with_an_estimate_is_an_estimate() -> None:
    assert str(Money(Decimal(1)) + ABOUT) == "about $2.00"
    assert str(Money(Decimal("0.005"), pictures=1)) == "$0.005"


def test_what_a_sum_leaves_out_is_counted() -> None:
    found = ABOUT + UNKNOWN + UNKNOWN + MAYBE
    assert found == Money(Decimal(1), True, 3, 2, 1, "no price is known for it")
    assert str(found) == "about $1.00, and 2 pictures whose cost is unknown, and 1 more that may have been billed"


def test_a_sum_of_nothing_but_what_is_left_out_shows_no_amount() -> None:
    assert str(UNKNOWN) == "1 picture whose cost is unknown"
    assert str(MAYBE) == "1 more that may have been billed"
    assert str(NOTHING) == "$0.00"


@pytest.mark.parametrize("money", [NOTHING, ABOUT, UNKNOWN, MAYBE, ABOUT + UNKNOWN + MAYBE])
def test_a_record_holds_all_of_it(money: Money) -> None:
    assert Money.of(json.loads(json.dumps(money.record))) == money
    assert Money.of({**money.record, "title": "of another record"}) == money


def test_a_sum_of_json_numbers_is_exact() -> None:
    costs = [Money(Decimal(tokens * 30 + 7 * 5) / 1_000_000) for tokens in range(200, 1200)]
    read = [Money.of(cost.record) for cost in costs]
    assert read == costs
    assert sum(read, NOTHING).dollars == Decimal(sum(range(200, 1200)) * 30 + 35_000) / 1_000_000


def test_an_amount_of_null_is_unknown_as_version_0_1_wrote_it() -> None:
    assert Money.of({"cost_usd": None, "cost_reason": "no price"}) == Money(pictures=1, unknown=1, reason="no price")


def test_only_nothing_is_false() -> None:
    assert not NOTHING
    assert all([ABOUT, UNKNOWN, MAYBE, Money(pictures=1)])
