"""The vendors' prices, as data beside the models.

``prices.json`` holds the prices by the id of the live model. Each says where it comes from, of which day it is, and how
sure it is: ``confirmed`` where it is the vendor's own page, a bill, or what several quote from that page alike.
"""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from errors import SettingsError
from providers.registry import MODELS

__all__ = ["Pictures", "Price", "Prices", "Rates", "read_prices"]

PRICES = Path(__file__).with_name("prices.json")
Dollars = Annotated[Decimal, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]


class _Sourced(BaseModel):
    """What every figure comes with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    date: date
    sure: Literal["confirmed", "estimate"]


class Rates(_Sourced):
    """US dollars for a million tokens: of the prompt, of the picture, and of words and thoughts beside it."""

    input: Dollars
    output: Dollars
    text_output: Dollars | None = None


class Pictures(_Sourced):
    """How many tokens a picture takes.

    ``tokens`` has counts by quality and size, as in ``"low 1536x1024"``; where there are no qualities, as in
    ``"16:9 1K"``. ``tiles`` has, by quality, how many tiles OpenAI lays along a picture's longer side, from which its
    calculator counts the tokens of any size.
    """

    tokens: dict[str, Count] = {}
    tiles: dict[str, Count] = {}

    def count(self, size: str, quality: str) -> int | None:
        """Return how many tokens a picture takes, or None where that is not known."""
        if quality in self.tiles:
            width, height = map(int, size.split("x"))
            return _tiled(self.tiles[quality], width, height)
        return self.tokens.get(f"{quality} {size}".strip())


class Price(BaseModel):
    """All that is known of what a model costs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rates: Rates
    pictures: Pictures | None = None


Prices = Mapping[str, Price]


def read_prices(path: Path | None = None) -> Prices:
    """Return the prices by live model, with what the file at ``path`` (``PRICES_FILE``) puts in their place.

    The file is shaped like ``prices.json``. Of a model that it names, it may give the rates, the pictures or both.

    Raises:
        SettingsError: the file cannot be read, or used as it stands.
    """
    ours: dict[str, Any] = json.loads(PRICES.read_bytes(), parse_float=Decimal)
    if not path:
        return {model: Price.model_validate(blocks) for model, blocks in ours.items()}
    prices: dict[str, Price] = {}
    faults: list[str] = []
    live = {model.serving_id for model in MODELS.values()}
    for model, blocks in (ours | _read_own(path)).items():
        if model not in live:
            faults.append(f"{model!r} is no live model; name one of {', '.join(sorted(live))}")
            continue
        try:
            merged = ours.get(model, {}) | blocks if isinstance(blocks, dict) else blocks
            prices[model] = Price.model_validate(merged)
        except ValidationError as error:
            faults += [
                f"{'.'.join(map(str, (model, *fault['loc'])))}: {fault['msg']}; shape it like providers/prices.json"
                for fault in error.errors()
            ]
    if faults:
        raise SettingsError([f"PRICES_FILE={str(path)!r}: {fault}" for fault in faults])
    return prices


def _read_own(path: Path) -> dict[str, Any]:
    try:
        prices = json.loads(path.read_bytes(), parse_float=Decimal)
    except OSError as error:
        remedy = "name a JSON file that can be read"
        raise SettingsError([f"PRICES_FILE={str(path)!r}: {error.strerror}; {remedy}"]) from error
    except (ValueError, RecursionError) as error:
        raise SettingsError([f"PRICES_FILE={str(path)!r} is not JSON: {error}; correct it there"]) from error
    if not isinstance(prices, dict):
        remedy = "give an object with prices by model, like providers/prices.json"
        raise SettingsError([f"PRICES_FILE={str(path)!r} holds no prices; {remedy}"])
    return prices


def _tiled(tiles: int, width: int, height: int) -> int:
    """Return a picture's tokens: tiles in the picture's proportions, each the dearer the more pixels there are."""
    longer, shorter = max(width, height), min(width, height)
    other_side = (2 * tiles * shorter + longer) // (2 * longer)  # Rounded, halves up.
    return -(-tiles * other_side * (2_000_000 + width * height) // 4_000_000)  # Rounded up.
