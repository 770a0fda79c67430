"""Prices, estimates and costs, against the figures that vendors publish and against the emulator's bill."""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from errors import SettingsError, UnusableAnswerError
from money import NOTHING, Money
from providers.cost import cost, estimate
from providers.opening import open_provider, picture_request
from providers.prices import read_prices
from providers.provider import PictureRequest
from providers.registry import MODELS
from settings import OPENAI_QUALITIES, Settings
from tests.providers.asking import GEMINI, OPENAI, ask
from tests.support.emulator import KEY, Emulator

LIVE = {model.serving_id: model for model in MODELS.values() if not model.successor}
KEYS = Settings(openai_api_key=KEY, google_api_key=KEY)
ANY_SIZE = ("1200x640", "1024x1024", "1536x864", "3840x2160")


def picture(served_by: str, size: str, quality: str = "", prompt: str = "") -> PictureRequest:
    return PictureRequest(served_by, prompt, "neon", size, quality, 0)


def output_tokens(served_by: str, size: str, quality: str = "") -> Decimal:
    """Return the tokens in the estimate of a picture without a prompt."""
    prices = read_prices()
    dollars = estimate([picture(served_by, size, quality)], prices).cost.dollars
    return dollars * 1_000_000 / prices[served_by].rates.output


def prices_file(folder: Path, content: Any) -> Path:
    path = folder / "prices.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


LOW = picture(OPENAI, "1200x640", "low")


def test_every_live_model_has_a_price_with_its_source() -> None:
    prices = read_prices()
    assert prices.keys() == LIVE.keys()
    for price in prices.values():
        assert price.pictures
        assert price.rates.source
        assert price.pictures.source


@pytest.mark.parametrize("model", LIVE.values(), ids=LIVE)
def test_every_quality_and_size_that_a_model_offers_has_an_estimate(model: Any) -> None:
    prices = read_prices()
    for settings in every_choice(model):
        request = requested(model, settings)
        found = estimate([request], prices).cost
        if request.quality == "auto":
            assert found.unknown == 1
            assert "auto quality" in found.reason
        else:
            assert found.dollars
            assert found.estimated


# OpenAI's figures: published, or billed (the last three).
@pytest.mark.parametrize(
    ("model", "quality", "size", "tokens"),
    [
        ("gpt-image-2", "low", "1024x1024", 196),
        ("gpt-image-2", "medium", "1024x1024", 1756),
        ("gpt-image-2", "high", "1024x1024", 7024),
        ("gpt-image-2.5-flare", "medium", "1024x1024", 439),
        ("gpt-image-2.5-sunburst", "xhigh", "1024x1024", 3122),
        ("gpt-image-2", "high", "3840x2160", 13_342),
        ("gpt-image-2.5-flare", "xhigh", "1024x640", 1700),
        ("gpt-image-2.5-flare", "low", "1536x864", 120),
    ],
)
def test_the_tokens_of_any_size_equal_openais_count(model: str, quality: str, size: str, tokens: int) -> None:
    assert output_tokens(model, size, quality) == tokens


def test_portrait_and_landscape_take_the_same_tokens() -> None:
    assert output_tokens(OPENAI, "640x1200", "high") == output_tokens(OPENAI, "1200x640", "high")


@pytest.mark.parametrize(
    ("model", "size", "quality", "dollars"),
    [
        ("gpt-image-2", "1536x1024", "low", "0.005"),
        ("gpt-image-2", "1536x1024", "medium", "0.041"),
        ("gpt-image-2", "1536x1024", "high", "0.165"),
        ("gpt-image-1.5", "1536x1024", "low", "0.013"),
        ("gpt-image-1.5", "1536x1024", "high", "0.199"),
        ("gemini-3-pro-image", "16:9 2K", "", "0.134"),
        ("gemini-3-pro-image", "16:9 4K", "", "0.240"),
        ("gemini-3.1-flash-image", "16:9 2K", "", "0.101"),
        ("gemini-3.1-flash-lite-image", "16:9 1K", "", "0.034"),
        ("gemini-nano-banana-2.1", "16:9 4K", "", "0.113"),
    ],
)
def test_a_picture_is_estimated_at_its_published_price(model: str, size: str, quality: str, dollars: str) -> None:
    found = estimate([picture(model, size, quality)], read_prices()).cost.dollars
    assert found.quantize(Decimal("0.001")) == Decimal(dollars)


