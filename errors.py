"""Every error this system raises on purpose, in one tree.

Only ``str(error)`` crosses from one Render task to another, so each message is complete: what happened, to what, and
what to do about it. ``code`` is the error in one word, for programs. An error is ``permanent`` if a retry soon after
would fail in the same way; Render, which sees only the text, retries those too.

    ThumbnailError
    ├── InvalidRequestError              the request is invalid
    │   └── SettingsError                the environment is invalid
    ├── ProviderRejectedError            the provider refuses for good
    ├── ProviderUnavailableError         the provider did not deliver this time
    │   ├── ProviderThrottledError       rate limited
    │   ├── QuotaWaitTooLongError        rate limited for longer than the attempt has left
    │   ├── UndocumentedAnswerError      an undocumented error
    │   └── UnusableAnswerError          a success without a picture
    ├── PictureError                     the bytes are not a usable image
    ├── TooManyUnusableAnswersError      too many unusable answers to pay for another
    ├── CapReachedError                  a leaf's picture would cost more than the cap
    ├── DamagedOriginalError             a stored original is damaged
    ├── LostPictureError                 a picture was paid for and could not be stored
    ├── CompositingError                 a bug of ours while composing
    ├── StoreError                       the store refuses
    │   ├── StoreUnavailableError        the store is temporarily unavailable
    │   ├── StoreFullError               the store is full
    │   └── NewerRecordError             a record was written by a newer version of this program
    ├── RenderError                      Render's API failed, or a run on Render did
    │   └── RenderBusyError              the API is temporarily unavailable
    ├── StoppedError                     the process was told to stop
    └── InjectedCrashError               a crash requested by a setting
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from money import Money

__all__ = [
    "CapReachedError",
    "CompositingError",
    "DamagedOriginalError",
    "Fault",
    "InjectedCrashError",
    "InvalidRequestError",
    "LostPictureError",
    "NewerRecordError",
    "PictureError",
    "ProviderRejectedError",
    "ProviderThrottledError",
    "ProviderUnavailableError",
    "QuotaWaitTooLongError",
    "RenderBusyError",
    "RenderError",
    "SettingsError",
    "StoppedError",
    "StoreError",
    "StoreFullError",
    "StoreUnavailableError",
    "ThumbnailError",
    "TooManyUnusableAnswersError",
    "UndocumentedAnswerError",
    "UnusableAnswerError",
]


# What each fault begins with, in an error's text.
BULLET = "- "


class ThumbnailError(Exception):
    """The base class of every error this system raises on purpose."""

    code = "error"
    permanent = False


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: what, where (such as ``prompts[3]`` or a variable's name), and what to do about it.

    It stays a value until it is shown. ``what`` may hold the remedy already, if the two cannot be told apart.
    """

    what: str
    where: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        sentence = f"{self.where}: {self.what}" if self.where else self.what
        return f"{sentence}; {self.remedy}" if self.remedy else sentence


class InvalidRequestError(ThumbnailError):
    """The request is invalid. Raised before anything is started or paid for."""

    code = "invalid_request"
    permanent = True
    summary = "Nothing was started and nothing was paid for"

    def __init__(self, faults: Iterable[Fault | str]) -> None:
        """Take all the faults; one that is a text is in no place of its own."""
        self.faults = tuple(fault if isinstance(fault, Fault) else Fault(fault) for fault in faults)
        problems = "1 problem" if len(self.faults) == 1 else f"{len(self.faults)} problems"
        listed = "\n".join(f"{BULLET}{fault}" for fault in self.faults)
        super().__init__(f"{self.summary}: fix {problems} first.\n{listed}")

    @classmethod
    def faults_in(cls, text: str) -> list[Fault]:
        """Return the faults in an error's text, which is all that crosses between tasks; [] if it has none."""
        summary, *faults = text.split(f"\n{BULLET}")
        return [Fault(fault) for fault in faults] if cls.summary in summary else []


class SettingsError(InvalidRequestError):
    """An environment variable is missing or invalid."""

    code = "settings"
    summary = "The settings cannot be used"


class ProviderRejectedError(ThumbnailError):
    """The provider refuses to make this picture, and a retry would not help.

    It may still have billed the request: ``usage`` is what it reports; if it reports nothing, ``maybe_billed`` says so.
    """

    permanent = True

    def __init__(
        self, code: str, message: str, usage: Mapping[str, float | str] | None = None, *, maybe_billed: bool = False
    ) -> None:
        """Take a one-word reason, such as ``moderation``, a message for people, and the reported usage, if any."""
        self.code = code
        self.usage = dict(usage or {})
        self.maybe_billed = maybe_billed
        super().__init__(message)


