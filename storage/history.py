"""The history of a missing original: refused, unusable, or paid for and lost.

It is stored beside the original's key, so that no retry or later run repeats a refused request or pays for a picture
that cannot be stored. Only the holder of the original's claim reads and writes it.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outcomes import Paid
from storage.store import Area, Store, StoredObject

__all__ = ["History", "Refusal", "UnusableAnswer", "read_history", "write_history"]

logger = logging.getLogger(__name__)

# Anything beyond the year 9999, or larger than a gigabyte, is damage.
LATEST, LARGEST = 253_402_300_799, 10**9


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True)

    date: float = Field(ge=0, le=LATEST, allow_inf_nan=False)
    """Seconds since 1970 (UTC)."""


class Refusal(_Entry):
    """The provider's moderation refused the prompt."""

    code: str
    message: str


class UnusableAnswer(_Entry):
    """The provider sent, and billed, something that is not an image."""

    message: str
    kept_as: str | None = None
    """The key of the bytes, if there were any."""


class LostPicture(_Entry):
    """A picture was paid for but could not be stored when it arrived."""

    size: int = Field(ge=0, le=LARGEST)
    """Bytes."""


class History(BaseModel):
    """What is known about earlier attempts at one original."""

    model_config = ConfigDict(frozen=True)

    refusal: Refusal | None = None
    unusable: Sequence[UnusableAnswer] = ()
    lost: LostPicture | None = None
    paid: Mapping[str, Paid] = {}
    """What was paid in vain, by account."""

    def has(self, place: str | None) -> bool:
        """Return whether the answer that is kept there, or an empty one, is recorded as unusable."""
        return any(answer.kept_as == place for answer in self.unusable)


def kept_as(key: str, data: bytes) -> str | None:
    """Return where an unusable answer is kept: nowhere if it is empty."""
    return f"unusable/{key}/{hashlib.sha256(data).hexdigest()[:16]}" if data else None


async def read_history(store: Store, key: str) -> History:
    """Return the history of an original, empty if there is none or it is damaged."""
    found = await store.read(Area.ORIGINALS, _key(key))
    if found is None:
        return History()
    try:
        return History.model_validate_json(found.data)
    except ValidationError as error:
        logger.warning("%s is damaged and was ignored: %s", _key(key), error.errors()[0]["msg"])
        return History()


async def write_history(store: Store, key: str, history: History) -> None:
    """Store the history of an original."""
    data = history.model_dump_json(exclude_defaults=True).encode()
    await store.write(Area.ORIGINALS, _key(key), StoredObject(data, "application/json", immutable=False))


def _key(original: str) -> str:
    return f"history/{original}.json"