def test_an_estimate_includes_the_prompt() -> None:
    long = estimate([picture(OPENAI, "1200x640", "low", prompt="word " * 800)], read_prices()).cost.dollars
    short = estimate([picture(OPENAI, "1200x640", "low")], read_prices()).cost.dollars
    assert long - short == Decimal("0.005")  # 1,000 tokens at $5 a million.


def test_an_estimate_has_the_date_of_its_oldest_figure(tmp_path: Path) -> None:
    rates = {"input": 1, "output": 1, "source": "invoice", "date": "2026-11-20", "sure": "confirmed"}
    prices = read_prices(prices_file(tmp_path, {OPENAI: {"rates": rates}}))
    pictures = prices[OPENAI].pictures
    assert pictures
    assert pictures.date < date(2026, 11, 20)
    assert str(estimate([picture(OPENAI, "1200x640", "low")], prices)).endswith(f"prices as of {pictures.date}")


def test_simulated_pictures_are_free_and_say_so() -> None:
    simulated = picture(f"simulated/{OPENAI}", "1200x640", "high")
    assert str(estimate([simulated], {})) == "$0.00"
    assert cost(simulated, {"latency_seconds": 1.0}, {}) == Money(pictures=1)


def test_an_estimate_is_by_model_and_what_its_price_depends_on() -> None:
    pictures = [picture(OPENAI, "1200x640", "low")] * 10 + [picture(GEMINI, "16:9 2K")] * 2
    assert re.fullmatch(
        rf"about \$0\.\d+: 10 x {OPENAI} low at \$0\.\d+, 2 x {GEMINI} 2K at \$0\.\d+; prices as of 2026-\d\d-\d\d",
        str(estimate(pictures, read_prices())),
    )


def test_an_unknown_estimate_is_listed_but_not_summed() -> None:
    known, unknown = picture(OPENAI, "1200x640", "low"), picture("new-model", "1200x640", "low")
    found = estimate([known, unknown, unknown], read_prices())
    assert found.cost.dollars == estimate([known], read_prices()).cost.dollars
    assert ", and 2 pictures whose cost is unknown: 1 x" in str(found)
    assert "; unknown: 2 x new-model low (its price is unknown; give one in PRICES_FILE)" in str(found)


DEAR = picture(OPENAI, "1200x640", "high")
CAP = Decimal("2.50")


@pytest.mark.parametrize("pictures", [[], [DEAR], [picture(f"simulated/{OPENAI}", "1200x640", "high")] * 999])
def test_an_estimate_within_the_cap_passes(pictures: list[PictureRequest]) -> None:
    assert estimate(pictures, read_prices()).faults(CAP) == []


def test_an_estimate_above_the_cap_is_rejected_with_both_amounts_and_a_remedy() -> None:
    [fault] = estimate([DEAR] * 99, read_prices()).faults(CAP)
    assert f"99 x {OPENAI} high at $0." in fault
    assert "above the cap of $2.50" in fault
    assert "raise MAX_COST_USD" in fault


def test_what_was_paid_before_counts_towards_the_cap() -> None:
    [fault] = estimate([DEAR], read_prices()).faults(CAP, Money(Decimal("2.45"), pictures=2))
    assert "after $2.45 that they have cost so far" in fault


def test_a_cap_rejects_unknown_costs() -> None:
    [fault] = estimate([DEAR, picture("new-model", "1200x640", "low")], read_prices()).faults(CAP)
    assert "1 x new-model low cannot be held to the cap of $2.50, as the cost is unknown" in fault
    assert "unset MAX_COST_USD" in fault


