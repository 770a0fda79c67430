"""The vendors, and our errors for their failures: what happened, and what to do about it."""

import logging
import os
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace

from errors import (
    ProviderRejectedError,
    ProviderThrottledError,
    ProviderUnavailableError,
    ThumbnailError,
    UndocumentedAnswerError,
    UnusableAnswerError,
)
from providers.answers import billing, decode_picture
from providers.failures import Answer, FailureTable, Remedy, read_failures
from providers.registry import MODELS

__all__ = ["GEMINI", "OPENAI", "Vendor"]

logger = logging.getLogger(__name__)

MAX_REASON = 300


@dataclass(frozen=True)
class Vendor:
    """A vendor: its environment variables, its addresses, and its documented failures."""

    name: str
    key_variable: str
    base_url_variable: str
    base_url: str
    status_page: str
    documented: FailureTable

    @property
    def address(self) -> str:
        """Where requests go: the vendor's own API, or what the environment names in its place."""
        return os.environ.get(self.base_url_variable) or self.base_url

    def failed(self, answer: Answer, model: str) -> ThumbnailError:
        """Return our error for a vendor's or a gateway's error response."""
        documented = self.documented if answer.from_vendor else read_failures()
        if failure := next((failure for failure in documented.failures if failure.matches(answer)), None):
            logger.debug("%s answered with status %d: %s", self.name, answer.status, failure.name)
            maybe_billed = answer.maybe_billed or failure.maybe_billed
            return self.error(failure.remedy, replace(answer, maybe_billed=maybe_billed), model)
        who = self.name if answer.from_vendor else f"Something on the way to {self.name}"
        facts = f"status {answer.status}, code {_word(answer.code)}, type {_word(answer.type)}"
        return UndocumentedAnswerError(
            f"{who} failed in a way that is not documented ({facts}): {_sentence(answer.message)} "
            "Run again; if it lasts, report the status, code and type.",
            f"{self.name}, {facts}",
        )

    def error(self, remedy: Remedy, answer: Answer, model: str) -> ThumbnailError:
        """Return our error for a documented failure, with the vendor's own message and usage."""
        replacements = " or ".join(MODELS[model].replacements) if model in MODELS else ""
        message = remedy.message.format(
            vendor=self.name,
            key_variable=self.key_variable,
            base_url_variable=self.base_url_variable,
            status_page=self.status_page,
            model=model,
            status=answer.status,
            reason=_sentence(answer.message),
            instead=f"Choose {replacements} instead." if replacements else "Choose another model, or ask for access.",
        )
        if remedy.error == "rejected":
            return ProviderRejectedError(remedy.code, message, answer.usage, maybe_billed=answer.maybe_billed)
        if remedy.error == "throttled":
            wait = answer.wait_seconds
            wait = answer.reset_seconds if wait is None else wait
            return ProviderThrottledError(message, wait, maybe_billed=answer.maybe_billed)
        return ProviderUnavailableError(message, maybe_billed=answer.maybe_billed)

    def missing_key(self, model: str) -> ProviderRejectedError:
        """Return the error for a model whose key is not set."""
        return ProviderRejectedError(
            "missing_key",
            f"{self.key_variable} is not set, and {model} needs it: set it, or set SIMULATE_PROVIDERS=1 to try the "
            "system with simulated pictures",
        )

    def timed_out(self, seconds: float, *, sent: bool = True) -> ProviderUnavailableError:
        """Return the error for an answer that takes too long; ``sent`` says that the vendor may have the request."""
        return ProviderUnavailableError(
            f"{self.name} did not answer within {seconds:g} s. Run again, or raise PROVIDER_TIMEOUT_SECONDS.",
            maybe_billed=sent,
        )

    def disconnected(self, reason: str, *, sent: bool) -> ProviderUnavailableError:
        """Return the error for a connection that failed, or broke after the request was sent."""
        what = f"The connection to {self.name} broke" if sent else f"{self.name} could not be reached"
        return ProviderUnavailableError(
            f"{what}: {_sentence(reason)} Run again; if it lasts, check the network and {self.base_url_variable}.",
            maybe_billed=sent,
        )

    def redirected(self, status: int, target: str) -> ThumbnailError:
        """Return the error for a redirect to ``target``."""
        return self.failed(Answer(status, message=f"to {target}", from_vendor=False), model="")

    def decoded(self, encoded: str, usage: Mapping[str, float | str]) -> bytes:
        """Return the picture in an answer's base64.

        Raises:
            UnusableAnswerError: it is not base64.
        """
        try:
            return decode_picture(encoded)
        except ValueError as error:
            undecoded = encoded.encode(errors="replace")
            raise self.no_picture("the response has invalid base64", usage, undecoded) from error

    def no_picture(
        self, reason: str, usage: Mapping[str, float | str] | None = None, data: bytes = b""
    ) -> UnusableAnswerError:
        """Return the error for a successful response without a picture.

        ``usage`` is what the vendor reports, ``data`` what it sent in place of a picture.
        """
        return UnusableAnswerError(
            f"{self.name} answered without a picture: {_sentence(reason)} Request another picture with variation, or "
            "choose another model.",
            billing(usage or {}),
            data,
        )


OPENAI = Vendor(
    "OpenAI",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "https://api.openai.com/v1",
    "https://status.openai.com",
    read_failures("openai_failures"),
)
GEMINI = Vendor(
    "Gemini",
    "GOOGLE_API_KEY",
    "GOOGLE_GEMINI_BASE_URL",
    "https://generativelanguage.googleapis.com",
    "https://aistudio.google.com/status",
    read_failures("gemini_failures"),
)


def _word(name: str) -> str:
    """Return a code or type only if it looks like one, so that no other text reaches the log."""
    return name if re.fullmatch(r"[\w.-]{1,60}", name) else "unreadable" if name else "none"


def _sentence(reason: str) -> str:
    """Return a vendor's message as one short printable sentence."""
    plain = re.sub(r"<[^>]*>", " ", reason)
    line = " ".join("".join(c if c.isprintable() else " " for c in plain).split()) or "no reason given"
    # Cut only between words: redaction would not recognize a part of a key that the vendor quotes.
    cut = textwrap.shorten(line, MAX_REASON, placeholder=" \N{HORIZONTAL ELLIPSIS}", break_on_hyphens=False)
    return cut if cut.endswith((".", "!", "?", "\N{HORIZONTAL ELLIPSIS}")) else f"{cut}."
