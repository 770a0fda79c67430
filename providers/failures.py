"""What an error answer is: the shape of the vendors' tables of documented failures, and how an answer finds its row."""

from collections.abc import Container, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "BAD_KEY",
    "FAILED",
    "GATEWAY_FAILURES",
    "INVALID",
    "KEY_RESTRICTED",
    "MODERATION",
    "NO_MODEL",
    "OVERLOADED",
    "THROTTLED",
    "Answer",
    "Failure",
    "Remedy",
    "first_match",
    "quota",
    "rejected",
]


@dataclass(frozen=True)
class Answer:
    """A vendor's error answer, in one shape for both vendors.

    ``code`` and ``type`` are its words for programs: OpenAI's own, or Google's reason and status. ``quotas`` are the
    quotas that Google names. ``message`` is its sentence for people. ``wait_seconds`` is how long it asks to wait,
    ``reset_seconds`` when a limit has room again. ``from_vendor`` is False where a proxy answered in the API's place.
    """

    status: int
    code: str = ""
    type: str = ""
    message: str = ""
    quotas: tuple[str, ...] = ()
    wait_seconds: float | None = None
    reset_seconds: float | None = None
    from_vendor: bool = True


@dataclass(frozen=True)
class Remedy:
    """What a failure comes to: whether a retry can help, and what to tell a person.

    ``says`` may name ``{vendor}``, ``{model}``, ``{status}``, ``{reason}`` (the vendor's own words, as a sentence),
    ``{instead}`` (what to do without the model), and the vendor's ``{key_variable}``, ``{base_url_variable}`` and
    ``{status_page}``. ``code`` is a rejected outcome's.
    """

    kind: Literal["rejected", "throttled", "unavailable"]
    says: str
    code: str = ""


@dataclass(frozen=True)
class Failure:
    """A documented failure. An answer is one if it meets every condition that is given.

    ``statuses`` holds its status and ``names`` its code or type; its message or a quota's name contains one of
    ``words``, in any case; and with ``with_wait`` it says how long to wait.
    """

    name: str
    remedy: Remedy
    statuses: Container[int] = range(600)
    names: AbstractSet[str] = frozenset()
    words: tuple[str, ...] = ()
    with_wait: bool = False

    def matches(self, answer: Answer) -> bool:
        """Tell whether an answer is this failure."""
        text = "\n".join((answer.message, *answer.quotas)).casefold()
        return (
            answer.status in self.statuses
            and (not self.names or not self.names.isdisjoint((answer.code, answer.type)))
            and (not self.words or any(words in text for words in self.words))
            and (not self.with_wait or answer.wait_seconds is not None)
        )


def first_match(failures: Iterable[Failure], answer: Answer) -> Failure | None:
    """Return the first row that an answer matches, or None."""
    return next((failure for failure in failures if failure.matches(answer)), None)


def rejected(code: str, says: str) -> Remedy:
    """Return the remedy of a failure that no retry fixes."""
    return Remedy("rejected", says, code)


def quota(what: str, remedy: str) -> Remedy:
    """Return the remedy of an account that may spend no more, which no wait within a batch fixes."""
    return rejected("quota", f"{what}: {{reason}} {remedy}, then run again; finished pictures are not paid for again.")


MODERATION = rejected(
    "moderation", "{vendor} refuses to draw this: {reason} Change the title, the context or the guidelines."
)
BAD_KEY = rejected(
    "bad_key", "{vendor} does not accept the key in {key_variable}: {reason} Set the variable to a valid key."
)
KEY_RESTRICTED = rejected(
    "bad_key",
    "The key in {key_variable} is not allowed to generate images from here: {reason} Change the key's permissions or "
    "restrictions, or use another key.",
)
NO_MODEL = rejected("model_unavailable", "{vendor} does not let this account use {model}: {reason} {instead}")
INVALID = rejected(
    "invalid_request", "{vendor} calls the request invalid: {reason} Change the request or the settings."
)
THROTTLED = Remedy("throttled", "{vendor} asks to wait: {reason}")
OVERLOADED = Remedy("unavailable", "{vendor} is overloaded: {reason} Run again later.")
FAILED = Remedy(
    "unavailable", "{vendor} failed with status {status}: {reason} Run again; if it lasts, see {status_page}."
)
GATEWAY_FAILED = Remedy(
    "unavailable",
    "Something on the way to {vendor} failed with status {status}: {reason} Run again; if it lasts, check the network, "
    "{base_url_variable} and {status_page}.",
)

# What a proxy, a load balancer or a content delivery network answers in either API's place.
GATEWAY_FAILURES = (
    Failure("a gateway's rate limit", THROTTLED, {429}),
    Failure("a gateway that asks to wait", THROTTLED, {503}, with_wait=True),
    Failure("a gateway's failure", GATEWAY_FAILED, {408, *range(500, 600)}),
)