def test_a_cap_of_zero_rejects_any_cost_and_no_cap_none() -> None:
    assert estimate([picture(OPENAI, "1200x640", "low")], read_prices()).faults(Decimal(0))
    assert estimate([DEAR] * 9999, read_prices()).faults(None) == []


def every_choice(model: Any) -> list[Settings]:
    """Return settings for every quality and size that a model offers."""
    if model.vendor == "gemini":
        return [replace(KEYS, gemini_image_size=size) for size in model.sizes]
    return [
        replace(KEYS, openai_image_quality=quality, openai_image_size=size)
        for quality in model.qualities
        for size in model.sizes or ANY_SIZE
    ]


def requested(model: Any, settings: Settings, title: str = "A title") -> PictureRequest:
    return picture_request(model, settings, title=title, style="neon", context="", extra_prompt="", variation=0)


@pytest.mark.parametrize("model", LIVE.values(), ids=LIVE)
async def test_costs_equal_the_vendors_bill_for_every_quality_and_size(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, model: Any
) -> None:
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    prices = read_prices()
    costs: list[Money] = []
    for number, settings in enumerate(every_choice(model)):
        request = requested(model, settings, title="A title " * (number % 3 + 1))
        async with open_provider(model, settings) as provider:
            usage = (await provider.generate(request)).usage
        costs.append(cost(request, json.loads(json.dumps(dict(usage))), prices))
    found = sum(costs, NOTHING)
    assert emulator.billed == found.pictures > 0
    assert not found.unknown
    assert not found.estimated
    assert Fraction(found.dollars) == emulator.bill
    assert Fraction(sum(Decimal(str(cost.usd)) for cost in costs)) == emulator.bill


