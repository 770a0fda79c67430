"""Claims: of all that want the same picture at the same moment, one pays for it and the others wait for it.

A claim is a small object beside the original, made by a conditional write. Its owner renews it as long as it lives. No
two machines' clocks are compared: a claim has expired for whoever has seen it unchanged for as long as that takes.
"""

import asyncio
import json
import logging
import uuid
from types import TracebackType
from typing import NamedTuple

from errors import StoreError
from storage.store import Area, Store, StoredObject
from waiting import Clock, cancel_and_wait, race

__all__ = ["EXPIRY_SECONDS", "FOLDER", "RENEWAL_SECONDS", "Claim"]

logger = logging.getLogger(__name__)

FOLDER = "claims/"
RENEWAL_SECONDS = 5.0
# Four renewals may be late or lost before a living owner is taken for dead.
EXPIRY_SECONDS = 20.0
# How often a claim may be there for a write and not for a read. Another run's may come and go in between, but not so
# often.
MOST_CONTRADICTIONS = 4


class _Content(NamedTuple):
    """What a claim says: who holds it (nobody: an empty text), and for which run."""

    owner: str = ""
    run_id: str | None = None


class Claim:
    """One attempt's claim to a key: tried until it is taken, renewed while it is held, and released in the end."""

    def __init__(self, store: Store, key: str, run_id: str | None, clock: Clock | None = None) -> None:
        """Take the key of the original, and the run that wants it; a later attempt of one run takes over at once."""
        self._store = store
        self._clock = clock or Clock()
        self._key = f"{FOLDER}{key}"
        self._run_id = run_id
        self._owner = uuid.uuid4().hex
        self._renewals = 0
        self._version: str | None = None
        self._seen: tuple[str, float] = ("", 0.0)
        self._looked = 0.0
        self._contradictions = 0
        self._done = asyncio.Event()
        self._renewing: asyncio.Task[None] | None = None

    async def take(self) -> bool:
        """Try once to take the claim; say whether it is held now.

        Raises:
            StoreError: the store failed, or its keys allow writing and not reading.
        """
        self._version = await self._store.create(Area.ORIGINALS, self._key, self._text())
        return self._version is not None or await self._take_over()

    @property
    def is_held(self) -> bool:
        """Whether the claim is still this one's, as far as is known."""
        return self._version is not None

    def abandon(self) -> None:
        """Leave the claim where it is, to be taken over: it says that its owner did not come to an end."""
        self._version = None

    async def __aenter__(self) -> "Claim":
        self._renewing = asyncio.create_task(self._keep_renewing())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if self._renewing:
            await asyncio.wait([self._renewing])
        try:
            # Renewed first: nobody takes over a claim that has just changed, so what is removed is this one's own.
            # Once the original is there it does not matter whose claim is removed.
            if self._version and (error is None or await self._renew()):
                await self._remove()
        except StoreError as failure:
            logger.warning("the claim to %s was not released, and expires: %s", self._key, failure)

    async def _remove(self) -> None:
        if not await self._store.remove(Area.ORIGINALS, self._key) and self._version:
            await self._store.replace(Area.ORIGINALS, self._key, self._text(released=True), self._version)

    def _text(self, *, released: bool = False) -> StoredObject:
        content = {"owner": "" if released else self._owner, "run": self._run_id, "renewals": self._renewals}
        return StoredObject(json.dumps(content).encode(), "application/json", immutable=False)

    async def _take_over(self) -> bool:
        """Take a claim that was released, has expired, or is this run's own from an earlier attempt."""
        found = await self._store.read(Area.ORIGINALS, self._key)
        if found is None:
            self._contradictions += 1
            if self._contradictions == MOST_CONTRADICTIONS:
                raise StoreError(
                    f"{self._key} is there and cannot be read, so every run would pay again. "
                    "Give the store's key the right to read (s3:GetObject) both buckets."
                )
            return False
        held = _content(found.data)
        if held.owner == self._owner:  # Our own write, whose answer was lost on the way.
            self._version = found.version
            return True
        now = self._clock.now()
        # A time in which this one could not look is no sign that the owner is dead: it may not have got through either.
        if found.version != self._seen[0] or now - self._looked > EXPIRY_SECONDS / 2:
            self._seen = (found.version, now)
        self._looked = now
        expired = now - self._seen[1] >= EXPIRY_SECONDS
        if not held.owner or expired or (self._run_id and held.run_id == self._run_id):
            self._version = await self._replace(found.version)
        return self._version is not None

    async def _replace(self, version: str) -> str | None:
        """Replace the claim and return its version, or None where it is another's now."""
        replaced = await self._store.replace(Area.ORIGINALS, self._key, self._text(), version)
        if replaced is None:
            found = await self._store.read(Area.ORIGINALS, self._key)
            if found and _content(found.data).owner == self._owner:
                # An earlier write of our own, whose answer was lost on the way.
                again = await self._store.replace(Area.ORIGINALS, self._key, self._text(), found.version)
                return again or found.version
        return replaced

    async def _renew(self) -> bool:
        self._renewals += 1
        self._version = await self._replace(self._version) if self._version else None
        return self._version is not None

    async def _keep_renewing(self) -> None:
        while self._version:
            waiting = await race(self._clock.sleep(RENEWAL_SECONDS), self._done.wait())
            if not waiting.done():
                await cancel_and_wait(waiting)
                return
            try:
                if not await self._renew():
                    logger.warning("the claim to %s was taken over by another run", self._key)
            except StoreError as error:
                logger.warning("the claim to %s was not renewed: %s", self._key, error)


def _content(data: bytes) -> _Content:
    """Return what a claim says. What is not a claim, damaged or written by others, is held by nobody."""
    try:
        held = json.loads(data)
    except (ValueError, RecursionError):
        return _Content()
    if not isinstance(held, dict) or not isinstance(held.get("owner"), str):
        return _Content()
    run_id = held.get("run")
    return _Content(held["owner"], run_id if isinstance(run_id, str) else None)
