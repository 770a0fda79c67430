"""Checks a request before anything is started, and lists every problem at once."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails, PydanticCustomError
from typing_extensions import TypedDict

from compositing.brand import Brand
from compositing.brand_file import open_brand
from compositing.fallback import missing_characters
from compositing.fonts import BRAND_FONT, font_names
from compositing.templates import TEMPLATES
from compositing.title_text import draws_nothing, layout_text
from errors import InvalidRequestError, SettingsError
from providers.choice import ended_faults, provider_faults
from providers.prices import read_prices
from providers.registry import MODELS
from settings import Settings
from storage.choice import store_faults
from styles import STYLES
from tasks.posts import Fault, collapsed, post_faults, titles_of
from tasks.requests import Inputs, RequestT, ThumbnailRequest, inputs_of
from text import brief, clean_text, has_lone_surrogate, unknown
from waiting import Clock

__all__ = ["check_request"]


def _whole(text: str) -> str:
    if has_lone_surrogate(text):
        raise PydanticCustomError("half", "contains half of a surrogate pair, which is not a character; remove it")
    return text


def _titled(text: str) -> str:
    if draws_nothing(clean_text(_whole(text))):
        raise PydanticCustomError("empty", "has no visible characters; write a title")
    return text


def _one_of(kind: str, valid: Iterable[str]) -> Callable[[str], str]:
    names = list(valid)

    def check(name: str) -> str:
        if _whole(name) in names:
            return name
        raise PydanticCustomError("unknown", "{message}", {"message": unknown(kind, name, names)})

    return check


def _batch_id(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{16}", text):
        raise PydanticCustomError("batch_id", "not a batch's id; save the choices again on its page")
    return text


Text = Annotated[str, AfterValidator(_whole)]
Title = Annotated[str, AfterValidator(_titled)]
ModelId = Annotated[str, AfterValidator(_one_of("model", MODELS))]
AtLeastOne = Field(min_length=1)


class Choice(TypedDict):
    """One post's choice: the key of the thumbnail that is to be its cover."""

    slug: Text
    title: Text
    model: Text
    thumbnail: Text


# How each input is validated, by its name.
CHECKED: dict[str, Any] = {
    "prompts": Annotated[list[Any], AtLeastOne],
    "title": Title,
    "models": Annotated[list[ModelId], AtLeastOne],
    "model": ModelId,
    "style": Annotated[str, AfterValidator(_one_of("style", STYLES))],
    "template": Annotated[str, AfterValidator(_one_of("template", TEMPLATES))],
    "font": Annotated[str, AfterValidator(_one_of("font", (*font_names(), BRAND_FONT)))],
    "context": Text,
    "extra_prompt": Text,
    "variation": Annotated[int, Field(ge=0)],
    "name": Text,
    "left_out": Text,
    "version": Literal[1],
    "batch_id": Annotated[Text, AfterValidator(_batch_id)],
    "choices": list[Choice],
}


def check_request(
    kind: type[RequestT],
    values: Mapping[str, Any],
    settings: Settings | None,
    *,
    any_size: bool = False,
    clock: Clock | None = None,
) -> RequestT:
    """Return the checked request. With ``any_size``, as for a plan, it may ask for any number of images.

    Without settings, only the request itself is checked: another machine will run it. The clock tells which models have
    been shut down.

    Raises:
        InvalidRequestError: naming every fault of the values and of the settings, each with its remedy.
    """
    prompts, given_models = _given(values, "title", "prompts"), _given(values, "model", "models")
    titles = titles_of(prompts)
    models = [model for model in given_models if isinstance(model, str)]
    faults = collapsed(post_faults(prompts)) if "prompts" in values else []
    faults += _duplicate_faults("models", given_models)
    if settings and not any_size:
        faults += _size_faults(len(titles) * len(models), settings)
    try:
        brand = open_brand(settings.brand_dir if settings else None)
    except SettingsError as error:
        faults += error.faults
    else:
        faults += _font_faults(values.get("font"), brand) if settings else []
        faults += collapsed(_glyph_faults(titles, values.get("font"), brand))
    if kind is not ThumbnailRequest:  # A leaf answers a model or key that it cannot use with a rejected outcome.
        known = [MODELS[model] for model in models if model in MODELS]
        faults += ended_faults(known, (clock or Clock()).today())
        faults += provider_faults(known, settings) if settings else []
    if settings:
        faults += [*store_faults(settings), *_crash_faults(settings), *_price_faults(settings)]
    try:
        _model(kind).model_validate(values)
    except ValidationError as error:
        in_order = sorted(error.errors(), key=lambda fault: list(inputs_of(kind)).index(str(fault["loc"][0])))
        raise InvalidRequestError([*map(_sentence, in_order), *faults]) from None
    if faults:
        raise InvalidRequestError(faults)
    return kind(**values)


