"""Claims: of all that want the same picture at the same moment, one pays for it and the others wait for it.

A claim is a small object beside the original, made by a conditional write. Its owner renews it as long as it lives. No
two machines' clocks are compared: a claim has expired for whoever has seen it unchanged for as long as that takes.
"""

import asyncio
import json
import logging
import time
import uuid
from contextlib import suppress
from types import TracebackType

from errors import StoreError
from storage.store import Area, Store

__all__ = ["EXPIRY_SECONDS", "FOLDER", "RENEWAL_SECONDS", "Claim"]

logger = logging.getLogger(__name__)

FOLDER = "claims/"
RENEWAL_SECONDS = 5.0
# Four renewals may be late or lost before a living owner is taken for dead.
EXPIRY_SECONDS = 20.0


class Claim:
    """One attempt's claim to a key: tried until it is taken, renewed while it is held, and released in the end."""

    def __init__(
        self,
        store: Store,
        key: str,
        run_id: str | None,
        *,
        renewal_seconds: float = RENEWAL_SECONDS,
        expiry_seconds: float = EXPIRY_SECONDS,
    ) -> None:
        """Take the key of the original, and the run that wants it; a later attempt of one run takes over at once."""
        self._renewal_seconds = renewal_seconds
        self._expiry_seconds = expiry_seconds
        self._store = store
        self._key = f"{FOLDER}{key}"
        self._run_id = run_id
        self._owner = uuid.uuid4().hex
        self._renewals = 0
        self._version: str | None = None
        self._seen: tuple[str, float] = ("", 0.0)
        self._looked = 0.0
        self._done = asyncio.Event()
        self._renewing: asyncio.Task[None] | None = None

    async def take(self) -> bool:
        """Try once to take the claim; say whether it is held now."""
        self._version = await self._store.create(Area.ORIGINALS, self._key, self._content())
        return self._version is not None or await self._take_over()

    @property
    def is_held(self) -> bool:
        """Whether the claim is still this one's, as far as is known."""
        return self._version is not None

    async def __aenter__(self) -> "Claim":
        self._renewing = asyncio.create_task(self._renew())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if self._renewing:
            await asyncio.wait([self._renewing])
        try:
            if error is None and self._version:
                await self._store.remove(Area.ORIGINALS, self._key)
            elif self._version:  # Given back rather than removed, which might remove the next one's.
                await self._replace(self._content(released=True), self._version)
        except StoreError as failure:
            logger.warning("the claim to %s was not released, and expires: %s", self._key, failure)

    def _content(self, *, released: bool = False) -> bytes:
        owner = "" if released else self._owner
        return json.dumps({"owner": owner, "run": self._run_id, "renewals": self._renewals}).encode()

    async def _take_over(self) -> bool:
        """Take a claim that was released, has expired, or is this run's own from an earlier attempt."""
        found = await self._store.read(Area.ORIGINALS, self._key)
        if found is None:
            return False
        held = json.loads(found.data)
        if held["owner"] == self._owner:  # Our own write, whose answer was lost on the way.
            self._version = found.version
            return True
        now = time.monotonic()
        # A time in which this one could not look is no sign that the owner is dead: it may not have got through either.
        if found.version != self._seen[0] or now - self._looked > self._expiry_seconds / 2:
            self._seen = (found.version, now)
        self._looked = now
        expired = now - self._seen[1] >= self._expiry_seconds
        if not held["owner"] or expired or (self._run_id and held["run"] == self._run_id):
            self._version = await self._replace(self._content(), found.version)
        return self._version is not None

    async def _replace(self, content: bytes, version: str) -> str | None:
        """Replace the claim and return its version, or None where it is another's now."""
        replaced = await self._store.replace(Area.ORIGINALS, self._key, content, version)
        if replaced is None:
            found = await self._store.read(Area.ORIGINALS, self._key)
            if found and json.loads(found.data)["owner"] == self._owner:
                # An earlier write of our own, whose answer was lost on the way.
                return await self._store.replace(Area.ORIGINALS, self._key, content, found.version) or found.version
        return replaced

    async def _renew(self) -> None:
        while self._version:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._done.wait(), self._renewal_seconds)
            if self._done.is_set():
                return
            self._renewals += 1
            try:
                version = await self._replace(self._content(), self._version)
            except StoreError as error:
                logger.warning("the claim to %s was not renewed: %s", self._key, error)
                continue
            if version is None:
                logger.warning("the claim to %s was taken over by another run", self._key)
            self._version = version
