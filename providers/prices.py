"""The vendors' prices, as data beside the models.

``prices.json`` has the prices by live model id, each with its source, its date, and how sure it is: ``confirmed`` if it
comes from the vendor's own page, from a bill, or from several matching quotes of that page.
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
Dollars = Annotated[Decimal, Field(ge=0, le=10**6)]
Count = Annotated[int, Field(ge=1, le=10**6)]


class _Sourced(BaseModel):
    """A figure's source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    date: date
    sure: Literal["confirmed", "estimate"]


class Rates(_Sourced):
    """US dollars for a million tokens: of the prompt, of the picture, and of words and thoughts."""

    input: Dollars
    output: Dollars
    text_output: Dollars | None = None


class Pictures(_Sourced):
    """How many tokens a picture takes.

    ``tokens`` has counts by quality and size (``"low 1536x1024"``), or by size alone for a model without qualities
    (``"16:9 1K"``). ``tiles`` has, by quality, the number of tiles along a picture's longer side, from which OpenAI's
    calculator derives the tokens of any size.
    """

    tokens: dict[str, Count] = {}
    tiles: dict[str, Count] = {}

    def count(self, size: str, quality: str) -> int | None:
        """Return how many tokens a picture takes, or None if that is unknown."""
        if quality in self.tiles:
            width, height = map(int, size.split("x"))
            return _tiled(self.tiles[quality], width, height)
        return self.tokens.get(f"{quality} {size}".strip())


class Price(BaseModel):
    """A model's prices."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rates: Rates
    pictures: Pictures | None = None


Prices = Mapping[str, Price]


def read_prices(path: Path | None = None) -> Prices:
    """Return the prices by live model, with those from the file at ``path`` (``PRICES_FILE``) taking precedence.

    The file has the format of ``prices.json``. For each model it may give the rates, the pictures or both.

    Raises:
        SettingsError: the file cannot be read, or is invalid.
    """
    ours: dict[str, Any] = json.loads(PRICES.read_bytes(), parse_float=Decimal)
    if not path:
        return {model: Price.model_validate(blocks) for model, blocks in ours.items()}
    prices: dict[str, Price] = {}
    faults: list[str] = []
    live = {model.serving_id for model in MODELS.values()}
    for model, blocks in (ours | _read_own(path)).items():
        if model not in live:
            faults.append(f"{model!r} is not a live model; give one of {', '.join(sorted(live))}")
            continue
        try:
            merged = ours.get(model, {}) | blocks if isinstance(blocks, dict) else blocks
            prices[model] = Price.model_validate(merged)
        except ValidationError as error:
            faults += [
                f"{'.'.join(map(str, (model, *fault['loc'])))}: {fault['msg']}; see providers/prices.json"
                for fault in error.errors()
            ]
    if faults:
        raise SettingsError([f"PRICES_FILE={str(path)!r}: {fault}" for fault in faults])
    return prices


def _read_own(path: Path) -> dict[str, Any]:
    try:
        prices = json.loads(path.read_bytes(), parse_float=Decimal)
    except OSError as error:
        raise SettingsError([f"PRICES_FILE={str(path)!r}: {error.strerror}; give a readable JSON file"]) from error
    except (ValueError, RecursionError) as error:
        raise SettingsError([f"PRICES_FILE={str(path)!r} is not JSON: {error}; fix it there"]) from error
    if not isinstance(prices, dict):
        remedy = "give an object with prices by model, like providers/prices.json"
        raise SettingsError([f"PRICES_FILE={str(path)!r} has no prices; {remedy}"])
    return prices


def _tiled(tiles: int, width: int, height: int) -> int:
    """Return a picture's tokens: tiles in its proportions, each costing more the more pixels there are."""
    longer, shorter = max(width, height), min(width, height)
    other_side = (2 * tiles * shorter + longer) // (2 * longer)  # Rounded, halves up.
    return -(-tiles * other_side * (2_000_000 + width * height) // 4_000_000)  # Rounded up.
