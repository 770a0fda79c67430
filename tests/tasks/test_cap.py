"""What a run stops asking for: what could pass its cap, and what a vendor refuses to the whole account.

The emulator's bill says what was paid.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from batch.requests import BatchRequest
from cli.here.engine import Engine
from settings import Settings
from tasks import app
from tests.support.batches import LOOK
from tests.support.emulator import KEY, Emulator, Fault, Handler, Request, billed_answer, openai_error

FLARE, GEMINI = "gpt-image-2.5-flare", "gemini-3-pro-image"


@pytest.fixture
def configured(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A store of the test's own, and the vendors' SDKs led to the emulator."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    emulator.latency_seconds = 0.02
    return Settings(openai_api_key=KEY, google_api_key=KEY, thumbnails_dir=tmp_path / "out", max_images_per_batch=1_000)


def batch(titles: int, *models: str, **changes: Any) -> BatchRequest:
    prompts: list[Any] = [f"Title {number}" for number in range(titles)]
    return replace(BatchRequest(prompts=prompts, models=[*models], **LOOK), **changes)  # type: ignore[arg-type]


async def run(settings: Settings, request: BatchRequest, task: str = "generateBatch") -> Any:
    return await Engine(app, lambda _: None, settings, no_wait).run(task, asdict(request))


async def no_wait(seconds: float) -> None:
    """Wait for nothing before a retry."""


def outcomes(result: Any) -> list[Any]:
    return [outcome for row in result["rows"] for outcome in row["results"]]


def withheld(result: Any) -> list[Any]:
    return [each for each in outcomes(result) if each["status"] == "pending"]


def dearer(times: int) -> Fault:
    """Draw with so many times the output tokens, and bill them."""

    def fault(handler: Handler, request: Request) -> None:
        answer = billed_answer(request)
        prompt, output = answer["usage"]["input_tokens"], answer["usage"]["output_tokens"]
        answer["usage"].update(output_tokens=times * output, total_tokens=prompt + times * output)
        answer["usage"]["output_tokens_details"] = {"image_tokens": times * output, "text_tokens": 0}
        request.dollars += (times - 1) * output * Fraction(30, 1_000_000)
        handler.reply(200, answer)

    return fault


async def estimated(settings: Settings, request: BatchRequest) -> Decimal:
    """Return a plan's cost, without thoughts or mishaps."""
    return Decimal(repr((await run(settings, request, "planBatch"))["cost_usd"]))


async def test_pictures_dearer_than_estimated_do_not_pass_the_cap(emulator: Emulator, configured: Settings) -> None:
    emulator.choose_fault = lambda request: dearer(5)
    capped = replace(configured, max_cost_usd=Decimal("0.25"))
    plan = await run(capped, batch(20, FLARE), "planBatch")
    assert plan["cost_usd"] < 0.25
    assert plan["faults"] == []
    result = await run(capped, batch(20, FLARE))
    assert 0.2 < emulator.bill <= Fraction("0.25")
    assert Fraction(str(result["cost_usd"])) == emulator.bill
    assert result["summary"]["ok"] == emulator.billed
    assert len(withheld(result)) == 20 - emulator.billed > 0
    assert {each["error"]["code"] for each in withheld(result)} == {"max_cost"}
    message = withheld(result)[0]["error"]["message"]
    assert message.startswith("Not asked for: this run has cost $0.2")
    assert "could pass the cap of $0.25. Raise MAX_COST_USD or --max-cost and run it again" in message


async def test_a_cap_that_equals_the_estimate_withholds_nothing(emulator: Emulator, configured: Settings) -> None:
    cap = await estimated(configured, batch(20, FLARE))
    result = await run(replace(configured, max_cost_usd=cap), batch(20, FLARE))
    assert result["summary"]["ok"] == 20
    assert result["estimated_usd"] == float(cap)
    assert Fraction(str(result["cost_usd"])) == emulator.bill <= Fraction(cap)


async def test_the_next_run_draws_what_the_cap_withheld(emulator: Emulator, configured: Settings) -> None:
    emulator.choose_fault = lambda request: dearer(5)
    await run(replace(configured, max_cost_usd=Decimal("0.25")), batch(20, FLARE))
    result = await run(configured, batch(20, FLARE))
    assert result["summary"]["ok"] == 20
    assert emulator.billed == 20


