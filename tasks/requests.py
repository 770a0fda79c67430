"""The input models: a whole request is checked here, and every fault found named, before anything is started."""

import difflib
import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from compositing.fallback import missing_characters
from compositing.fonts import font_names, load_font
from compositing.templates import TEMPLATES
from compositing.title_text import draws_nothing, layout_text
from errors import InvalidRequestError
from providers.choice import provider_faults
from providers.prompt import STYLES
from providers.registry import MODELS
from settings import Settings
from storage.store import store_faults

__all__ = [
    "BatchRequest",
    "ThumbnailRequest",
    "ThumbnailsRequest",
    "brief",
    "check_request",
    "clean_text",
    "log_models",
]

logger = logging.getLogger(__name__)

# Soft hyphens, and the marks that turn the direction of the text around them, of a title as of a log.
HIDDEN = "[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"


def clean_text(text: str) -> str:
    """Return a text as it is prompted, keyed and logged: composed, on one line, without control characters."""
    composed = re.sub(HIDDEN, "", unicodedata.normalize("NFC", text))
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", composed).strip()


def _whole(text: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise PydanticCustomError("half", "holds half of a surrogate pair, which is no character; take it out")
    return text


def _titled(text: str) -> str:
    if draws_nothing(clean_text(_whole(text))):
        raise PydanticCustomError("empty", "holds nothing that could be read; write a title")
    return text


def _one_of(kind: str, valid: Iterable[str]) -> Callable[[str], str]:
    names = list(valid)

    def check(name: str) -> str:
        if _whole(name) in names:
            return name
        near = difflib.get_close_matches(name.lower(), names, n=1)
        hint = f' Did you mean "{near[0]}"?' if near else ""
        raise PydanticCustomError(
            "unknown",
            "{message}",
            {"message": f'"{brief(clean_text(name))}" is no {kind}.{hint} Valid: {", ".join(names)}'},
        )

    return check


Text = Annotated[str, AfterValidator(_whole)]
Title = Annotated[str, AfterValidator(_titled)]
ModelId = Annotated[str, AfterValidator(_one_of("model", MODELS))]
AtLeastOne = Field(min_length=1)


class _Request(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    style: Annotated[str, AfterValidator(_one_of("style", STYLES))]
    template: Annotated[str, AfterValidator(_one_of("template", TEMPLATES))]
    font: Annotated[str, AfterValidator(_one_of("font", font_names()))]
    context: Text = ""
    extra_prompt: Text = ""
    variation: Annotated[int, Field(ge=0)] = 0


class ThumbnailRequest(_Request):
    """One thumbnail: a title, and the model that makes its picture."""

    title: Title
    model: ModelId


class ThumbnailsRequest(_Request):
    """One title, by each of several models."""

    title: Title
    models: Annotated[list[ModelId], AtLeastOne]


class BatchRequest(_Request):
    """Each of several titles, by each of several models."""

    prompts: Annotated[list[Title], AtLeastOne]
    models: Annotated[list[ModelId], AtLeastOne]


RequestT = TypeVar("RequestT", bound=_Request)


def check_request(kind: type[RequestT], values: Mapping[str, Any], settings: Settings) -> RequestT:
    """Return the request, or refuse it.

    Raises:
        InvalidRequestError: naming every fault of the values and of the settings, each with its remedy.
    """
    given_titles, given_models = _given(values, "title", "prompts"), _given(values, "model", "models")
    titles = [title for title in given_titles if isinstance(title, str)]
    models = [model for model in given_models if isinstance(model, str)]
    faults = [*_duplicate_faults("prompts", given_titles), *_duplicate_faults("models", given_models)]
    faults += _size_faults(len(titles) * len(models), settings)
    faults += _glyph_faults(titles, values.get("font"))
    if kind is not ThumbnailRequest:  # A leaf's own answer to a missing key is a rejected outcome.
        faults += provider_faults([MODELS[model] for model in models if model in MODELS], settings)
    faults += [*store_faults(settings), *_crash_faults(settings)]
    try:
        request = kind(**values)
    except ValidationError as error:
        in_order = sorted(error.errors(), key=lambda fault: list(values).index(str(fault["loc"][0])))
        raise InvalidRequestError([*map(_sentence, in_order), *faults]) from None
    if faults:
        raise InvalidRequestError(faults)
    return request


def _given(values: Mapping[str, Any], one: str, many: str) -> list[object]:
    """Return one value or the many, so that faults of the whole are found beside faults of its parts."""
    given = values.get(many, [values.get(one)])
    return given if isinstance(given, list) else []


def _duplicate_faults(name: str, items: Sequence[object]) -> list[str]:
    first: dict[str, int] = {}
    texts = [(number, clean_text(item)) for number, item in enumerate(items) if isinstance(item, str)]
    return [
        f"{name}[{number}] is the same as {name}[{first[text]}]; leave it in once"
        for number, text in texts
        if first.setdefault(text, number) != number
    ]


def _size_faults(images: int, settings: Settings) -> list[str]:
    if images <= settings.max_images_per_batch:
        return []
    return [
        f"The request is for {images} images, and MAX_IMAGES_PER_BATCH is {settings.max_images_per_batch}; "
        "split the request, or raise the variable if you mean to pay for as many"
    ]


def _crash_faults(settings: Settings) -> list[str]:
    if settings.crash_model in (None, *MODELS):
        return []
    return [f"CRASH_FIRST_ATTEMPT_OF_MODEL={settings.crash_model!r} is no model; unset it, or name one that is"]


def _glyph_faults(titles: Sequence[str], font: object) -> list[str]:
    if font not in font_names() or not isinstance(font, str):
        return []
    faults = []
    for title in titles:
        if any("\ud800" <= character <= "\udfff" for character in title):
            continue  # Refused for that already.
        if missing := missing_characters(layout_text(title), load_font(font)):
            what = f'{" ".join(missing[:20])} of the title "{brief(clean_text(title))}"'
            faults.append(f'The font "{font}" cannot set {what}; no font here has them; take them out')
    return faults


def _sentence(error: ErrorDetails) -> str:
    where = "".join(f"[{part}]" if isinstance(part, int) else str(part) for part in error["loc"])
    remedies = {
        "string_type": "must be a text in quotes",
        "list_type": "must be a list of texts in square brackets",
        "int_type": "must be a whole number without quotes",
        "greater_than_equal": "must be 0 or more",
        "too_short": "must hold at least one text",
    }
    if remedy := remedies.get(error["type"]):
        return f"{where}: {remedy}, not {brief(repr(error['input']))}"
    return f"{where}: {error['msg']}"


def brief(text: str) -> str:
    """Return a text's first 60 characters, for a message that names it."""
    return text if len(text) <= 60 else f"{text[:59]}\N{HORIZONTAL ELLIPSIS}"


def log_models(models: Sequence[str]) -> None:
    """Log what the one who chose these models should know of them: successors, ends, and pictures they share."""
    by_serving: dict[str, list[str]] = {}
    for model in (MODELS[model_id] for model_id in models):
        by_serving.setdefault(model.serving_id, []).append(model.id)
        if model.successor:
            logger.info("%s was shut down; %s serves it", model.id, model.successor)
        if model.ends:
            logger.warning("%s will be shut down on %s: choose another model before", model.id, model.ends)
    for serving_id, ids in by_serving.items():
        if len(ids) > 1:
            logger.warning("%s are all served by %s and share one picture per title", ", ".join(ids), serving_id)