class ProviderUnavailableError(ThumbnailError):
    """The provider did not deliver this time; a retry may help.

    ``maybe_billed`` says that the provider may have drawn and billed a picture all the same: the request was sent, and
    no answer came that the provider documents as not billed.
    """

    code = "provider_unavailable"

    def __init__(self, message: str, *, maybe_billed: bool = False) -> None:
        """Take the message, and whether the provider may have billed the request."""
        self.maybe_billed = maybe_billed
        super().__init__(message)


class ProviderThrottledError(ProviderUnavailableError):
    """The provider rate limits this account."""

    code = "throttled"

    def __init__(self, message: str, wait_seconds: float | None, *, maybe_billed: bool = False) -> None:
        """Take the message, how long to wait (None if it is not known), and whether this may have been billed."""
        self.wait_seconds = wait_seconds
        super().__init__(message, maybe_billed=maybe_billed)


class QuotaWaitTooLongError(ProviderUnavailableError):
    """The provider rate limits this account for longer than the attempt has left; a retry would only cost quota."""

    code = "quota_wait_too_long"
    permanent = True

    def __init__(self, message: str, wait_seconds: float) -> None:
        """Take what the provider says, and how long to wait."""
        super().__init__(
            f"{message} A wait of {wait_seconds:.0f} s is longer than this attempt has left. "
            "Run again later, or ask the provider for a higher rate limit."
        )


class UndocumentedAnswerError(ProviderUnavailableError):
    """The provider answered with an error that is in no table of documented failures."""

    def __init__(self, message: str, facts: str) -> None:
        """Take the message, and the facts for a bug report: the answer's status, code and type, without its text."""
        self.facts = facts
        super().__init__(message, maybe_billed=True)


class UnusableAnswerError(ProviderUnavailableError):
    """The provider reported success but sent no picture that can be read. It may still have billed the request."""

    code = "no_picture"

    def __init__(self, message: str, usage: Mapping[str, float | str] | None = None, data: bytes = b"") -> None:
        """Take the message, the usage that the provider reports, and what it sent in place of a picture."""
        self.usage = dict(usage or {})
        self.data = data
        super().__init__(message, maybe_billed=not usage)


class PictureError(ThumbnailError):
    """The bytes are not an image, or not a usable one."""

    code = "unusable_picture"


class CapReachedError(ThumbnailError):
    """A picture is not asked for, as it would cost more than MAX_COST_USD with what it has cost so far."""

    code = "max_cost"
    permanent = True


class DamagedOriginalError(ThumbnailError):
    """A stored original is no longer an image."""

    code = "damaged_original"
    permanent = True


class LostPictureError(ThumbnailError):
    """A picture was paid for and could not be stored. A retry would only pay again."""

    code = "lost_picture"
    permanent = True

    def __init__(self, reason: str, paid: Money) -> None:
        """Take the store's last message, and what this run paid; it may be recorded nowhere else."""
        self.paid = paid
        super().__init__(f"A picture was paid for and could not be stored. {reason}")


class CompositingError(ThumbnailError):
    """A bug of this program, which no picture can be blamed for."""

    permanent = True

    def __init__(self, bug: Exception) -> None:
        """Take the error that the bug raised."""
        super().__init__(
            f"Composing failed: {type(bug).__name__}: {bug}. This is a bug of this program. No picture is paid for "
            "again: one that was bought is kept. Please report this message and the log, which has the traceback."
        )


class TooManyUnusableAnswersError(ThumbnailError):
    """The provider sent too many unusable answers to pay for another."""

    code = "unusable_picture"
    permanent = True


class StoreError(ThumbnailError):
    """The store refuses, and will until someone changes keys, buckets or settings."""

    code = "store"
    permanent = True


class StoreUnavailableError(StoreError):
    """The store is temporarily unreachable or failing."""

    code = "store_unavailable"
    permanent = False


class StoreFullError(StoreError):
    """The store is full."""

    code = "store_full"
    permanent = False


class NewerRecordError(StoreError):
    """A record in the store was written by a newer version of this program, which alone may change it."""

    def __init__(self, key: str, version: int, known: int) -> None:
        """Take the record's key, its version, and the newest version that this program knows."""
        super().__init__(
            f"{key} has version {version}, and this program knows version {known}: a newer version of it wrote the "
            "record. Update this one, or use another store."
        )


class RenderError(ThumbnailError):
    """Render's API failed, or a run on Render did."""

    code = "render"


class RenderBusyError(RenderError):
    """Render's API is temporarily unavailable; a retry may help."""

    code = "render_busy"


class StoppedError(ThumbnailError):
    """The process was told to stop before the work was done."""

    code = "stopped"


class InjectedCrashError(ThumbnailError):
    """A crash requested by a setting, to demonstrate a retry."""

    code = "injected_crash"
