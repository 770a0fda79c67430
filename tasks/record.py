"""What a batch leaves behind: its result, its manifest, the page that shows it, and its place on the start page."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from json import dumps
from typing import NotRequired

from typing_extensions import TypedDict

from errors import StoreError
from gallery.batch_list import addresses, list_batch
from gallery.batches import batch_of
from gallery.manifest import (
    Manifest,
    build_manifest,
    manifest_text,
    read_manifest,
    read_request,
    timestamp,
)
from gallery.page import render_page
from outcomes import Counts, Finished, Outcome, Row, counts
from settings import Settings
from storage.choice import open_store
from storage.covers import ensure_covers
from storage.keys import START_PAGE_KEY, batch_id, manifest_key, page_key
from storage.retrying_store import retrying_store
from storage.store import Area, Store, StoredObject
from tasks.budget import spent
from tasks.posts import identity
from tasks.requests import BatchRequest
from waiting import Attempt

__all__ = ["BatchRecord", "BatchResult", "id_of", "page_of"]

logger = logging.getLogger(__name__)

# Below the 4 MB that Render's limits allow, with room for the rest of the result and its base64.
MOST_BYTES = 2_500_000
# Seconds between two writings of a batch that is going; and how many times as long as one took, so that keeping the
# record of 10,000 pictures, which takes longer, never takes more than a fiftieth of the time.
PAUSE_SECONDS = 5.0
PAUSE_RATIO = 50


class BatchResult(TypedDict):
    """What ``generateBatch`` returns. A URL is None where what it leads to could not be written."""

    batch_id: str
    summary: Counts
    cost_usd: float
    cost: str
    """What it cost this time, in words: whether that is an estimate, and what is not in the sum."""
    manifest_url: str | None
    gallery_url: str | None
    notes: NotRequired[list[str]]
    rows: list[Row]


class BatchRecord:
    """One batch's manifest and page, kept up while it goes and finished with its result.

    A store that fails here takes nothing back: the thumbnails are there, and what was not written is logged.
    """

    def __init__(self, request: BatchRequest, settings: Settings, attempt: Attempt, store: Store | None = None) -> None:
        """Take the request, which the batch's id is a digest of; nothing is read or written yet."""
        self._request = read_request(asdict(request))
        self._simulated = settings.simulate_providers
        self._store = store or open_store(settings)
        self._retrying_store = retrying_store(self._store, settings.store_patience_seconds, attempt)
        self._notes: list[str] = []
        self._id = id_of(request, settings)
        self._created_at = ""
        self._name = request.name
        self._spent_before = 0.0
        # By slug (or title, in a record of a former version), each with its finished outcomes by model.
        self._earlier: dict[str, Row] = {}

    @asynccontextmanager
    async def kept_up(self, rows: Callable[[], list[Row]]) -> AsyncIterator[None]:
        """Write the rows as they are, at once and every few seconds, until the block ends.

        ``rows`` returns all the batch's rows, in which a pair without an outcome is
        ``{"status": "pending", "title", "model"}``. It is called in the event loop; the rest, which takes its time for
        10,000 pictures, runs in a thread, so outcomes are not to be changed afterwards. Where the block raises, also
        by being cancelled, the rows are written once more: what came of a batch that did not finish is seen too.
        """
        await self._write(rows(), finished=False, listed=True)
        ended = asyncio.Event()
        writing = asyncio.create_task(self._keep_writing(rows, ended))
        try:
            yield
        except BaseException:
            ended.set()
            await writing
            await self._write(rows(), finished=False, listed=True)
            raise
        ended.set()
        await writing  # What is written last must be the last.

    async def finish(self, rows: list[Row], most_bytes: int = MOST_BYTES) -> BatchResult:
        """Write the batch's last manifest and page, and return the batch's result.

        Rows that take more than ``most_bytes`` of JSON are in the manifest only; the result's are empty then. The URL
        of what was not written is None.
        """
        rows = await ensure_covers(self._retrying_store, rows)
        manifest_url, gallery_url = await self._write(rows, finished=True, listed=True)
        outcomes = [outcome for row in rows for outcome in row["results"]]
        summary, cost = counts(outcomes), spent(outcomes)
        logger.info("this run cost %s; look at it: %s", cost, gallery_url)
        if len(dumps(rows)) > most_bytes:
            logger.warning("the result's rows take more than %d bytes: they are in the manifest alone", most_bytes)
            rows = []
        # The rows come last: where a log cuts a long result off, the links to all of it have been shown.
        result: BatchResult = {
            "batch_id": self._id,
            "summary": summary,
            "cost_usd": cost.usd,
            "cost": cost.short,
            "manifest_url": manifest_url,
            "gallery_url": gallery_url,
            "rows": rows,
        }
        if self._notes:
            result["notes"] = self._notes
        return result

    async def _keep_writing(self, rows: Callable[[], list[Row]], ended: asyncio.Event) -> None:
        pause = PAUSE_SECONDS
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), pause)
            if ended.is_set():
                return
            began = time.monotonic()
            await self._write(rows(), finished=False, listed=True)
            pause = max(PAUSE_SECONDS, PAUSE_RATIO * (time.monotonic() - began))

    async def _write(self, rows: list[Row], *, finished: bool, listed: bool) -> tuple[str | None, str | None]:
        """Write manifest and page, and return their URLs, None where one failed; with ``listed`` the start page too."""
        if not self._created_at:
            await self._begin()
        store: Store = self._retrying_store if finished else self._store
        manifest = build_manifest(
            self._id,
            self._request,
            self._with_earlier(rows),
            created_at=self._created_at,
            updated_at=_now(),
            finished=finished,
            simulated=self._simulated,
            name=self._name,
            cost_usd=self._spent_before + spent([each for row in rows for each in row["results"]]).usd,
        )
        urls = (
            await self._put(store, manifest_key(self._id), "application/json", lambda: manifest_text(manifest)),
            await self._put(
                store, page_key(self._id), "text/html; charset=utf-8", lambda: page_of(self._store, manifest)
            ),
        )
        if listed:
            try:
                if note := await list_batch(store, batch_of(manifest)):
                    self._notes.append(note)
            except StoreError as error:
                logger.error("the batch %s was not listed on the start page: %s", self._id, error)
        return urls

    async def _put(self, store: Store, key: str, content_type: str, text: Callable[[], str]) -> str | None:
        data = (await asyncio.to_thread(text)).encode()
        try:
            await store.write(Area.THUMBNAILS, key, StoredObject(data, content_type, immutable=False))
        except StoreError as error:
            logger.error("%s was not written: %s", key, error)
            return None
        return self._store.link(key).url

    async def _begin(self) -> None:
        """Take from an earlier run's manifest when the batch was first started, and which thumbnails were there."""
        self._created_at = _now()
        key = manifest_key(self._id)
        try:
            found = await self._retrying_store.read(Area.THUMBNAILS, key)
            earlier = read_manifest(found.data) if found else None
        except (StoreError, ValueError) as error:
            logger.warning("the earlier manifest %s is not used: %s", key, error)
            return
        if earlier:
            self._created_at = earlier["created_at"]
            self._spent_before = earlier.get("cost_usd", 0.0)
            self._earlier = {_known_by(row): row for row in earlier["rows"]}

    def _with_earlier(self, rows: list[Row]) -> list[Row]:
        """Keep in sight what earlier runs finished: until this one has come to it, and what is not asked for again."""
        left = dict(self._earlier)
        now = [self._kept(row, left.pop(_known_by(row), None)) for row in rows]
        return [*now, *left.values()]

    @staticmethod
    def _kept(row: Row, earlier: Row | None) -> Row:
        if not earlier:
            return row
        there = {each["model"]: each for each in earlier["results"] if each["status"] == "ok"}
        asked = [_still(outcome, there.pop(outcome["model"], None)) for outcome in row["results"]]
        kept: Row = {**row, "results": [*asked, *there.values()]}
        if "cover" in earlier and "cover" not in row:
            kept["cover"] = earlier["cover"]
        return kept


def _known_by(row: Row) -> str:
    return row.get("slug", row["title"])


def _still(outcome: Outcome, earlier: Finished | None) -> Outcome:
    """Return a pair's outcome; where it has none yet, or is the same thumbnail, with what is known from earlier."""
    if earlier and outcome["status"] == "pending":
        return {**earlier, "reused": True}
    if earlier and outcome["status"] == "ok" and outcome["key"] == earlier["key"] and "title_shortened" in earlier:
        return {**outcome, "title_shortened": True}
    return outcome


def id_of(request: BatchRequest, settings: Settings) -> str:
    """Return the id of a request's batch. Simulated pictures are another batch than real ones."""
    return batch_id([identity(request), settings.simulate_providers])


def page_of(store: Store, manifest: Manifest) -> str:
    """Return the page that shows a manifest."""
    address = addresses(store, "../../")
    return render_page(manifest, home=address(START_PAGE_KEY), data=address(manifest_key(manifest["batch_id"])))


def _now() -> str:
    return timestamp(datetime.now(UTC))
