"""What a picture costs: an estimate beforehand, and the cost by the vendor's own token count afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from money import NOTHING, Money, usd
from providers.prices import Price, Prices
from providers.provider import PictureRequest

__all__ = ["Estimate", "cost", "estimate"]

MILLION = 1_000_000
NO_PRICE = "its price is unknown; give one in PRICES_FILE"
# A rule of thumb for English. The prompt is a small part of a picture's price.
CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class Item:
    """So many pictures of one product, such as ``gpt-image-2 medium``, their cost, and the date of its oldest price."""

    product: str
    cost: Money
    as_of: date | None = None

    def __str__(self) -> str:
        pictures = f"{self.cost.pictures} x {self.product}"
        if self.cost.unknown:
            return f"{pictures} ({self.cost.reason})"
        return f"{pictures} at {usd(self.cost.dollars / self.cost.pictures, digits=3)}"


@dataclass(frozen=True)
class Estimate:
    """What pictures will cost, by product, in order of first appearance."""

    items: Sequence[Item] = ()

    @cached_property
    def cost(self) -> Money:
        """The sum."""
        return sum((item.cost for item in self.items), NOTHING)

    def faults(self, cap: Decimal | None, paid: Money = NOTHING) -> list[str]:
        """Return a sentence for each reason why the pictures cannot be held to a cap (``MAX_COST_USD``).

        ``paid`` has been spent on them before; what of it is unknown counts as much as a picture is estimated at.
        """
        if cap is None:
            return []
        faults = []
        unknown = (paid.unknown + paid.maybe_billed) * self.cost.dollars / max(1, self.cost.pictures)
        if self.cost.dollars + paid.dollars + unknown > cap:
            before = f", after {paid} that they have cost so far" if paid else ""
            faults.append(
                f"The pictures would cost {self}{before}. That is above the cap of {usd(cap)}: ask for fewer titles or "
                "models, choose a lower quality or size, or raise MAX_COST_USD"
            )
        faults += [
            f"{item.cost.unknown} x {item.product} cannot be held to the cap of {usd(cap)}, as the cost is unknown: "
            f"{item.cost.reason}, leave the model out, or unset MAX_COST_USD"
            for item in self.items
            if item.cost.unknown
        ]
        return faults

    def __str__(self) -> str:
        """Return the sum with its items, the items of unknown cost, and the date of the prices."""
        known = ", ".join(str(item) for item in self.items if not item.cost.unknown)
        unknown = ", ".join(str(item) for item in self.items if item.cost.unknown)
        itemized = f"{known}; unknown: {unknown}" if known and unknown else known or unknown
        as_of = min((item.as_of for item in self.items if item.as_of), default=None)
        dated = f"; prices as of {as_of.isoformat()}" if as_of else ""
        return f"{self.cost}: {itemized}{dated}" if itemized else str(self.cost)


def estimate(pictures: Iterable[PictureRequest], prices: Prices) -> Estimate:
    """Return the estimated cost of pictures and their prompts, without the thoughts that some models add."""
    items: dict[tuple[str, str], Item] = {}
    for picture in pictures:
        if picture.simulated:
            continue
        item = _estimated(picture, prices.get(picture.served_by))
        group = item.product, item.cost.reason
        items[group] = _together(items[group], item) if group in items else item
    return Estimate(list(items.values()))


def cost(picture: PictureRequest, usage: Mapping[str, float | str], prices: Prices) -> Money:
    """Return what a picture cost, by the vendor's own usage figures (``Picture.usage``).

    Vendors bill the prompt as input, and as output the picture, words, and thoughts at the price of words.
    """
    if picture.simulated:
        return Money(pictures=1)
    price = prices.get(picture.served_by)
    if not price:
        return _unknown(NO_PRICE)
    rates = price.rates
    prompt, output = _tokens(usage, "input_tokens"), _tokens(usage, "output_tokens")
    if prompt is None or output is None:
        return _unknown("the vendor did not report the tokens used")
    image, thoughts = _tokens(usage, "image_output_tokens"), _tokens(usage, "thought_tokens") or 0
    words = thoughts if image is None else max(output - image, 0) + thoughts
    if words and rates.text_output is None:
        return _unknown("the answer has words, and their price is unknown; give text_output in PRICES_FILE")
    dollars = prompt * rates.input + (output if image is None else image) * rates.output
    dollars += words * (rates.text_output or 0)
    # If words are billed but not counted apart from the picture, they are priced as picture.
    about = rates.sure == "estimate" or (image is None and rates.text_output is not None)
    return Money(dollars / MILLION, about, pictures=1)


def _estimated(picture: PictureRequest, price: Price | None) -> Item:
    product = f"{picture.served_by} {picture.quality or picture.size.split()[-1]}"
    if not price:
        return Item(product, _unknown(NO_PRICE))
    count = price.pictures.count(picture.size, picture.quality) if price.pictures else None
    if price.pictures is None or count is None:
        what = f"a picture of {picture.quality or 'any'} quality at {picture.size}"
        remedy = "choose another quality or size, or give the count in PRICES_FILE"
        return Item(product, _unknown(f"the token count of {what} is unknown; {remedy}"))
    prompt = -(-len(picture.prompt) // CHARACTERS_PER_TOKEN)
    dollars = (count * price.rates.output + prompt * price.rates.input) / MILLION
    return Item(product, Money(dollars, estimated=True, pictures=1), min(price.rates.date, price.pictures.date))


def _together(item: Item, other: Item) -> Item:
    return Item(item.product, item.cost + other.cost, min(filter(None, (item.as_of, other.as_of)), default=None))


def _unknown(reason: str) -> Money:
    return Money(pictures=1, unknown=1, reason=reason)


def _tokens(usage: Mapping[str, float | str], name: str) -> int | None:
    count = usage.get(name)
    return int(count) if isinstance(count, int | float) else None
