"""The tasks' inputs.

Registering a task needs only these names and defaults, so nothing heavy is imported here. ``tasks/checks.py`` validates
the values, with models that it builds from these classes.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from typing import TypeVar

from errors import InvalidRequestError

__all__ = [
    "BatchRequest",
    "ChoicesRequest",
    "Inputs",
    "Look",
    "RequestT",
    "ThumbnailRequest",
    "ThumbnailsRequest",
    "arguments",
    "bind",
    "inputs_of",
]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """A task's inputs."""


@dataclass(frozen=True, kw_only=True)
class Look(Inputs):
    """The inputs that all thumbnails of a request share."""

    style: str
    template: str
    font: str
    context: str = ""
    extra_prompt: str = ""
    variation: int = 0


@dataclass(frozen=True, kw_only=True)
class ThumbnailRequest(Look):
    """One thumbnail: a title, and the model that makes its picture."""

    title: str
    model: str


@dataclass(frozen=True, kw_only=True)
class ThumbnailsRequest(Look):
    """One title, by each of several models."""

    title: str
    models: list[str]


@dataclass(frozen=True, kw_only=True)
class BatchRequest(Look):
    """Several posts, each by each of several models.

    A prompt is a title, or an object that says more about its post. A batch with a ``name`` keeps its page when posts
    are added, removed or varied. ``left_out`` says, line by line, what of the posts' source is no prompt: the page
    shows it.
    """

    prompts: list[str | dict[str, object]]
    models: list[str]
    name: str = ""
    left_out: str = ""


@dataclass(frozen=True, kw_only=True)
class ChoicesRequest(Inputs):
    """What a batch's page saves as ``choices-<time>.json``: which thumbnail is to be each post's cover."""

    version: int
    batch_id: str
    choices: list[dict[str, str]]


RequestT = TypeVar("RequestT", bound=Inputs)


def inputs_of(kind: type[Inputs]) -> dict[str, inspect.Parameter]:
    """Return a request's inputs by name, in the order of the tutorial.

    First what to make, then how it should look, then the optional inputs that the tutorial does not have.
    """
    look = [each.name for each in fields(Look)]

    def place(each: Field[object]) -> int:
        return 1 if each.name in look else 0 if each.default is MISSING else 2

    return {
        each.name: inspect.Parameter(
            each.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=inspect.Parameter.empty if each.default is MISSING else each.default,
            annotation=each.type,
        )
        for each in sorted(fields(kind), key=place)
    }


def arguments(request: Look) -> list[object]:
    """Return a request's values in the order of its inputs."""
    return [getattr(request, name) for name in inputs_of(type(request))]


def bind(kind: type[Inputs], args: Sequence[object], kwargs: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return a request's values by name, including defaults.

    Raises:
        InvalidRequestError: values are missing, too many or misnamed; the message lists what the task takes.
    """
    kwargs = kwargs or {}
    inputs = inputs_of(kind)
    usage = f"It takes, in this order: {', '.join(map(_described, inputs.values()))}"
    named = {**dict(zip(inputs, args, strict=False)), **kwargs}
    faults = []
    if len(args) > len(inputs):
        faults.append(f"The input has {len(args)} values, {len(args) - len(inputs)} too many")
    if unknown := [name for name in kwargs if name not in inputs]:
        faults.append(f"The input has unknown names: {', '.join(map(repr, unknown))}")
    if missing := [name for name, p in inputs.items() if p.default is p.empty and name not in named]:
        faults.append(f"The input is missing {', '.join(missing)}")
    if faults:
        raise InvalidRequestError([*faults[:-1], f"{faults[-1]}. {usage}"])
    return {name: named.get(name, parameter.default) for name, parameter in inputs.items()}


def _described(parameter: inspect.Parameter) -> str:
    return (
        parameter.name if parameter.default is parameter.empty else f"{parameter.name} (default {parameter.default!r})"
    )