async def test_what_may_have_been_billed_counts_against_the_cap(emulator: Emulator, configured: Settings) -> None:
    """A lost answer is billed, though no one says how much: each counts as a picture."""
    cap = await estimated(configured, batch(6, FLARE))
    emulator.choose_fault = lambda request: lost_and_billed
    result = await run(replace(configured, max_cost_usd=cap), batch(6, FLARE))
    assert result["maybe_billed"] == emulator.billed == 6
    assert len(withheld(result)) == 4, "each of the two that were asked for was asked three times"


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "invalid_api_key"), (429, "credit_balance_exhausted"), (403, "unsupported_country_region_territory")],
)
async def test_a_vendor_that_refuses_the_account_is_asked_a_handful_of_times_and_the_other_goes_on(
    emulator: Emulator, configured: Settings, status: int, code: str
) -> None:
    refusing(emulator, lambda request: request.vendor == "openai", status, code)
    result = await run(configured, batch(100, FLARE, GEMINI))
    asked = [request.vendor for request in emulator.requests].count("openai")
    assert asked <= 5
    assert (result["summary"]["rejected"], len(withheld(result))) == (asked, 100 - asked)
    assert result["summary"]["ok"] == 100, "the other vendor draws all of its pictures"
    refused = next(each["error"] for each in outcomes(result) if each["status"] == "rejected")
    for each in withheld(result):
        assert each["error"]["message"] == f"Not asked for, as another picture was refused: {refused['message']}"


async def test_a_balance_that_runs_out_midway_stops_what_is_left(emulator: Emulator, configured: Settings) -> None:
    def broke(request: Request) -> Fault | None:
        return refusal(429, "credit_balance_exhausted") if emulator.billed >= 30 else None

    emulator.choose_fault = broke
    result = await run(configured, batch(200, FLARE))
    assert emulator.billed == result["summary"]["ok"]
    assert len(emulator.requests) <= emulator.billed + 2 * configured.fan_out_window
    assert len(withheld(result)) >= 200 - len(emulator.requests)
    assert Fraction(str(result["cost_usd"])) == emulator.bill


async def test_a_model_that_the_account_may_not_use_stops_only_that_model(
    emulator: Emulator, configured: Settings
) -> None:
    refusing(emulator, lambda request: request.model == "gpt-image-2", 404, "model_not_found")
    result = await run(configured, batch(40, FLARE, "gpt-image-2"))
    assert [request.model for request in emulator.requests].count("gpt-image-2") <= 5
    assert result["summary"]["ok"] == 40


async def test_what_a_vendor_refuses_to_draw_stops_nothing_else(emulator: Emulator, configured: Settings) -> None:
    refusing(emulator, lambda request: "Title 0" in request.prompt, 400, "moderation_blocked")
    result = await run(configured, batch(9, FLARE))
    assert (result["summary"]["ok"], result["summary"]["rejected"]) == (8, 1)
    plan = await run(configured, batch(9, FLARE), "planBatch")
    assert (plan["refused"], plan["pictures"], plan["cost_usd"]) == (1, {}, 0.0)


async def test_a_wrong_key_leaves_no_stored_picture_without_its_thumbnail(
    emulator: Emulator, configured: Settings
) -> None:
    """Pictures that are there need no vendor, whatever it refuses."""
    await run(configured, batch(10, FLARE))
    refusing(emulator, lambda request: True, 401, "invalid_api_key")
    result = await run(configured, batch(60, FLARE, template="framed"))
    assert result["summary"]["ok"] == 10
    assert len(emulator.requests) <= 10 + 5


def refusing(emulator: Emulator, which: Callable[[Request], bool], status: int, code: str) -> None:
    emulator.choose_fault = lambda request: refusal(status, code) if which(request) else None


def refusal(status: int, code: str) -> Fault:
    return lambda handler, request: handler.reply(status, openai_error(code, "No.", "error"))


def lost_and_billed(handler: Handler, request: Request) -> None:
    billed_answer(request)
    handler.reset()
