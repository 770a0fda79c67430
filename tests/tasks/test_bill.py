"""The reported costs equal the emulator's bill to the cent, whatever happens to the attempts."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from cli.events import RunEvent
from cli.here.engine import Engine
from settings import Settings
from tasks import app, generate_batch, generate_thumbnail, generate_thumbnails
from tests.providers.test_prices import LIVE, every_choice
from tests.support.emulator import KEY, Emulator, Handler, Request, picture_for

LOOK = ["neon", "bottom-bar", "inter"]
SMALL = picture_for(Request("openai", "gpt-image-2", {"size": "1024x640"}))
Observe = Callable[[RunEvent], None]


@pytest.fixture
def configured(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A store of the test's own, and the vendors' SDKs led to the emulator."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    return Settings(openai_api_key=KEY, google_api_key=KEY, thumbnails_dir=tmp_path / "out")


async def no_wait(seconds: float) -> None:
    """Wait for nothing."""


async def run(settings: Settings, batch: list[Any], observe: Observe = lambda _: None) -> Any:
    return await Engine(app, observe, settings, no_wait).run("generateBatch", batch)


def outcomes(result: Any) -> list[Any]:
    return [outcome for row in result["rows"] for outcome in row["results"]]


def dollars(*costs: float) -> Fraction:
    """The sum of costs as they are written, digit by digit."""
    return Fraction(sum((Decimal(repr(cost)) for cost in costs), Decimal(0)))


def manifest(result: Any) -> Any:
    return json.loads(Path(result["manifest_url"].removeprefix("file://")).read_text())


def dying_at(*stages: str) -> Observe:
    """Return what ends the attempts of each title, one after the other, as they reach these stages."""
    left: dict[str, list[str]] = {}

    def observe(event: RunEvent) -> None:
        if event.kind == "stage" and event.task == "generateThumbnail":
            assert isinstance(event.arguments, list)
            deaths = left.setdefault(event.arguments[0], list(stages))
            if deaths and deaths[0] == event.stage:
                deaths.pop(0)
                raise RuntimeError("killed")

    return observe


def small(handler: Handler, request: Request) -> None:
    """Answer with the same small picture, and bill what was asked for."""
    handler.picture(request, SMALL)


def half(handler: Handler, request: Request) -> None:
    handler.picture(request, SMALL[: len(SMALL) // 2])


def without_picture(handler: Handler, request: Request) -> None:
    usage = {"input_tokens": 10, "output_tokens": 864, "total_tokens": 874}
    request.billed, request.dollars = True, Fraction(25_970, 1_000_000)
    handler.reply(200, {"created": 1, "data": [], "usage": usage})


def every_mishap() -> Iterator[tuple[Observe, list[Any], dict[str, Any]]]:
    """Yield again and again: what ends attempts, what the emulator answers first, and settings."""
    nothing: Observe = lambda _: None  # noqa: E731
    return cycle(
        [
            (nothing, [], {}),
            (dying_at("composing"), [], {}),
            (dying_at("uploading", "composing"), [], {}),
            (nothing, [half], {}),
            (dying_at("composing"), [half], {}),
            (nothing, [half, half], {}),
            (nothing, [], {"crash": True}),
        ]
    )


@pytest.mark.parametrize("model", [each for each in LIVE.values() if not each.ends], ids=lambda each: each.id)
async def test_the_sums_equal_the_bill_for_every_quality_and_size_through_mishaps_and_reruns(
    emulator: Emulator, configured: Settings, model: Any
) -> None:
    reported: list[float] = []
    emulator.choose_fault = lambda request: small
    for number, (choice, mishap) in enumerate(zip(every_choice(model), every_mishap(), strict=False)):
        observe, faults, more = mishap
        settings = replace(choice, thumbnails_dir=configured.thumbnails_dir)
        if "crash" in more:
            settings = replace(settings, crash_model=model.id)
        emulator.faults.extend(faults)
        batch = [[f"Title {number} of {model.id}"], [model.id], *LOOK]
        before = emulator.bill
        for paid in (emulator.bill, before):  # A run, and the same again.
            result = await run(settings, batch, dying_at() if paid is before else observe)
            [outcome] = outcomes(result)
            assert outcome["cost_usd"] == result["cost_usd"]
            assert outcome["status"] == ("failed" if len(faults) == 2 else "ok"), outcome
            reported.append(result["cost_usd"])
            assert dollars(*reported) == emulator.bill
            assert dollars(manifest(result)["cost_usd"]) == emulator.bill - before
    assert emulator.billed >= len(reported) / 2


def bill_of(emulator: Emulator, title: str) -> Fraction:
    return sum((request.dollars for request in emulator.requests if title in request.prompt), Fraction(0))


async def test_each_pair_of_a_batch_reports_what_its_own_pictures_cost(
    emulator: Emulator, configured: Settings
) -> None:
    def choose(request: Request) -> Any:
        times = sum(request.prompt == other.prompt and request.model == other.model for other in emulator.requests)
        if "Three" in request.prompt and times == 1:
            return without_picture if request.vendor == "openai" else half
        return half if "Four" in request.prompt else None

    emulator.choose_fault = choose
    titles = ["One", "Two", "Three", "Four"]
    batch = [titles, ["gpt-image-2", "gemini-3-pro-image"], *LOOK]
    result = await run(replace(configured, crash_model="gpt-image-2"), batch, dying_at("uploading"))
    assert {outcome["title"] for outcome in outcomes(result) if outcome["status"] == "failed"} == {"Four"}
    assert result["summary"]["reused"] == 0
    for title in titles:
        of_title = [outcome["cost_usd"] for outcome in outcomes(result) if outcome["title"] == title]
        assert dollars(*of_title) == bill_of(emulator, title) > 0, title
    assert dollars(result["cost_usd"]) == emulator.bill


async def test_a_retry_says_as_much_of_the_picture_as_the_attempt_that_paid(
    emulator: Emulator, configured: Settings
) -> None:
    batch = [["One"], ["gpt-image-2"], *LOOK]
    [outcome] = outcomes(await run(configured, batch, dying_at("composing")))
    assert not outcome["reused"]
    assert outcome["usage"]["size"] == "1200x640"
    assert emulator.billed == 1


async def test_a_leaf_that_never_succeeds_reports_what_it_paid(emulator: Emulator, configured: Settings) -> None:
    batch = [["One"], ["gpt-image-2"], *LOOK]
    result = await run(configured, batch, dying_at("composing", "composing", "composing"))
    [outcome] = outcomes(result)
    assert outcome["status"] == "failed"
    assert dollars(outcome["cost_usd"]) == dollars(result["cost_usd"]) == emulator.bill > 0
    again = await run(configured, batch)
    assert (again["cost_usd"], again["summary"]["reused"]) == (0, 1)
    assert dollars(manifest(again)["cost_usd"]) == emulator.bill


@pytest.mark.parametrize(
    "batch",
    [
        [["One"], ["gpt-image-1", "gpt-image-2.5-flare"], *LOOK],
        [[{"title": "One", "slug": "a"}, {"title": "One", "slug": "b"}], ["gpt-image-2"], *LOOK],
    ],
    ids=["two ids of one model", "two posts of one title"],
)
@pytest.mark.parametrize("deaths", [[], ["composing", "uploading"]])
async def test_a_picture_that_two_pairs_share_is_counted_once(
    emulator: Emulator, configured: Settings, batch: list[Any], deaths: list[str]
) -> None:
    result = await run(configured, batch, dying_at(*deaths))
    assert emulator.billed == 1
    assert sorted(outcome["reused"] for outcome in outcomes(result)) == [False, True]
    assert dollars(*(outcome["cost_usd"] for outcome in outcomes(result))) == emulator.bill


async def test_a_picture_that_two_batches_share_is_counted_in_the_one_that_paid(
    emulator: Emulator, configured: Settings
) -> None:
    batch = [["One", "Two"], ["gpt-image-2"], *LOOK]
    first = await run(configured, batch, dying_at("composing"))
    other = await run(configured, [*batch[:3], "left-panel", "lora"], dying_at("composing"))
    assert dollars(first["cost_usd"]) == emulator.bill
    assert other["cost_usd"] == 0
    assert "cost_usd" not in manifest(other)


async def test_the_cost_of_a_killed_run_is_in_the_batchs_sum_and_not_in_the_next_runs(
    emulator: Emulator, configured: Settings
) -> None:
    batch = [[f"Title {number}" for number in range(6)], ["gpt-image-2"], *LOOK]
    composed = 0

    def kill(event: RunEvent) -> None:
        nonlocal composed
        composed += event.stage == "composing"
        if event.stage == "composing" and composed == 3:
            engine.cancel()

    engine = Engine(app, kill, replace(configured, fan_out_window=1), no_wait)
    with pytest.raises(asyncio.CancelledError):
        await engine.run("generateBatch", batch)
    before = emulator.bill
    assert before > 0
    [path] = (configured.thumbnails_dir or Path()).glob("thumbnails/batches/*/manifest.json")
    # As a kill leaves it, which lets nothing more be written down.
    left = json.loads(path.read_text())
    left.pop("cost_usd", None)
    path.write_text(json.dumps(left))
    result = await run(configured, batch)
    assert dollars(result["cost_usd"]) == emulator.bill - before > 0
    assert dollars(manifest(result)["cost_usd"]) == emulator.bill
    assert dollars(manifest(await run(configured, batch))["cost_usd"]) == emulator.bill


class Forgetting(Engine):
    """An engine in which the first attempt at each run of one task dies as it is about to answer."""

    def __init__(self, settings: Settings, task: Callable[..., Any]) -> None:
        super().__init__(app, lambda _: None, settings, no_wait)
        self._task = task
        self.died: set[str | None] = set()

    async def _attempt(self, function: Callable[..., Any], *rest: Any) -> Any:
        result = await super()._attempt(function, *rest)
        run_id = rest[-1].task_run_id
        if function is self._task and run_id not in self.died:
            self.died.add(run_id)
            raise RuntimeError("killed")
        return result


@pytest.mark.parametrize("task", [generate_thumbnail, generate_batch], ids=["leaf", "batch"])
async def test_the_cost_of_an_attempt_that_died_at_its_very_end_is_kept(
    emulator: Emulator, configured: Settings, task: Any
) -> None:
    engine = Forgetting(configured, task.func)
    result = await engine.run("generateBatch", [["One", "Two"], ["gpt-image-2"], *LOOK])
    assert engine.died
    assert emulator.billed == 2
    assert [outcome["reused"] for outcome in outcomes(result)] == [False, False]
    assert dollars(result["cost_usd"]) == dollars(manifest(result)["cost_usd"]) == emulator.bill


@pytest.mark.parametrize("task", [generate_thumbnail, generate_thumbnails], ids=["leaf", "row"])
async def test_a_single_row_keeps_that_cost_too(emulator: Emulator, configured: Settings, task: Any) -> None:
    engine = Forgetting(configured, task.func)
    row = await engine.run("generateThumbnails", ["One", ["gpt-image-2", "gemini-3-pro-image"], *LOOK])
    assert engine.died
    assert emulator.billed == 2
    assert dollars(*(outcome["cost_usd"] for outcome in row["results"])) == emulator.bill
