"""The tasks' inputs: what each may be. Making one checks it; ``batch/checks.py`` reports every fault at once."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Annotated, Any, Literal, NotRequired, TypeVar

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, GetPydanticSchema, Strict, Tag, WrapValidator
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from compositing.fonts import BRAND_FONT, font_names
from compositing.templates import TEMPLATES
from compositing.title_text import draws_nothing
from errors import InvalidRequestError
from providers.registry import MODELS
from storage.keys import is_slug, slug
from styles import STYLES
from text import brief, canonical, clean_text, has_lone_surrogate, unknown

__all__ = [
    "BatchRequest",
    "ChoicesRequest",
    "Look",
    "Post",
    "Prompt",
    "RequestT",
    "ThumbnailRequest",
    "ThumbnailsRequest",
    "arguments",
    "bind",
    "inputs_of",
    "misfit_of",
]


def _whole(text: str) -> str:
    if has_lone_surrogate(text):
        raise PydanticCustomError("half", "contains half of a surrogate pair, which is not a character; remove it")
    return text


def _titled(text: str) -> str:
    if draws_nothing(clean_text(_whole(text))):
        raise PydanticCustomError("empty", "has no visible characters; write a title")
    return text


def _slug(text: str) -> str:
    if text and not is_slug(canonical(_whole(text))):
        shown, instead = brief(text), slug(clean_text(text))
        raise PydanticCustomError(
            "slug", "{message}", {"message": f'"{shown}" is not safe in an address; write "{instead}"'}
        )
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


Text = Annotated[str, Strict(), AfterValidator(_whole)]
Title = Annotated[str, Strict(), AfterValidator(_titled)]
ModelId = Annotated[str, Strict(), AfterValidator(_one_of("model", MODELS))]
ModelIds = Annotated[list[ModelId], Strict(), Field(min_length=1)]
Variation = Annotated[int, Strict(), Field(ge=0)]
KNOWN = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=KNOWN)
class Post:
    """One post. ``slug`` names its cover. ``context`` goes before the batch's; the next two replace the batch's.

    ``slug_made`` says that nobody gave the slug: it was made from the title, or lengthened, as several posts asked for
    it.
    """

    title: Title
    slug: Annotated[str, Strict(), AfterValidator(_slug)] = ""
    context: Text = ""
    extra_prompt: Text = ""
    variation: Variation | None = None
    slug_made: Annotated[bool, Strict()] = False


# A prompt is a title or a post. It stays as it was written: the id of a batch without a name is a digest of it.
_AsWritten = Annotated[
    Annotated[Title, Tag("title")] | Annotated[Post, Tag("post")],
    Discriminator(lambda prompt: "title" if isinstance(prompt, str) else "post"),
    WrapValidator(lambda prompt, check: [check(prompt), prompt][1]),
]
Prompt = Annotated[str | dict[str, Any], GetPydanticSchema(lambda _, schema_of: schema_of(_AsWritten))]


@dataclass(frozen=True, kw_only=True, config=KNOWN)
class Look:
    """The inputs that all thumbnails of a request share."""

    style: Annotated[str, Strict(), AfterValidator(_one_of("style", STYLES))]
    template: Annotated[str, Strict(), AfterValidator(_one_of("template", TEMPLATES))]
    font: Annotated[str, Strict(), AfterValidator(_one_of("font", (*font_names(), BRAND_FONT)))]
    context: Text = ""
    extra_prompt: Text = ""
    variation: Variation = 0


@dataclass(frozen=True, kw_only=True, config=KNOWN)
class ThumbnailRequest(Look):
    """One thumbnail: a title, and the model that makes its picture."""

    title: Title
    model: ModelId
    asked_title: Text = ""
    """The title that the model is asked for a picture with, if that which is set on it was edited since."""


@dataclass(frozen=True, kw_only=True, config=KNOWN)
class ThumbnailsRequest(Look):
    """One title, by each of several models."""

    title: Title
    models: ModelIds


@dataclass(frozen=True, kw_only=True, config=KNOWN)
class BatchRequest(Look):
    """Several posts, each by each of several models.

    A prompt is a title, or an object that says more about its post. A batch with a ``name`` keeps its page when posts
    are added, removed or varied. ``left_out`` says, line by line, what of the posts' source is no prompt: the page
    shows it. ``redraw`` has the slugs of posts of which another take is wanted. With ``refresh_covers``, each
    cover that shows an older look or title is set anew, on the same picture. ``max_cost_usd`` is this run's own cap;
    the lower of it and MAX_COST_USD holds.
    """

    prompts: Annotated[list[Prompt], Strict(), Field(min_length=1)]
    models: ModelIds
    name: Text = ""
    left_out: Text = ""
    redraw: tuple[Text, ...] = ()
    refresh_covers: Annotated[bool, Strict()] = False
    max_cost_usd: Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)] | None = None


class Choice(TypedDict):
    """One post's choice: the key of the thumbnail that is to be its cover."""

    slug: Text
    title: Text
    model: Text
    thumbnail: Text
    original: NotRequired[Text]
    """The key of the picture, which stays the same whatever title is set on it in which look."""


