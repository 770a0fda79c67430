"""Every error this system raises on purpose, in one tree.

Only ``str(error)`` crosses from one Render task to another, so each message is whole by itself: what happened,
to what, and what to do about it. ``code`` is the same in one word, for programs.

    ThumbnailError
    ├── InvalidRequestError              the request cannot be carried out as it stands
    │   └── SettingsError                nor can the environment
    ├── ProviderRejectedError            the provider will not make this picture
    ├── ProviderUnavailableError         the provider did not deliver this time
    │   ├── ProviderThrottledError       it asks to wait
    │   ├── QuotaWaitTooLongError        it asks to wait longer than the attempt has left
    │   ├── UndocumentedAnswerError      it answered in a way that is not documented
    │   └── UnusableAnswerError          it answered without a picture
    ├── PictureError                     the bytes are not an image
    ├── UnusableAnswersError             so often that no more are paid for
    ├── DamagedOriginalError             a stored original is not an image any more
    ├── StoreError                       the store refuses
    │   ├── StoreUnavailableError        it is away for now
    │   └── StoreFullError               it has no room
    ├── StoppedError                     the process was told to end
    └── InjectedCrashError               a crash that was asked for
"""

from collections.abc import Mapping, Sequence

__all__ = [
    "InjectedCrashError",
    "InvalidRequestError",
    "PictureError",
    "ProviderRejectedError",
    "ProviderThrottledError",
    "ProviderUnavailableError",
    "QuotaWaitTooLongError",
    "SettingsError",
    "StoppedError",
    "StoreError",
    "StoreFullError",
    "StoreUnavailableError",
    "ThumbnailError",
    "UndocumentedAnswerError",
    "UnusableAnswerError",
]


class ThumbnailError(Exception):
    """The root of the tree: catch it to catch all that this system raises on purpose."""

    code = "error"


class InvalidRequestError(ThumbnailError):
    """The request cannot be carried out as it stands. Raised before anything is started or paid for."""

    code = "invalid_request"
    summary = "Nothing was started and nothing was paid for"

    def __init__(self, faults: Sequence[str]) -> None:
        """Take every fault found, each a sentence with its remedy."""
        self.faults = tuple(faults)
        problems = "1 problem" if len(self.faults) == 1 else f"{len(self.faults)} problems"
        listed = "\n".join(f"- {fault}" for fault in self.faults)
        super().__init__(f"{self.summary}: fix {problems} first.\n{listed}")


class SettingsError(InvalidRequestError):
    """The environment lacks a variable, or holds one that cannot be used."""

    code = "settings"
    summary = "The environment cannot be used"


class ProviderRejectedError(ThumbnailError):
    """The provider will not make this picture, and asking again would not change that."""

    def __init__(self, code: str, message: str) -> None:
        """Take a one-word reason, such as ``moderation``, and the message for a person."""
        self.code = code
        super().__init__(message)


class ProviderUnavailableError(ThumbnailError):
    """The provider did not deliver this time; a retry may help."""

    code = "provider_unavailable"


class ProviderThrottledError(ProviderUnavailableError):
    """The provider asks to wait before it is asked again."""

    code = "throttled"

    def __init__(self, message: str, wait_seconds: float | None) -> None:
        """Take the message and how long to wait, or None where the provider does not say."""
        self.wait_seconds = wait_seconds
        super().__init__(message)


class QuotaWaitTooLongError(ProviderUnavailableError):
    """The provider asks for a longer wait than the attempt has left. Asking again before then only costs quota."""

    code = "quota_wait_too_long"

    def __init__(self, message: str, wait_seconds: float) -> None:
        """Take the message and how long the wait would be."""
        self.wait_seconds = wait_seconds
        super().__init__(message)


class UndocumentedAnswerError(ProviderUnavailableError):
    """The provider answered with an error that is in no table of documented failures."""

    def __init__(self, message: str, facts: str) -> None:
        """Take the message, and what a bug report needs: the answer's status, code and type, without its text."""
        self.facts = facts
        super().__init__(message)


class UnusableAnswerError(ProviderUnavailableError):
    """The provider answered with success and without a picture. It may have billed the request all the same."""

    code = "no_picture"

    def __init__(self, message: str, usage: Mapping[str, float | str] | None = None) -> None:
        """Take the message, and what the provider says that the answer took, as far as it says."""
        self.usage = dict(usage or {})
        super().__init__(message)


class PictureError(ThumbnailError):
    """The bytes are not an image, or not one that can be used."""

    code = "unusable_picture"


class DamagedOriginalError(ThumbnailError):
    """A stored original is not a picture any more."""

    code = "damaged_original"


class UnusableAnswersError(ThumbnailError):
    """The provider's answers were unusable too often to pay for another."""

    code = "unusable_picture"

    def __init__(self, message: str, usages: Sequence[Mapping[str, float | str]] = ()) -> None:
        """Take the message, and what each of this attempt's answers took, in the vendor's own terms."""
        self.usages = list(usages)
        super().__init__(message)


class StoreError(ThumbnailError):
    """The store refuses, and goes on refusing until someone changes keys, buckets or settings."""

    code = "store"


class StoreUnavailableError(StoreError):
    """The store cannot be reached or fails for now; it may be back soon."""

    code = "store_unavailable"


class StoreFullError(StoreError):
    """The store has no room."""

    code = "store_full"


class StoppedError(ThumbnailError):
    """The process was told to end before the work was done."""

    code = "stopped"


class InjectedCrashError(ThumbnailError):
    """A crash that was asked for, to show what a retry does."""

    code = "injected_crash"