async def test_estimates_from_confirmed_figures_are_within_a_tenth_of_the_bill(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The difference is thoughts, words, and the prompt's exact tokens."""
    prices = read_prices()
    for served_by, model in LIVE.items():
        before = emulator.bill
        await ask(emulator, served_by, monkeypatch)
        guessed = estimate([requested(model, KEYS)], prices).cost.dollars
        pictures = prices[served_by].pictures
        assert pictures
        if pictures.sure == "confirmed":
            assert 0.9 < Fraction(guessed) / (emulator.bill - before) < 1.1, served_by


def test_the_settings_accept_every_quality_with_a_price() -> None:
    for price in read_prices().values():
        assert price.pictures
        assert set(price.pictures.tiles) <= set(OPENAI_QUALITIES)


@pytest.mark.parametrize("usage", [{}, {"latency_seconds": 1.0}, {"output_tokens": 5}, {"input_tokens": 5}])
def test_a_response_without_token_counts_has_an_unknown_cost(usage: dict[str, float | str]) -> None:
    found = cost(LOW, usage, read_prices())
    assert found.unknown == 1
    assert "did not report the tokens" in found.reason


def test_a_model_without_a_price_has_an_unknown_estimate_and_cost() -> None:
    for found in (estimate([LOW], {}).cost, cost(LOW, {"input_tokens": 1, "output_tokens": 1}, {})):
        assert found.unknown == 1
        assert "PRICES_FILE" in found.reason


def test_words_without_a_price_make_the_cost_unknown() -> None:
    usage: dict[str, float | str] = {"input_tokens": 9, "output_tokens": 150, "image_output_tokens": 100}
    found = cost(LOW, usage, read_prices())
    assert found.unknown == 1
    assert "text_output" in found.reason


def test_a_cost_is_an_estimate_if_words_are_billed_but_not_counted_separately() -> None:
    usage: dict[str, float | str] = {"input_tokens": 0, "output_tokens": 1000}
    found = cost(picture("gpt-image-1.5", "1536x1024", "low"), usage, read_prices())
    assert found.dollars == Decimal("0.032")
    assert found.estimated
    assert not cost(LOW, usage, read_prices()).estimated


async def test_a_response_without_a_picture_still_has_a_cost(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_picture(handler: Any, request: Any) -> None:
        usage = {"input_tokens": 10, "output_tokens": 864, "total_tokens": 874}
        handler.reply(200, {"created": 1, "data": [], "usage": usage})

    emulator.faults.append(without_picture)
    with pytest.raises(UnusableAnswerError) as caught:
        await ask(emulator, OPENAI, monkeypatch)
    assert cost(LOW, caught.value.usage, read_prices()).dollars == Decimal("0.02597")


RATES = {"input": 1, "output": 12.5, "source": "our invoice", "date": "2026-11-20", "sure": "confirmed"}
PICTURES = {"tokens": {"low 1200x640": 7}, "source": "ours", "date": "2026-11-20", "sure": "estimate"}


def test_a_prices_file_overrides_only_what_it_names(tmp_path: Path) -> None:
    ours = read_prices()
    prices = read_prices(prices_file(tmp_path, {OPENAI: {"rates": RATES}, GEMINI: {"pictures": PICTURES}}))
    assert prices[OPENAI].rates.output == Decimal("12.5")
    assert prices[OPENAI].pictures == ours[OPENAI].pictures
    assert prices[GEMINI].rates == ours[GEMINI].rates
    assert {model for model in ours if prices[model] != ours[model]} == {OPENAI, GEMINI}


def test_an_estimated_rate_makes_every_cost_an_estimate(tmp_path: Path) -> None:
    prices = read_prices(prices_file(tmp_path, {OPENAI: {"rates": {**RATES, "sure": "estimate"}}}))
    assert str(cost(LOW, {"input_tokens": 0, "output_tokens": 8000}, prices)) == "about $0.10"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not JSON: .*; fix it there"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "has no prices; give an object"),
        ({"gpt-image-9": {"rates": RATES}}, "'gpt-image-9' is not a live model; give one of gemini-3-pro-image, "),
        ({"dall-e-3": {"rates": RATES}}, "'dall-e-3' is not a live model; give one of "),
        ({OPENAI: 5}, f"{OPENAI}: .*; see providers/prices.json"),
        ({OPENAI: {"rates": {**RATES, "output": -1}}}, f"{OPENAI}.rates.output: .*greater than or equal to 0"),
        ({OPENAI: {"rates": {**RATES, "output": 1e30}}}, f"{OPENAI}.rates.output: .*less than or equal to 1000000"),
        ('{"gpt-image-2": {"rates": {"output": NaN}}}', f"{OPENAI}.rates.output: "),
        ({OPENAI: {"rates": {"input": 1, "output": 1}}}, f"{OPENAI}.rates.source: Field required"),
        ({OPENAI: {"rates": {**RATES, "date": "soon"}}}, f"{OPENAI}.rates.date: "),
        ({OPENAI: {"rate": RATES}}, f"{OPENAI}.rate: Extra inputs"),
        ({OPENAI: {"pictures": {**PICTURES, "tiles": {"low": 0}}}}, f"{OPENAI}.pictures.tiles.low: "),
        ({OPENAI: {"pictures": {**PICTURES, "tokens": {"low": 10**30}}}}, f"{OPENAI}.pictures.tokens.low: "),
    ],
)
def test_an_invalid_prices_file_is_rejected_with_its_fault(tmp_path: Path, content: Any, says: str) -> None:
    with pytest.raises(SettingsError, match=f"PRICES_FILE='.*prices.json'.*{says}"):
        read_prices(prices_file(tmp_path, content))


def test_every_fault_of_a_prices_file_is_listed(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_prices(prices_file(tmp_path, {"gpt-image-9": {}, OPENAI: {"rates": {**RATES, "input": "x"}}}))
    assert len(caught.value.faults) == 2


def test_a_missing_prices_file_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file or directory; give a readable JSON file"):
        read_prices(tmp_path / "prices.json")
