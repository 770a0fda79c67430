"""The ledger of an original: what was, or may have been, paid for it, and what must not be asked for again.

It is one JSON object beside the original. Each request that was or may have been billed is an entry under an id of its
own, so that an entry is never counted twice, however often it is written. A payment is entered before its picture is
stored: if the process dies in between, the picture is still counted.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from money import DAMAGED, NOTHING, Money
from outcomes import Count, Dollars
from storage.keys import ledger_key
from storage.records import RecordType, read_record
from storage.store import Area, Store, StoredObject, Versioned
from storage.updates import update

__all__ = ["LATEST", "Entry", "Ledger", "LedgerFile", "Refusal", "paid_for", "read_ledger"]

# Seconds since 1970: anything beyond the year 9999 is damage.
LATEST = 253_402_300_799
# Bytes: no longer answer is read.
LARGEST = 64 * 2**20
NO_PICTURE = "The answer was no picture."


class _Dated(BaseModel):
    model_config = ConfigDict(frozen=True)

    date: Annotated[float, Field(ge=0, le=LATEST, allow_inf_nan=False)] = LATEST
    """Seconds since 1970 (UTC). A damaged date counts as the latest, so that what it dates still holds."""


class Refusal(_Dated):
    """The provider's moderation refused the prompt."""

    code: str = "moderation"
    message: str = ""


class Entry(_Dated):
    """A request that was, or may have been, billed, and what came of it.

    ``account`` is the run and thumbnail that it is counted for (``keys.account``). ``digest`` and ``size`` (bytes) are
    those of what arrived. ``unusable`` says why that is no picture.
    """

    account: str = ""
    cost_usd: Dollars | None = None
    cost_is_estimate: bool = False
    pictures_made: Count = 0
    cost_unknown: Count = 0
    cost_reason: str = ""
    maybe_billed: Count = 0
    usage: Mapping[str, int | float | str] = {}
    digest: str = ""
    size: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    unusable: str = ""

    @property
    def cost(self) -> Money:
        """What the request cost."""
        return Money.of({"cost_usd": self.cost_usd, **self.model_dump(exclude_defaults=True)})


class Ledger(BaseModel):
    """An original's entries by their ids, oldest first, and its refusal."""

    model_config = ConfigDict(frozen=True)

    entries: Mapping[str, Entry] = {}
    refusal: Refusal | None = None

    @property
    def unusable(self) -> list[Entry]:
        """The answers that were no pictures."""
        return [entry for entry in self.entries.values() if entry.unusable]

    @property
    def pictures(self) -> dict[str, Entry]:
        """The entries of answers that may be pictures, by the digests of their bytes."""
        return {entry.digest: entry for entry in self.entries.values() if entry.digest and not entry.unusable}

    def of(self, account: str) -> list[Entry]:
        """Return an account's entries."""
        return [entry for entry in self.entries.values() if entry.account == account]

    def paid_by(self, account: str) -> Money:
        """Return what an account has paid so far."""
        return sum((entry.cost for entry in self.of(account)), NOTHING)

    def has_sent(self, digest: str) -> bool:
        """Return whether the provider sent these bytes, by their digest."""
        return any(entry.digest == digest for entry in self.entries.values())

    def with_entries(self, entries: Mapping[str, Entry]) -> "Ledger":
        """Return the ledger with these entries, in place of earlier ones with the same ids.

        That a request may have been billed takes the place of nothing: another owner may know by now what it cost.
        """
        known = {request: entry for request, entry in entries.items() if entry.pictures_made or not entry.maybe_billed}
        return self.model_copy(update={"entries": {**entries, **self.entries, **known}})


LEDGER = RecordType(
    TypeAdapter(Ledger),
    damaged={**DAMAGED, "refusal": {}, "unusable": NO_PICTURE, "entries.*": {"unusable": NO_PICTURE}},
)


class LedgerFile:
    """A ledger as it is stored, and the one way to write to it."""

    def __init__(self, original: str) -> None:
        """Take the original's key. Reads nothing yet."""
        self._key = ledger_key(original)
        self._known: Versioned | None = None
        self.ledger = Ledger()

    async def read(self, store: Store) -> Ledger:
        """Read the ledger, empty if there is none."""
        self._known = await store.read(Area.ORIGINALS, self._key)
        self.ledger = await self._parsed(store, self._known)
        return self.ledger

    async def enter(self, store: Store, entries: Mapping[str, Entry], refusal: Refusal | None = None) -> None:
        """Add entries by their ids, and a refusal, to whatever others have written meanwhile.

        Raises:
            StoreError: the store failed; this object's ledger has the entries all the same.
        """
        self.ledger = self._with(self.ledger, entries, refusal)

        async def change(found: Versioned | None) -> StoredObject:
            newest = self.ledger if found is self._known else await self._parsed(store, found)
            self.ledger = self._with(newest, entries, refusal)
            data = self.ledger.model_dump_json(exclude_defaults=True).encode()
            return StoredObject(data, "application/json", immutable=False)

        self._known = await update(store, Area.ORIGINALS, self._key, change, known=self._known)

    async def _parsed(self, store: Store, found: Versioned | None) -> Ledger:
        return await read_record(store, Area.ORIGINALS, self._key, LEDGER, found) or Ledger()

    def _with(self, ledger: Ledger, entries: Mapping[str, Entry], refusal: Refusal | None) -> Ledger:
        added = ledger.with_entries(entries)
        return added.model_copy(update={"refusal": refusal}) if refusal else added


async def read_ledger(store: Store, original: str) -> Ledger:
    """Return the ledger of an original, empty if there is none.

    Raises:
        StoreError: the store failed.
    """
    return await LedgerFile(original).read(store)


async def paid_for(store: Store, original: str, account: str) -> Money:
    """Return what an account has paid for an original so far.

    Raises:
        StoreError: the store failed.
    """
    return (await read_ledger(store, original)).paid_by(account)