def _model(kind: type[Inputs]) -> type[BaseModel]:
    inputs: dict[str, Any] = {
        name: (CHECKED[name], ... if each.default is each.empty else each.default)
        for name, each in inputs_of(kind).items()
    }
    return create_model(kind.__name__, __config__=ConfigDict(strict=True), **inputs)


def _given(values: Mapping[str, Any], one: str, many: str) -> list[object]:
    """Return the value of ``many``, or that of ``one`` as a list; an empty list if that is no list."""
    given = values.get(many, [values.get(one)])
    return given if isinstance(given, list) else []


def _duplicate_faults(name: str, items: Sequence[object]) -> list[str]:
    texts = [clean_text(item) if isinstance(item, str) else None for item in items]
    return [
        f'{name}[{number}]: "{brief(text)}" is a duplicate; keep one'
        for number, text in enumerate(texts)
        if text is not None and text in texts[:number]
    ]


def _size_faults(images: int, settings: Settings) -> list[str]:
    if images <= settings.max_images_per_batch:
        return []
    return [
        f"The request is for {images} images, and MAX_IMAGES_PER_BATCH is {settings.max_images_per_batch}; "
        f"split the batch, or set MAX_IMAGES_PER_BATCH={images}"
    ]


def _crash_faults(settings: Settings) -> list[str]:
    if settings.crash_model in (None, *MODELS):
        return []
    return [f"CRASH_FIRST_ATTEMPT_OF_MODEL={settings.crash_model!r}: unknown model; name another, or leave it out"]


def _price_faults(settings: Settings) -> list[str]:
    try:
        read_prices(settings.prices_file)
    except SettingsError as error:
        return list(error.faults)
    return []


def _font_faults(font: object, brand: Brand) -> list[str]:
    if font != BRAND_FONT or brand.font:
        return []
    return [
        f'font: there is no font "{BRAND_FONT}", as the brand has none; put a TTF or OTF beside brand.json and name it '
        'there as "font", or use another font'
    ]


def _glyph_faults(titles: Sequence[str], font: object, brand: Brand) -> list[Fault]:
    if not isinstance(font, str) or font not in (*font_names(), *([BRAND_FONT] if brand.font else [])):
        return []
    faults = []
    for title in titles:
        if has_lone_surrogate(title):
            continue  # Refused for that already.
        if missing := missing_characters(layout_text(title), brand.load_font(font)):
            what = f'{" ".join(missing[:20])} in the title "{brief(clean_text(title))}"'
            faults.append(Fault("", f'The font "{font}" cannot draw {what}, and neither can any other; remove them'))
    return faults


def _sentence(error: ErrorDetails) -> str:
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"]).lstrip(".")
    if error["type"] == "missing":
        return f"{where} is missing"
    remedies = {
        "string_type": "must be text in quotes",
        "list_type": "must be a list in square brackets",
        "int_type": "must be a whole number without quotes",
        "greater_than_equal": "must be 0 or more",
        "too_short": "must have at least one entry",
        "dict_type": "must be an object in curly brackets",
    }
    if remedy := remedies.get(error["type"]):
        return f"{where}: {remedy}, not {brief(repr(error['input']))}"
    return f"{where}: {error['msg']}"
