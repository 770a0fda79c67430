"""What a picture costs: an estimate beforehand, and the cost by the vendor's own token count afterwards."""

from collections.abc import Mapping
from decimal import Decimal

from money import Cost
from providers.prices import Prices
from providers.provider import PictureRequest

__all__ = ["cost", "estimate", "kind"]

MILLION = 1_000_000
SIMULATED = "simulated/"
NOT_PAID_FOR = Cost(Decimal(0), reason="simulated")
NO_PRICE = "its price is unknown; give one in PRICES_FILE"
# A rule of thumb for English. The prompt is a small part of a picture's price.
CHARACTERS_PER_TOKEN = 4


def estimate(picture: PictureRequest, prices: Prices) -> Cost:
    """Return the estimated cost of a picture and its prompt, without the thoughts that some models add."""
    if picture.served_by.startswith(SIMULATED):
        return NOT_PAID_FOR
    price = prices.get(picture.served_by)
    if not price:
        return Cost(None, reason=NO_PRICE)
    count = price.pictures.count(picture.size, picture.quality) if price.pictures else None
    if price.pictures is None or count is None:
        what = f"a picture of {picture.quality or 'any'} quality at {picture.size}"
        remedy = "choose another quality or size, or give the count in PRICES_FILE"
        return Cost(None, reason=f"the token count of {what} is unknown; {remedy}")
    prompt = -(-len(picture.prompt) // CHARACTERS_PER_TOKEN)
    dollars = (count * price.rates.output + prompt * price.rates.input) / MILLION
    return Cost(dollars, about=True, as_of=min(price.rates.date, price.pictures.date))


def cost(served_by: str, usage: Mapping[str, float | str], prices: Prices) -> Cost:
    """Return what a picture cost, by the vendor's own usage figures.

    ``usage`` is ``Picture.usage``. Vendors bill the prompt as input, and as output the picture, words, and thoughts at
    the price of words.
    """
    if served_by.startswith(SIMULATED):
        return NOT_PAID_FOR
    price = prices.get(served_by)
    if not price:
        return Cost(None, reason=NO_PRICE)
    rates = price.rates
    prompt, output = _tokens(usage, "input_tokens"), _tokens(usage, "output_tokens")
    if prompt is None or output is None:
        return Cost(None, reason="the vendor did not report the tokens used")
    image, thoughts = _tokens(usage, "image_output_tokens"), _tokens(usage, "thought_tokens") or 0
    words = thoughts if image is None else max(output - image, 0) + thoughts
    if words and rates.text_output is None:
        return Cost(None, reason="the answer has words, and their price is unknown; give text_output in PRICES_FILE")
    dollars = prompt * rates.input + (output if image is None else image) * rates.output
    dollars += words * (rates.text_output or 0)
    # If words are billed but not counted apart from the picture, they are priced as picture.
    about = rates.sure == "estimate" or (image is None and rates.text_output is not None)
    return Cost(dollars / MILLION, about, as_of=rates.date)


def kind(picture: PictureRequest) -> str:
    """Return the name of pictures at this price: ``gpt-image-2 medium``, ``gemini-3-pro-image 1K``."""
    return f"{picture.served_by} {picture.quality or picture.size.split()[-1]}"


def _tokens(usage: Mapping[str, float | str], name: str) -> int | None:
    count = usage.get(name)
    return int(count) if isinstance(count, int | float) else None
