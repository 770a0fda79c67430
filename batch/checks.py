"""Checks a request before anything is started, and lists every fault at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from batch.posts import collapsed, duplicates, place_of, titles_of
from batch.requests import Post, Prompt, RequestT, ThumbnailRequest, inputs_of
from compositing.brand import Brand
from compositing.brand_file import open_brand
from compositing.fallback import missing_characters
from compositing.fonts import BRAND_FONT, font_names
from compositing.title_text import layout_text
from errors import Fault, InvalidRequestError, SettingsError
from providers.opening import ended_faults, provider_faults
from providers.prices import read_prices
from providers.registry import MODELS
from settings import Settings
from storage.opening import store_faults
from text import brief, clean_text, has_lone_surrogate, unknown
from waiting import Clock

__all__ = ["check_request", "checked", "post_faults"]

POST_FIELDS = list(Post.__dataclass_fields__)
# What a value must be, by the type of Pydantic's error.
MUST_BE = {
    "string_type": "must be text in quotes",
    "list_type": "must be a list in square brackets",
    "tuple_type": "must be a list in square brackets",
    "int_type": "must be a whole number without quotes",
    "float_type": "must be a number without quotes",
    "finite_number": "must be a number of dollars",
    "greater_than_equal": "must be 0 or more",
    "too_short": "must have at least one entry",
    "dict_type": "must be an object in curly brackets",
    "dataclass_type": "must be text in quotes, or an object with a title",
}


def checked(kind: type[RequestT], settings: Settings, **values: Any) -> RequestT:
    """Return the request with these values.

    Raises:
        InvalidRequestError: naming every fault of the values and of the settings, each with its remedy.
    """
    return check_request(kind, values, settings)


def check_request(
    kind: type[RequestT],
    values: Mapping[str, Any],
    settings: Settings | None,
    *,
    clock: Clock | None = None,
) -> RequestT:
    """Return the checked request.

    Without settings, only the request itself is checked: another machine will run it. The clock tells which models have
    been shut down.

    Raises:
        InvalidRequestError: naming every fault of the values and of the settings, each with its remedy.
    """
    prompts, given_models = _given(values, "title", "prompts"), _given(values, "model", "models")
    titles = titles_of(prompts)
    models = [model for model in given_models if isinstance(model, str)]
    faults = duplicates(prompts) if "prompts" in values else []
    faults += _duplicate_faults("models", given_models)
    try:
        brand = open_brand(settings.brand_dir if settings else None)
    except SettingsError as error:
        faults += error.faults
    else:
        faults += _font_faults(values.get("font"), brand) if settings else []
        faults += _glyph_faults(titles, values.get("font"), brand)
    if kind is not ThumbnailRequest:  # A leaf answers a model or key that it cannot use with a rejected outcome.
        known = [MODELS[model] for model in models if model in MODELS]
        faults += map(Fault, ended_faults(known, (clock or Clock()).today()))
        faults += provider_faults(known, settings) if settings else []
    if settings:
        faults += [*map(Fault, store_faults(settings)), *_crash_faults(settings), *_price_faults(settings)]
    try:
        request = kind(**values)
    except ValidationError as error:
        in_order = sorted(error.errors(), key=lambda fault: list(inputs_of(kind)).index(str(fault["loc"][0])))
        faults = [*(_fault(each, prompts) for each in in_order), *faults]
    if faults:
        raise InvalidRequestError(collapsed(faults))
    return request


def post_faults(prompt: object) -> list[Fault]:
    """Return the faults of one prompt."""
    try:
        TypeAdapter(list[Prompt]).validate_python([prompt])
    except ValidationError as error:
        return [_fault({**each, "loc": ("prompts", *each["loc"])}, [prompt]) for each in error.errors()]
    return []


def _fault(error: ErrorDetails, prompts: Sequence[Any]) -> Fault:
    """Return what Pydantic found, as a fault of the request."""
    name, *inner = error["loc"]
    if name == "prompts" and inner:
        number, _, *field = inner  # Between them is whether it is a title or a post.
        what = _what(error) if not field or error["type"] == "missing" else f"{field[0]}: {_what(error)}"
        if error["type"] == "unexpected_keyword_argument":
            what = unknown("name", str(field[0]), POST_FIELDS)
        if field == ["title"] and error["type"] in ("missing", "empty", "half"):
            what = "has no title" if error["type"] == "missing" else error["msg"]
        return Fault(what, place_of(int(number), prompts[int(number)]))
    where = name if not inner else f"{name}[{inner[0]}]" + "".join(f".{part}" for part in inner[1:])
    if error["type"] == "missing":
        return Fault(f"{where} is missing")
    return Fault(_what(error), str(where))


def _what(error: ErrorDetails) -> str:
    must_be = MUST_BE.get(error["type"])
    return f"{must_be}, not {brief(repr(error['input']))}" if must_be else error["msg"]


def _given(values: Mapping[str, Any], one: str, many: str) -> list[object]:
    """Return the value of ``many``, or that of ``one`` as a list; an empty list if that is no list."""
    given = values.get(many, [values.get(one)])
    return given if isinstance(given, list) else []


def _duplicate_faults(name: str, items: Sequence[object]) -> list[Fault]:
    texts = [clean_text(item) if isinstance(item, str) else None for item in items]
    return [
        Fault(f'"{brief(text)}" is a duplicate', f"{name}[{number}]", "keep one")
        for number, text in enumerate(texts)
        if text is not None and text in texts[:number]
    ]


def _crash_faults(settings: Settings) -> list[Fault]:
    if settings.crash_model in (None, *MODELS):
        return []
    return [
        Fault(
            "unknown model", f"CRASH_FIRST_ATTEMPT_OF_MODEL={settings.crash_model!r}", "name another, or leave it out"
        )
    ]


def _price_faults(settings: Settings) -> list[Fault]:
    try:
        read_prices(settings.prices_file)
    except SettingsError as error:
        return list(error.faults)
    return []


def _font_faults(font: object, brand: Brand) -> list[Fault]:
    if font != BRAND_FONT or brand.font:
        return []
    return [
        Fault(
            f'there is no font "{BRAND_FONT}", as the brand has none',
            "font",
            'put a TTF or OTF beside brand.json and name it there as "font", or use another font',
        )
    ]


def _glyph_faults(titles: Sequence[str], font: object, brand: Brand) -> list[Fault]:
    if not isinstance(font, str) or font not in (*font_names(), *([BRAND_FONT] if brand.font else [])):
        return []
    faults = []
    for title in titles:
        if has_lone_surrogate(title):
            continue  # Another check refuses it.
        if missing := missing_characters(layout_text(title), brand.load_font(font)):
            what = f'{" ".join(missing[:20])} in the title "{brief(title)}"'
            faults.append(
                Fault(f'The font "{font}" cannot draw {what}, and neither can any other', remedy="remove them")
            )
    return faults
