from datetime import date

import pytest

from providers.registry import MODELS


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
    assert model.size == MODELS[model.serving_id].size
    if model.ends:
        date.fromisoformat(model.ends)


@pytest.mark.parametrize("model", [m for m in MODELS.values() if m.vendor == "openai"], ids=lambda model: model.id)
def test_openai_sizes_are_ones_the_api_allows(model: object) -> None:
    from providers.registry import Model

    assert isinstance(model, Model)
    width, height = map(int, model.size.split("x"))
    assert width % 16 == height % 16 == 0
    assert 655_360 <= width * height <= 8_294_400
    assert 1 / 3 <= width / height <= 3
