"""Claims: if several runs want the same picture at once, one pays for it and the others wait.

A claim is a small object beside the original, made by a conditional write. Its owner renews it as long as it lives.
Clocks of different machines are never compared: a claim has expired once an observer has seen it unchanged for
``EXPIRY_SECONDS``. A claim also says which request its owner is waiting for, so that if the owner dies, the next one
knows that this request, and no other, may have been billed.
"""

import asyncio
import json
import logging
import uuid
from types import TracebackType
from typing import NamedTuple

from errors import StoreError
from storage.keys import CLAIMS
from storage.store import Area, Store, StoredObject, Versioned
from waiting import Clock, cancel_and_wait, race

__all__ = ["EXPIRY_SECONDS", "RENEWAL_SECONDS", "Claim", "left_asking"]

logger = logging.getLogger(__name__)

RENEWAL_SECONDS = 5.0
# Long enough that a living owner may miss three renewals.
EXPIRY_SECONDS = 20.0
# A claim that exists for a write but not for a read was released in between, or the store's key may not read. It is
# tried so many times at once, and an error if it was so in that many tries to take the claim in a row.
TRIES, MAX_UNREADABLE = 3, 4


class _Content(NamedTuple):
    """A claim's owner ("" if it is free), its run, the request that it waits for, and the account that pays."""

    owner: str = ""
    run_id: str | None = None
    asking: str = ""
    account: str = ""


class Claim:
    """One attempt's claim to a key: taken, renewed while it is held, and released at the end.

    ``asking`` is the id of the request that may have been billed but is in no ledger yet; "" if there is none. After
    ``take`` it may be one that an earlier owner left behind.
    """

    def __init__(
        self, store: Store, key: str, run_id: str | None, clock: Clock | None = None, account: str = ""
    ) -> None:
        """Take the original's key, the run that wants it, and the account that pays.

        A later attempt of the same run takes over immediately.
        """
        self._store = store.urgent()  # A renewal that waits behind uploads may come too late.
        self._clock = clock or Clock()
        self._key = f"{CLAIMS}{key}"
        self._run_id, self._account = run_id, account
        self._owner = uuid.uuid4().hex
        self.asking = ""
        self._renewals = 0
        self._version: str | None = None
        # The version that was last seen, and since when.
        self._seen: tuple[str, float] = ("", 0.0)
        self._last_seen = 0.0
        self._unreadable = 0
        self._done = asyncio.Event()
        self._renewing: asyncio.Task[None] | None = None

    async def take(self) -> bool:
        """Try once to take the claim, and return whether it is held now.

        Raises:
            StoreError: the store failed, or its keys may write but not read.
        """
        for _ in range(TRIES):
            self.asking = ""
            self._version = await self._store.create(Area.ORIGINALS, self._key, self._text())
            if self._version:
                return True
            if found := await self._store.read(Area.ORIGINALS, self._key):
                self._unreadable = 0
                return await self._take_over(found)
        self._unreadable += 1
        if self._unreadable == MAX_UNREADABLE:
            raise StoreError(
                f"{self._key} exists but cannot be read, so every run would pay again. "
                "Allow the store's key to read both buckets (s3:GetObject)."
            )
        return False

    async def renew(self, asking: str | None = None) -> bool:
        """Renew the claim, and return whether it is still held. ``asking`` is the id of a request about to be sent.

        Raises:
            StoreError: the store failed.
        """
        self.asking = self.asking if asking is None else asking
        self._renewals += 1
        self._version = await self._replace(self._version) if self._version else None
        return self._version is not None

    async def __aenter__(self) -> "Claim":
        self._renewing = asyncio.create_task(self._keep_renewing())
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the claim, unless a request may have been billed and is in no ledger: the next owner enters it."""
        self._done.set()
        if self._renewing:
            await asyncio.wait([self._renewing])
        try:
            # Renew first: nobody takes over a claim that has just changed, so what is removed is still this one's.
            # Once the original exists, it does not matter whose claim is removed.
            if self._version and not self.asking and (error is None or await self.renew()):
                await self._remove()
        except StoreError as failure:
            logger.warning("the claim to %s was not released, and expires: %s", self._key, failure)

    async def _remove(self) -> None:
        if not await self._store.remove(Area.ORIGINALS, self._key) and self._version:
            await self._store.replace(Area.ORIGINALS, self._key, self._text(released=True), self._version)

    def _text(self, *, released: bool = False) -> StoredObject:
        content = {
            "owner": "" if released else self._owner,
            "run": self._run_id,
            "asking": self.asking,
            "account": self._account if self.asking else "",
            "renewals": self._renewals,
        }
        return StoredObject(json.dumps(content).encode(), "application/json", immutable=False)

    async def _take_over(self, found: Versioned) -> bool:
        """Take a claim that was released, has expired, or belongs to an earlier attempt of this run."""
        held = _content(found.data)
        self.asking = held.asking
        if held.owner == self._owner:  # Our own write; its answer was lost.
            self._version = found.version
            return True
        now = self._clock.now()
        # A gap in our own observation proves nothing: the owner may have been cut off too.
        if found.version != self._seen[0] or now - self._last_seen > EXPIRY_SECONDS / 2:
            self._seen = (found.version, now)
        self._last_seen = now
        expired = now - self._seen[1] >= EXPIRY_SECONDS
        if not held.owner or expired or (self._run_id and held.run_id == self._run_id):
            self._version = await self._replace(found.version)
        return self._version is not None

    async def _replace(self, version: str) -> str | None:
        """Replace the claim and return its version, or None if another run has it now."""
        while True:
            if replaced := await self._store.replace(Area.ORIGINALS, self._key, self._text(), version):
                return replaced
            found = await self._store.read(Area.ORIGINALS, self._key)
            if not found or _content(found.data).owner != self._owner:
                return None
            version = found.version  # Our own earlier write; its answer was lost.

    async def _keep_renewing(self) -> None:
        while self._version:
            waiting = await race(self._clock.sleep(RENEWAL_SECONDS), self._done.wait())
            if not waiting.done():
                await cancel_and_wait(waiting)
                return
            try:
                if not await self.renew():
                    logger.warning("the claim to %s was taken over by another run", self._key)
            except StoreError as error:
                logger.warning("the claim to %s was not renewed: %s", self._key, error)


def _content(data: bytes) -> _Content:
    """Return a claim's content. Anything that is not a claim, damaged or foreign, counts as a free one."""
    try:
        held = json.loads(data)
    except (ValueError, RecursionError):
        return _Content()
    if not isinstance(held, dict) or not isinstance(held.get("owner"), str):
        return _Content()
    texts = {name: value for name, value in held.items() if isinstance(value, str)}
    return _Content(held["owner"], texts.get("run"), texts.get("asking", ""), texts.get("account", ""))


async def left_asking(store: Store, key: str, account: str) -> str:
    """Return the id of the request that a claim says an account waits for; "" if there is none.

    Raises:
        StoreError: the store failed.
    """
    found = await store.read(Area.ORIGINALS, f"{CLAIMS}{key}")
    held = _content(found.data) if found else _Content()
    return held.asking if held.account == account else ""
