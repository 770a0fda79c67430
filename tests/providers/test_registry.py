from dataclasses import replace
from datetime import date

import pytest

from providers.opening import ended_faults
from providers.registry import MODELS, Model
from tests.support.emulator import GEMINI_LIVE, OPENAI_LIVE


@pytest.mark.parametrize(
    ("retired", "successor"),
    [
        ("gemini-3-pro-image-preview", "gemini-3-pro-image"),
        ("gpt-image-1", "gpt-image-2.5-flare"),
        ("dall-e-3", "gpt-image-2.5-sunburst"),
    ],
)
def test_a_live_successor_serves_each_of_the_tutorials_ids(retired: str, successor: str) -> None:
    assert MODELS[retired].serving_id == successor
    assert MODELS[successor].successor is None


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.id)
def test_every_entry_is_consistent(model: Model) -> None:
    assert MODELS[model.id] is model
    assert MODELS[model.serving_id].successor is None
    assert model.vendor == MODELS[model.serving_id].vendor
    assert model.sizes == MODELS[model.serving_id].sizes
    assert model.qualities == MODELS[model.serving_id].qualities
    assert bool(model.replacements) == bool(model.deprecated) >= bool(model.ends)


@pytest.mark.parametrize(
    "model", [model for model in MODELS.values() if model.replacements], ids=lambda model: model.id
)
def test_a_replacement_is_not_deprecated_itself(model: Model) -> None:
    for id in model.replacements:
        assert MODELS[id].vendor == model.vendor
        assert MODELS[id].deprecated is None
        assert MODELS[id].successor is None


LAST_DAY, END = date(2026, 11, 30), date(2026, 12, 1)
INSTEAD = "choose gpt-image-2.6-flare or gpt-image-2.6-sunburst instead"


@pytest.mark.parametrize(
    ("model", "today", "notice"),
    [
        (
            "gemini-3.1-flash-image",
            END,
            "gemini-3.1-flash-image has been deprecated since 2026-10-06: choose gemini-nano-banana-2.1 instead",
        ),
        ("gpt-image-1.5", LAST_DAY, f"gpt-image-1.5 will be shut down on 2026-12-01: {INSTEAD}"),
        ("gpt-image-1.5", END, f"gpt-image-1.5 was shut down on 2026-12-01: {INSTEAD}"),
        ("gpt-image-2", END, None),
    ],
)
def test_a_deprecated_model_has_a_notice_that_knows_the_day(model: str, today: date, notice: str | None) -> None:
    assert MODELS[model].notice(today) == notice


@pytest.mark.parametrize(("today", "ended"), [(LAST_DAY, False), (END, True), (date(2036, 1, 1), True)])
def test_a_model_has_ended_from_the_announced_day_on(today: date, ended: bool) -> None:
    model = MODELS["gpt-image-1-mini"]
    assert model.has_ended(today) == ended
    assert ended_faults([model, MODELS["gpt-image-2"]], today) == ([model.notice(today)] if ended else [])


def test_an_id_ends_with_the_model_that_serves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    serving = replace(MODELS["gpt-image-2.5-flare"], deprecated=LAST_DAY, ends=END, replacements=("gpt-image-2",))
    monkeypatch.setitem(MODELS, serving.id, serving)
    assert ended_faults([MODELS["gpt-image-1"]], END) == [
        "gpt-image-2.5-flare was shut down on 2026-12-01: choose gpt-image-2 instead"
    ]


def test_the_emulator_knows_every_live_model() -> None:
    live = {model.id for model in MODELS.values() if not model.successor}
    assert live == OPENAI_LIVE | GEMINI_LIVE, "bring OPENAI_LIVE or GEMINI_LIVE in tests/support/emulator.py up to date"
