"""What an original is, and how a stored one is read."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from compositing.bugs import composing
from errors import DamagedOriginalError, PictureError
from money import NOTHING, Money
from originals.ledger import Ledger, read_ledger
from providers.provider import PictureRequest
from providers.registry import Model
from storage.store import Area, Store

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Original", "Unreadable", "Wanted", "decoded", "digest_of", "find_stored", "original_of"]


@dataclass(frozen=True)
class Wanted:
    """An original: its key, the request and the model that it is bought with, and the account that pays.

    ``name`` is what log lines call it.
    """

    key: str
    picture: PictureRequest
    model: Model
    account: str
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Original:
    """An original on the canvas, and what its account has paid for it: nothing if others did.

    ``usage`` is what the provider reported with the picture, if the account paid for it. ``throttled_seconds`` is how
    long this leaf waited for the provider's quota, and ``unusable_answers`` how many answers were no pictures.
    """

    canvas: "Image.Image"
    paid: Money = NOTHING
    usage: Mapping[str, float | str] = field(default_factory=dict)
    throttled_seconds: float = 0.0
    unusable_answers: int = 0


class Unreadable(NamedTuple):
    """Stored bytes that the provider sent in place of a picture, and why they are none."""

    data: bytes
    reason: str


async def find_stored(store: Store, wanted: Wanted, ledger: Ledger | None = None) -> Original | Unreadable | None:
    """Return the stored original, or None if there is none. ``ledger`` is its ledger, if that has been read.

    Raises:
        DamagedOriginalError: there are bytes that are no picture, and that no provider sent.
        CompositingError: a bug keeps the original from the canvas.
        StoreError: the store failed.
    """
    found = await store.read(Area.ORIGINALS, wanted.key)
    if found is None:
        return None
    ledger = ledger or await read_ledger(store, wanted.key)
    try:
        return original_of(await decoded(found.data, wanted), ledger, wanted)
    except PictureError as error:
        if ledger.has_sent(digest_of(found.data)):
            return Unreadable(found.data, str(error))
        raise DamagedOriginalError(
            f"The stored original {wanted.key} is damaged: {error} Delete it and run again to pay for a new one."
        ) from error


def original_of(canvas: "Image.Image", ledger: Ledger, wanted: Wanted, throttled_seconds: float = 0.0) -> Original:
    """Return the original with what its ledger says of its account."""
    entries = ledger.of(wanted.account)
    usage = entries[-1].usage if entries else {}
    unusable = len(ledger.unusable) if entries else 0
    return Original(canvas, ledger.paid_by(wanted.account), usage, throttled_seconds, unusable)


async def decoded(data: bytes, wanted: Wanted) -> "Image.Image":
    """Return the picture on the canvas.

    Raises:
        PictureError: the bytes are not an image.
        CompositingError: they are, but a bug keeps it from the canvas.
    """
    with composing(wanted):
        from compositing.canvas import open_on_canvas

        return await asyncio.to_thread(open_on_canvas, data)


def digest_of(data: bytes) -> str:
    """Return the digest by which the ledger knows an answer's bytes; "" if there are none."""
    return hashlib.sha256(data).hexdigest()[:16] if data else ""