@dataclass(frozen=True, kw_only=True, config=KNOWN)
class ChoicesRequest:
    """What a batch's page saves as ``choices-<time>.json``: which thumbnail is to be each post's cover."""

    version: Literal[1]
    batch_id: Annotated[Text, AfterValidator(_batch_id)]
    choices: list[Choice]


RequestT = TypeVar("RequestT", bound=Look | ChoicesRequest)


def inputs_of(kind: type[Any]) -> dict[str, object]:
    """Return a request's inputs and their defaults (MISSING if there is none), in the order of the tutorial.

    First what to make, then how it should look, then the optional inputs that the tutorial does not have.
    """
    look = [each.name for each in fields(Look)]
    defaults = {each.name: each.default for each in fields(kind)}

    def place(name: str) -> int:
        return 1 if name in look else 0 if defaults[name] is MISSING else 2

    return {name: defaults[name] for name in sorted(defaults, key=place)}


def arguments(request: Look) -> list[object]:
    """Return a request's values in the order of its inputs."""
    return [getattr(request, name) for name in inputs_of(type(request))]


def bind(kind: type[Any], args: Sequence[object], kwargs: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return a request's values by name, including defaults.

    Raises:
        InvalidRequestError: values are missing, too many or misnamed; the message lists what the task takes.
    """
    kwargs, inputs = kwargs or {}, inputs_of(kind)
    if misfit := misfit_of(inputs, args, kwargs):
        raise misfit
    named = {**dict(zip(inputs, args, strict=False)), **kwargs}
    return {name: named.get(name, default) for name, default in inputs.items()}


def misfit_of(
    inputs: Mapping[str, object], args: Sequence[object], kwargs: Mapping[str, object]
) -> InvalidRequestError | None:
    """Return what is wrong with a call if values are missing, too many or misnamed. ``inputs`` are as of ``inputs_of``.

    Input comes from a file that a person wrote; Python's own message would count the context and name no remedy.
    """
    named = {*list(inputs)[: len(args)], *kwargs}
    faults = []
    if len(args) > len(inputs):
        faults.append(f"The input has {len(args)} values, {len(args) - len(inputs)} too many")
    if misnamed := [name for name in kwargs if name not in inputs]:
        faults.append(f"The input has unknown names: {', '.join(map(repr, misnamed))}")
    if missing := [name for name, default in inputs.items() if default is MISSING and name not in named]:
        faults.append(f"The input is missing {', '.join(missing)}")
    if not faults:
        return None
    takes = ", ".join(
        name if default is MISSING else f"{name} (default {default!r})" for name, default in inputs.items()
    )
    return InvalidRequestError([*faults[:-1], f"{faults[-1]}. It takes, in this order: {takes}"])
