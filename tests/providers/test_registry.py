from datetime import date

import pytest

from providers.registry import MODELS
from tests.emulator import GEMINI_LIVE, OPENAI_LIVE


@pytest.mark.parametrize(
    ("retired", "successor"),
    [
        ("gemini-3-pro-image-preview", "gemini-3-pro-image"),
        ("gpt-image-1", "gpt-image-2.5-flare"),
        ("dall-e-3", "gpt-image-2.5-sunburst"),
    ],
)
def test_the_tutorials_ids_are_served_by_live_successors(retired: str, successor: str) -> None:
    assert MODELS[retired].serving_id == successor
    assert MODELS[successor].successor is None


def test_the_tutorials_three_ids_stay_three_different_models() -> None:
    assert len({MODELS[id].serving_id for id in ("gemini-3-pro-image-preview", "gpt-image-1", "dall-e-3")}) == 3


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.id)
def test_every_entry_is_sound(model: object) -> None:
    from providers.registry import Model

    assert isinstance(model, Model)
    assert MODELS[model.id] is model
    assert MODELS[model.serving_id].successor is None
    assert model.vendor == MODELS[model.serving_id].vendor
    assert model.fixed_size == MODELS[model.serving_id].fixed_size
    assert model.qualities == MODELS[model.serving_id].qualities
    if model.ends:
        date.fromisoformat(model.ends)


def test_the_emulator_knows_every_live_model() -> None:
    live = {model.id for model in MODELS.values() if not model.successor}
    assert live == OPENAI_LIVE | GEMINI_LIVE, "bring OPENAI_LIVE or GEMINI_LIVE in tests/emulator.py up to date"
