"""Errors about options: those that a mode does not take, and faults named by the options that have them."""

import re
from collections.abc import Mapping
from dataclasses import astuple

from cli.reading.options import DECLARED, INPUTS, SETTINGS, Options, place
from errors import Fault, InvalidRequestError, SettingsError

__all__ = ["refuse", "with_option_names"]


def refuse(options: Options, who: str, remedies: Mapping[str, str]) -> None:
    """Refuse those of the options that have a remedy here, as ``who`` does not take them.

    Raises:
        InvalidRequestError: naming all of them.
    """
    refused: dict[str, list[str]] = {}
    for name in (each for each in DECLARED if each in remedies and options.has(each)):
        refused.setdefault(remedies[name], []).append(options.given.get(name) or place(name, options))
    if refused:
        raise InvalidRequestError(
            f"{who} does not take {', '.join(given)}: {remedy.format(it='it' if len(given) == 1 else 'them')}"
            for remedy, given in refused.items()
        )


def with_option_names(error: InvalidRequestError, options: Options) -> InvalidRequestError:
    """Return the error with inputs and settings named by the options that gave them."""
    faults = [_named(fault, options) for fault in error.faults]
    if faults == [*error.faults]:
        return error
    return InvalidRequestError(faults) if isinstance(error, SettingsError) else type(error)(faults)


def _named(fault: Fault, options: Options) -> Fault:
    """Return the fault with the options' names in place of those of inputs and variables."""
    inputs = [name for name in INPUTS if options.source is None or options.has(name)]
    given = rf"({'|'.join(inputs) or '(?!)'})\b(\[\d+\])?"
    where = re.sub(rf"(?:^|(?<=, )){given}", lambda found: place(found[1], options), fault.where)
    what = fault.what if where else re.sub(f"^{given}", lambda found: place(found[1], options), fault.what)
    named = Fault(what, where, fault.remedy)
    for variable, name in SETTINGS.items():
        if options.has(name) and not options.on:  # With --on, a setting is the worker's.
            named = Fault(*(text.replace(variable, place(name, options)) for text in astuple(named)))
    return named
