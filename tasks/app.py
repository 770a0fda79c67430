"""The Render app that the tasks register with, and the check that every call of a task passes first."""

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from render_sdk import TaskContext, Workflows

from errors import InvalidRequestError

__all__ = ["app", "checked_arguments", "name_arguments"]

P = ParamSpec("P")
R = TypeVar("R")
Task = Callable[Concatenate[TaskContext, P], Awaitable[R]]

app = Workflows()


def checked_arguments(task: Task[P, R]) -> Task[P, R]:
    """Answer a call with too few, too many or misnamed arguments by what the task takes, in its own words.

    Input comes from a file that a person wrote; Python's own message would count the context too and name no remedy.
    """

    @functools.wraps(task)
    async def checked(ctx: TaskContext, /, *args: P.args, **kwargs: P.kwargs) -> R:
        name_arguments(task, args, kwargs)
        return await task(ctx, *args, **kwargs)

    return checked


def name_arguments(
    task: Callable[..., Any], args: Sequence[object], kwargs: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Return a task's arguments by their names, defaults included, without the context.

    Raises:
        InvalidRequestError: there are too few, too many or misnamed ones; it says what the task takes.
    """
    kwargs = kwargs or {}
    inputs = dict(list(inspect.signature(task).parameters.items())[1:])
    usage = f"It is, in this order: {', '.join(map(_described, inputs.values()))}"
    named = {**dict(zip(inputs, args, strict=False)), **kwargs}
    faults = []
    if len(args) > len(inputs):
        faults.append(f"The input has {len(args)} values, {len(args) - len(inputs)} more than it may. {usage}")
    if unknown := [name for name in kwargs if name not in inputs]:
        faults.append(f"There is no input named {', '.join(map(repr, unknown))}. {usage}")
    if missing := [name for name, p in inputs.items() if p.default is p.empty and name not in named]:
        faults.append(f"The input lacks {', '.join(missing)}. {usage}")
    if faults:
        raise InvalidRequestError(faults)
    return {name: named.get(name, parameter.default) for name, parameter in inputs.items()}


def _described(parameter: inspect.Parameter) -> str:
    return parameter.name if parameter.default is parameter.empty else f"{parameter.name} (or {parameter.default!r})"
