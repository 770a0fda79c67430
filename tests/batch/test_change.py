"""An option of last time that is missing is noticed, with what it would cost; what was asked for is not."""

from typing import Any

import pytest

from cli.here.engine import Engine
from settings import Settings
from tasks import app
from tests.support.batches import LOOK

BATCH: dict[str, Any] = {"prompts": ["One", "Two"], "models": ["gpt-image-1"], "name": "blog", **LOOK}
OTHER = "cinematic"


async def run(**inputs: Any) -> Any:
    return await Engine(app, lambda event: None).run("generateBatch", {**BATCH, **inputs})


async def change(**inputs: Any) -> Any:
    return (await Engine(app, lambda event: None).run("planBatch", {**BATCH, **inputs}))["change"]


async def test_nothing_is_noticed_where_nothing_would_be_paid_for_again(environment: Settings) -> None:
    assert await change() == {"pictures": 0, "cost": "$0.00", "causes": [], "last": {}}, "there was no run yet"
    await run()
    assert (await change(prompts=["One", "Two", "Three"]))["pictures"] == 0
    assert (await change(template="left-panel"))["pictures"] == 0, "the same pictures in another look cost nothing"


@pytest.mark.parametrize(
    ("inputs", "pictures", "causes", "last"),
    [
        ({"style": OTHER}, 2, [f"the style is {OTHER}, and was {LOOK['style']}"], {"style": [LOOK["style"]]}),
        ({"models": ["dall-e-3"]}, 2, ["dall-e-3 drew nothing in the last run"], {"models": ["gpt-image-1"]}),
        (
            {"models": ["gpt-image-1", "dall-e-3"]},
            2,
            ["dall-e-3 drew nothing in the last run"],
            {"models": ["gpt-image-1"]},
        ),
        ({"style": OTHER, "prompts": ["Three"]}, 0, [], {"style": [LOOK["style"]]}),
        ({"style": OTHER, "name": "another"}, 0, [], {}),
        ({"redraw": ["one"]}, 0, [], {}),
        ({"variation": 1}, 0, [], {}),
    ],
)
async def test_what_differs_from_last_time_and_costs_is_noticed(
    environment: Settings, inputs: Any, pictures: int, causes: list[str], last: Any
) -> None:
    await run()
    noticed = await change(**inputs)
    assert (noticed["pictures"], noticed["causes"], noticed["last"]) == (pictures, causes, last)


async def test_another_quality_is_noticed(environment: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await run()
    monkeypatch.setenv("OPENAI_IMAGE_QUALITY", "high")
    assert (await change())["causes"] == ["the quality of gpt-image-1 is high, and was medium"]


async def test_a_change_that_was_wanted_once_is_not_noticed_again(environment: Settings) -> None:
    await run()
    await run(style=OTHER)
    assert (await change(style=OTHER))["pictures"] == 0
    assert (await change())["pictures"] == 0, "the first pictures are still there"
