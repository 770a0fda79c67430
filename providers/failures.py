"""The documented failures of vendors and of what lies between, from the tables beside this file."""

import functools
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

__all__ = ["MODEL_WIDE", "VENDOR_WIDE", "Answer", "Failure", "FailureTable", "Remedy", "read_failures"]

SHARED = "failures"


@dataclass(frozen=True)
class Answer:
    """A vendor's error response, in one shape for both vendors.

    ``code`` and ``type`` are OpenAI's own, or Google's reason and status. ``quotas`` are those that Google names.
    ``message`` is for people. ``wait_seconds`` is the wait it asks for, ``reset_seconds`` the time until a limit has
    room again. ``usage`` is what it bills, and ``maybe_billed`` says that it may bill what it does not report.
    ``from_vendor`` is False if a proxy answered instead of the API.
    """

    status: int
    code: str = ""
    type: str = ""
    message: str = ""
    quotas: tuple[str, ...] = ()
    wait_seconds: float | None = None
    reset_seconds: float | None = None
    usage: Mapping[str, float | str] = field(default_factory=dict)
    maybe_billed: bool = False
    from_vendor: bool = True


@dataclass(frozen=True)
class Remedy:
    """Whether a retry can help, and the message for people.

    ``message`` may use ``{vendor}``, ``{model}``, ``{status}``, ``{reason}`` (the vendor's message, as a sentence),
    ``{instead}`` (what to use instead of the model), and the vendor's ``{key_variable}``, ``{base_url_variable}`` and
    ``{status_page}``. ``error`` is the class of our error, and ``code`` the code of a rejected outcome.
    """

    error: Literal["rejected", "throttled", "unavailable"]
    message: str
    code: str = ""


@dataclass(frozen=True)
class Failure:
    """A documented failure. An answer matches if it meets every given condition.

    ``statuses`` has its status, by itself or in a range such as ``500-599``, and ``names`` its code or type; its
    message or a quota's name contains one of ``words``, ignoring case; and, if ``with_wait``, it says how long to wait.
    ``maybe_billed`` says that the vendor may have drawn and billed a picture although the request failed.
    """

    name: str
    remedy: Remedy
    statuses: Sequence[int | str] = ("0-599",)
    names: Sequence[str] = ()
    words: Sequence[str] = ()
    with_wait: bool = False
    maybe_billed: bool = False

    def matches(self, answer: Answer) -> bool:
        """Return whether an answer is this failure."""
        text = "\n".join((answer.message, *answer.quotas)).casefold()
        return (
            _contains(self.statuses, answer.status)
            and (not self.names or answer.code in self.names or answer.type in self.names)
            and (not self.words or any(words in text for words in self.words))
            and (not self.with_wait or answer.wait_seconds is not None)
        )


@dataclass(frozen=True)
class FailureTable:
    """A table of failures, of which the first that matches counts, and its remedies by name.

    ``statuses`` has the statuses of errors that gateways send with status 200, by code or type, and ``refusals`` the
    remedies of answers with status 200, by the reason that they give for having no picture.
    """

    failures: Sequence[Failure]
    remedies: Mapping[str, Remedy]
    statuses: Mapping[str, int]
    refusals: Mapping[str, Remedy]


@functools.cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


@functools.cache
def read_failures(name: str = SHARED) -> FailureTable:
    """Return the table in the file of this name; by default that of gateways, whose remedies all tables share."""
    given = _table(name)
    shared = read_failures().remedies if name != SHARED else {}
    remedies = {**shared, **{key: Remedy(**fields) for key, fields in given["remedies"].items()}}
    return FailureTable(
        failures=[Failure(**{**row, "remedy": remedies[row["remedy"]]}) for row in given["failures"]],
        remedies=remedies,
        statuses=given.get("statuses", {}),
        refusals={reason: remedies[remedy] for reason, remedy in given.get("refusals", {}).items()},
    )


# The codes of refusals that concern all that an account asks a vendor for, and all that it asks a model for.
VENDOR_WIDE, MODEL_WIDE = frozenset[str](_table(SHARED)["vendor_wide"]), frozenset[str](_table(SHARED)["model_wide"])


def _contains(statuses: Iterable[int | str], status: int) -> bool:
    ranges = (str(each).partition("-") for each in statuses)
    return any(int(first) <= status <= int(last or first) for first, _, last in ranges)
