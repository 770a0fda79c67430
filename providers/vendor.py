"""What goes wrong with a vendor, in our words: each failure once, with its remedy, and whether a retry can help."""

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from errors import ProviderRejectedError, ProviderThrottledError, ProviderUnavailableError

__all__ = ["GEMINI", "OPENAI", "Vendor", "hide_secrets"]

LONGEST_REASON = 300


@dataclass(frozen=True)
class Vendor:
    """A vendor, and the variables that a person sets for it."""

    name: str
    key_variable: str
    base_url_variable: str

    def missing_key(self, model: str) -> ProviderRejectedError:
        """There is no key."""
        return ProviderRejectedError(
            "missing_key",
            f"{self.key_variable} is not set, and {model} needs it: set it, or set SIMULATE_PROVIDERS=1 to try the "
            "system with simulated pictures",
        )

    def bad_key(self, reason: str) -> ProviderRejectedError:
        """The vendor does not accept the key."""
        return ProviderRejectedError(
            "bad_key",
            f"{self.name} does not accept the key in {self.key_variable}: {_brief(reason)} Put a valid one there.",
        )

    def moderation(self, reason: str) -> ProviderRejectedError:
        """The vendor will not draw this."""
        return ProviderRejectedError(
            "moderation",
            f"{self.name} refuses to draw this: {_brief(reason)} Change the title, the context or the guidelines.",
        )

    def model_unavailable(self, model: str, reason: str) -> ProviderRejectedError:
        """The account cannot use the model."""
        return ProviderRejectedError(
            "model_unavailable",
            f"{self.name} does not let this account use {model}: {_brief(reason)} Choose another model, or get access.",
        )

    def quota_used_up(self, reason: str) -> ProviderRejectedError:
        """The account's quota or money is gone, which no waiting within a batch mends."""
        return ProviderRejectedError(
            "quota",
            f"The {self.name} account has nothing left to spend: {_brief(reason)} Add credit or raise its limit, then "
            "run again; what is finished is not paid for again.",
        )

    def invalid(self, reason: str) -> ProviderRejectedError:
        """The vendor calls the request invalid."""
        return ProviderRejectedError(
            "invalid_request",
            f"{self.name} calls the request invalid: {_brief(reason)} Change the request or the settings.",
        )

    def throttled(self, reason: str, wait_seconds: float | None) -> ProviderThrottledError:
        """There were too many requests for now."""
        return ProviderThrottledError(f"{self.name} asks to wait: {_brief(reason)}", wait_seconds)

    def timed_out(self, seconds: float) -> ProviderUnavailableError:
        """The vendor did not answer in time."""
        return ProviderUnavailableError(
            f"{self.name} did not answer within {seconds:g} s. A retry may help; PROVIDER_TIMEOUT_SECONDS is the limit."
        )

    def unreachable(self, reason: str) -> ProviderUnavailableError:
        """The connection failed or broke."""
        return ProviderUnavailableError(
            f"{self.name} could not be reached: {_brief(reason)} A retry may help; else check the network and "
            f"{self.base_url_variable}."
        )

    def failed(self, status: int, reason: str) -> ProviderUnavailableError:
        """The vendor, or something on the way to it, answered with an error of its own."""
        return ProviderUnavailableError(f"{self.name} failed with status {status}: {_brief(reason)} A retry may help.")

    def no_picture(self, reason: str) -> ProviderUnavailableError:
        """The vendor answered, but not with a picture."""
        return ProviderUnavailableError(f"{self.name} answered without a picture: {_brief(reason)} A retry may help.")


OPENAI = Vendor("OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL")
GEMINI = Vendor("Gemini", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL")


def hide_secrets(error: BaseException, secrets: Iterable[str]) -> None:
    """Blot every secret out of an error and of all that it came from, where a vendor's message quotes it back.

    A traceback prints the whole chain, and the worker's ends up in a log.
    """
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        link = pending.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        link.args = tuple(
            _blotted(argument, secrets) if isinstance(argument, str) else argument for argument in link.args
        )
        pending += [link.__cause__, link.__context__]


def _blotted(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "[key]")
    return text


def _brief(reason: str) -> str:
    """Return a vendor's words as one short printable sentence."""
    plain = re.sub(r"<[^>]*>", " ", reason)
    line = " ".join("".join(c if c.isprintable() else " " for c in plain).split()) or "no reason given"
    # Cut between words alone: a part of a key that a vendor quotes could not be told from other text any more.
    cut = textwrap.shorten(line, LONGEST_REASON, placeholder=" \N{HORIZONTAL ELLIPSIS}", break_on_hyphens=False)
    return cut if cut.endswith((".", "!", "?", "\N{HORIZONTAL ELLIPSIS}")) else f"{cut}."
