"""The shape of the vendors' tables of documented failures, and the failures and remedies that they share."""

from collections.abc import Container, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Literal

__all__ = [
    "ABANDONED",
    "BAD_KEY",
    "COUNTRY",
    "FAILED",
    "GATEWAY_FAILURES",
    "INVALID",
    "KEY_RESTRICTED",
    "MODEL_WIDE",
    "MODERATION",
    "NO_MODEL",
    "OVERLOADED",
    "THROTTLED",
    "VENDOR_WIDE",
    "Answer",
    "Failure",
    "Remedy",
    "quota",
    "rejected",
]


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
    ``{status_page}``. ``code`` is the code of a rejected outcome. ``maybe_billed`` says that the vendor may have drawn
    and billed a picture although the request failed.
    """

    kind: Literal["rejected", "throttled", "unavailable"]
    message: str
    code: str = ""
    maybe_billed: bool = False


@dataclass(frozen=True)
class Failure:
    """A documented failure. An answer matches if it meets every given condition.

    ``statuses`` contains its status and ``names`` its code or type; its message or a quota's name contains one of
    ``words``, ignoring case; and, if ``with_wait``, it says how long to wait.
    """

    name: str
    remedy: Remedy
    statuses: Container[int] = range(600)
    names: AbstractSet[str] = frozenset()
    words: tuple[str, ...] = ()
    with_wait: bool = False

    def matches(self, answer: Answer) -> bool:
        """Return whether an answer is this failure."""
        text = "\n".join((answer.message, *answer.quotas)).casefold()
        return (
            answer.status in self.statuses
            and (not self.names or not self.names.isdisjoint((answer.code, answer.type)))
            and (not self.words or any(words in text for words in self.words))
            and (not self.with_wait or answer.wait_seconds is not None)
        )


def rejected(code: str, message: str) -> Remedy:
    """Return the remedy of a failure that no retry fixes."""
    return Remedy("rejected", message, code)


def quota(problem: str, remedy: str, code: str = "quota") -> Remedy:
    """Return the remedy of an account at its spending limit, which no wait within a batch fixes."""
    return rejected(code, f"{problem}: {{reason}} {remedy}, then run again; finished pictures are not paid for again.")


# The codes of refusals that concern all that an account asks a vendor for, and all that it asks a model for.
VENDOR_WIDE = frozenset({"account", "address", "bad_key", "quota", "region"})
MODEL_WIDE = frozenset({"model_ended", "model_quota", "model_unavailable"})

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
COUNTRY = rejected(
    "region",
    "{vendor} is not available where this runs: {reason} Run it in a supported country; on Render, change the region "
    "in render.yaml.",
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
# It ended a request on which work had begun.
ABANDONED = replace(FAILED, maybe_billed=True)
GATEWAY_FAILED = Remedy(
    "unavailable",
    "Something on the way to {vendor} failed with status {status}: {reason} Run again; if it lasts, check the network, "
    "{base_url_variable} and {status_page}.",
    maybe_billed=True,
)
REDIRECTED = rejected(
    "invalid_request",
    "Something on the way to {vendor} redirects the request (status {status}): {reason} No paid request is sent on, "
    "because key and prompt would go with it. Set {base_url_variable} to the API's own address.",
)
# By RFC 9110, this redirect alone says that the request was carried out, and where its result is.
REDIRECTED_TO_RESULT = replace(REDIRECTED, maybe_billed=True)

# Failures of a proxy, a load balancer or a content delivery network between here and the API.
GATEWAY_FAILURES = (
    Failure("a gateway's rate limit", THROTTLED, {429}),
    Failure("a gateway that asks to wait", replace(THROTTLED, maybe_billed=True), {503}, with_wait=True),
    Failure("a gateway's failure", GATEWAY_FAILED, {408, *range(500, 600)}),
    Failure("a redirect to a result", REDIRECTED_TO_RESULT, {303}),
    Failure("a redirect", REDIRECTED, range(300, 400)),
)
