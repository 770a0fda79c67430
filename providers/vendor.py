"""The vendors, and what goes wrong with them in our words: what happened, and what to do about it."""

import logging
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from errors import (
    ProviderRejectedError,
    ProviderThrottledError,
    ProviderUnavailableError,
    ThumbnailError,
    UndocumentedAnswerError,
    UnusableAnswerError,
)
from providers.failures import GATEWAY_FAILURES, Answer, Failure, Remedy, first_match
from providers.gemini_failures import GEMINI_FAILURES
from providers.openai_failures import OPENAI_FAILURES
from providers.registry import MODELS

__all__ = ["GEMINI", "OPENAI", "Vendor"]

logger = logging.getLogger(__name__)

LONGEST_REASON = 300


@dataclass(frozen=True)
class Vendor:
    """A vendor: the variables that a person sets for it, and its documented failures, the first match first."""

    name: str
    key_variable: str
    base_url_variable: str
    status_page: str
    failures: tuple[Failure, ...]

    def failed(self, answer: Answer, model: str) -> ThumbnailError:
        """Return the error that an error answer comes to, for a live model's id."""
        failure = first_match(self.failures if answer.from_vendor else GATEWAY_FAILURES, answer)
        if failure:
            logger.debug("%s answered with status %d: %s", self.name, answer.status, failure.name)
            return self.error(failure.remedy, answer, model)
        who = self.name if answer.from_vendor else f"Something on the way to {self.name}"
        facts = f"status {answer.status}, code {_word(answer.code)}, type {_word(answer.type)}"
        return UndocumentedAnswerError(
            f"{who} failed in a way that is not documented ({facts}): {_sentence(answer.message)} "
            "Run again; if it lasts, report the answer's status, code and type.",
            f"{self.name}, {facts}",
        )

    def error(self, remedy: Remedy, answer: Answer, model: str) -> ThumbnailError:
        """Return a documented failure's error, with the vendor's own words."""
        replacements = " or ".join(MODELS[model].replacements) if model in MODELS else ""
        message = remedy.says.format(
            vendor=self.name,
            key_variable=self.key_variable,
            base_url_variable=self.base_url_variable,
            status_page=self.status_page,
            model=model,
            status=answer.status,
            reason=_sentence(answer.message),
            instead=f"Choose {replacements} instead." if replacements else "Choose another model, or ask for access.",
        )
        if remedy.kind == "rejected":
            return ProviderRejectedError(remedy.code, message)
        if remedy.kind == "throttled":
            wait = answer.wait_seconds
            return ProviderThrottledError(message, answer.reset_seconds if wait is None else wait)
        return ProviderUnavailableError(message)

    def missing_key(self, model: str) -> ProviderRejectedError:
        """There is no key."""
        return ProviderRejectedError(
            "missing_key",
            f"{self.key_variable} is not set, and {model} needs it: set it, or set SIMULATE_PROVIDERS=1 to try the "
            "system with simulated pictures",
        )

    def timed_out(self, seconds: float) -> ProviderUnavailableError:
        """The vendor did not answer in time."""
        return ProviderUnavailableError(
            f"{self.name} did not answer within {seconds:g} s. Run again, or raise PROVIDER_TIMEOUT_SECONDS."
        )

    def unreachable(self, reason: str) -> ProviderUnavailableError:
        """The connection failed or broke."""
        return ProviderUnavailableError(
            f"{self.name} could not be reached: {_sentence(reason)} Run again; if it lasts, check the network and "
            f"{self.base_url_variable}."
        )

    def no_picture(self, reason: str, usage: Mapping[str, float | str] | None = None) -> UnusableAnswerError:
        """The vendor answered with success, but not with a picture; ``usage`` is what it says that it took."""
        return UnusableAnswerError(
            f"{self.name} answered without a picture: {_sentence(reason)} Ask for another picture with variation, or "
            "choose another model.",
            usage,
        )


OPENAI = Vendor("OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL", "https://status.openai.com", OPENAI_FAILURES)
GEMINI = Vendor(
    "Gemini", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL", "https://aistudio.google.com/status", GEMINI_FAILURES
)


def _word(name: str) -> str:
    """Return a code or a type if it is one, so that nothing else gets into a log by its field."""
    return name if re.fullmatch(r"[\w.-]{1,60}", name) else "unreadable" if name else "none"


def _sentence(reason: str) -> str:
    """Return a vendor's words as one short printable sentence."""
    plain = re.sub(r"<[^>]*>", " ", reason)
    line = " ".join("".join(c if c.isprintable() else " " for c in plain).split()) or "no reason given"
    # Cut between words alone: a part of a key that a vendor quotes could not be told from other text any more.
    cut = textwrap.shorten(line, LONGEST_REASON, placeholder=" \N{HORIZONTAL ELLIPSIS}", break_on_hyphens=False)
    return cut if cut.endswith((".", "!", "?", "\N{HORIZONTAL ELLIPSIS}")) else f"{cut}."
