"""A batch's record: its result, its manifest, its page, and its entry on the start page."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
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
from outcomes import Counts, Finished, Outcome, Row, counts, unpaid
from settings import Settings
from storage.choice import open_store
from storage.covers import ensure_covers
from storage.keys import START_PAGE_KEY, batch_id, manifest_key, page_key
from storage.retrying_store import retrying_store
from storage.store import Area, Store, StoredObject
from tasks.budget import spent, spent_in_all
from tasks.posts import identity
from tasks.requests import BatchRequest
from tasks.run_costs import RunCosts
from tasks.work import Work
from waiting import Attempt

__all__ = ["MOST_WRITES", "BatchRecord", "BatchResult", "id_of", "page_of"]

logger = logging.getLogger(__name__)

# Below Render's limit of 4 MB, with room for the rest of the result and for base64.
MOST_BYTES = 2_500_000
# Seconds between two updates of a running batch, and the least multiple of the time that one took, so that updates,
# which are slower for 10,000 pictures, never take more than a fiftieth of the time.
PAUSE_SECONDS = 5.0
PAUSE_RATIO = 50
# How often a manifest is written at most if other runs write it at the same time.
MOST_WRITES = 10


class BatchResult(TypedDict):
    """What ``generateBatch`` returns. A URL is None if its object could not be written."""

    batch_id: str
    summary: Counts
    cost_usd: float
    cost: str
    """The cost of this run in words, including whether it is an estimate and how many costs are unknown."""
    manifest_url: str | None
    gallery_url: str | None
    notes: NotRequired[list[str]]
    rows: list[Row]


class BatchRecord:
    """A batch's manifest and page, updated while it runs and finished with its result.

    A store that fails after the first write does not fail the batch: the thumbnails exist, and the failure is logged.
    """

    def __init__(self, request: BatchRequest, settings: Settings, attempt: Attempt, store: Store | None = None) -> None:
        """Take the request, which determines the batch's id. Reads and writes nothing yet."""
        self._request = read_request(asdict(request))
        self._simulated = settings.simulate_providers
        self._workflow = settings.service_name
        self._store = store or open_store(settings)
        self._retrying_store = retrying_store(self._store, settings.store_patience_seconds, attempt)
        self._notes: list[str] = []
        self._id = id_of(request, settings)
        self._created_at = ""
        self._name = request.name
        self._run = attempt.paying_run
        self._costs = RunCosts(attempt.paying_run)
        # The manifest's version, as last written or read.
        self._version: str | None = None
        # Rows of earlier runs by slug, or by title in records of older versions.
        self._earlier: dict[str, Row] = {}

    @asynccontextmanager
    async def updating(self, rows: Callable[[], list[Row]]) -> AsyncIterator[None]:
        """Write the current rows immediately and every few seconds, until the block ends.

        ``rows`` returns all the rows; a pair without an outcome is ``{"status": "pending", "title", "model"}``.
        It is called in the event loop, but the slow rest runs in a thread, so returned outcomes must not change. If the
        block raises or is cancelled, the rows are written once more, so that an unfinished batch shows its results.

        Raises:
            StoreError: the first write failed. Without it no later run could find out what this one paid.
        """
        await self._write(rows(), self._retrying_store.together(), required=True)
        ended = asyncio.Event()
        writing = asyncio.create_task(self._keep_writing(rows, ended))
        try:
            yield
        except BaseException:
            ended.set()
            await writing
            await self._write(rows(), self._store)
            raise
        ended.set()
        await writing  # So that the last update is not overwritten.

    async def finish(self, rows: list[Row], most_bytes: int = MOST_BYTES) -> BatchResult:
        """Write the final manifest and page, and return the batch's result.

        If the rows take more than ``most_bytes`` of JSON, the result's are empty, and only the manifest has them.
        """
        store = self._retrying_store.together()
        try:
            await self._costs.add_later_receipts(store)
        except StoreError as error:
            logger.warning("what the run before this one may have paid since then is not in the sum: %s", error)
        rows = await ensure_covers(store, rows)
        manifest_url, gallery_url = await self._write(rows, store, finished=True)
        outcomes = [outcome for row in rows for outcome in row["results"]]
        summary, cost = counts(outcomes), spent(outcomes)
        logger.info("this run cost %s; its page: %s", cost, gallery_url)
        if len(dumps(rows)) > most_bytes:
            logger.warning("the rows take more than %d bytes: only the manifest has them", most_bytes)
            rows = []
        # The rows come last, so that a log that truncates the result still shows its links.
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
            await self._write(rows(), self._store)
            pause = max(PAUSE_SECONDS, PAUSE_RATIO * (time.monotonic() - began))

    async def _write(
        self, rows: list[Row], store: Store, *, finished: bool = False, required: bool = False
    ) -> tuple[str | None, str | None]:
        """Write manifest, page and start page; return the first two's URLs, None for a failed write.

        Raises:
            StoreError: the manifest is ``required`` and was not written.
        """
        if not self._created_at:
            await self.begin()
        manifest, manifest_url = await self._write_manifest(store, rows, finished=finished, required=required)
        page = await asyncio.to_thread(page_of, self._store, manifest, self._workflow)
        page_url = await self._put(store, page_key(self._id), page)
        try:
            if note := await list_batch(store, batch_of(manifest)):
                self._notes.append(note)
        except StoreError as error:
            logger.error("the batch %s was not listed on the start page: %s", self._id, error)
        return manifest_url, page_url

    async def _write_manifest(
        self, store: Store, rows: list[Row], *, finished: bool, required: bool
    ) -> tuple[Manifest, str | None]:
        """Write the manifest and return it with its URL, None if that failed.

        Another run of this batch may write it too, so each write is conditional: if the manifest has changed, its rows
        and costs are taken over first.
        """
        key = manifest_key(self._id)
        for _ in range(MOST_WRITES):
            manifest = self._manifest(rows, finished=finished)
            text = (await asyncio.to_thread(manifest_text, manifest)).encode()
            stored = StoredObject(text, "application/json", immutable=False)
            try:
                if self._version:
                    version = await store.replace(Area.THUMBNAILS, key, stored, self._version)
                else:
                    version = await store.create(Area.THUMBNAILS, key, stored)
                if version:
                    self._version = version
                    return manifest, self._store.link(key).url
                await self._read(store)
                if finished:  # Choices may have been applied meanwhile.
                    rows = await ensure_covers(store, rows)
            except StoreError as error:
                if required:
                    raise
                logger.error("%s was not written: %s", key, error)
                return manifest, None
        logger.error("%s was not written: other runs changed it each of %d times", key, MOST_WRITES)
        return manifest, None

    def _manifest(self, rows: list[Row], *, finished: bool) -> Manifest:
        spent_by_run = self._costs.by_run(rows)
        return build_manifest(
            self._id,
            self._request,
            self._with_earlier(rows),
            created_at=self._created_at,
            updated_at=_now(),
            finished=finished,
            simulated=self._simulated,
            name=self._name,
            spent=spent_in_all(spent_by_run.values()),
            spent_by_run=spent_by_run,
            run_id=self._run,
        )

    async def _put(self, store: Store, key: str, page: str) -> str | None:
        try:
            stored = StoredObject(page.encode(), "text/html; charset=utf-8", immutable=False)
            await store.write(Area.THUMBNAILS, key, stored)
        except StoreError as error:
            logger.error("%s was not written: %s", key, error)
            return None
        return self._store.link(key).url

    async def _read(self, store: Store) -> Manifest | None:
        """Take over what other runs wrote; return the manifest, None if there is none or it cannot be read."""
        key = manifest_key(self._id)
        found = await store.read(Area.THUMBNAILS, key)
        self._version = found.version if found else None
        if not found:
            return None
        try:
            manifest = read_manifest(found.data)
        except ValueError as error:
            logger.warning("the earlier manifest %s was ignored: %s", key, error)
            return None
        self._created_at = manifest["created_at"]
        self._earlier = {_row_id(row): row for row in manifest["rows"]}
        self._costs.take_over(manifest)
        return manifest

    async def begin(self, works: Sequence[Work] = ()) -> bool:
        """Read the start time, cost and rows of earlier runs from the manifest; return whether this run has written it.

        A run that did not finish may not have recorded all that it paid, so its receipts for these pairs are added up,
        and once more at the end.

        Raises:
            StoreError: the store failed.
        """
        self._created_at = _now()
        store = self._retrying_store.together()
        earlier = await self._read(store)
        if not earlier:
            return False
        await self._costs.add_receipts(store, earlier, works)
        return self._run in (earlier.get("run_id"), *earlier.get("spent_by_run", {}))

    @property
    def earlier_rows(self) -> list[Row]:
        """The rows of earlier runs."""
        return list(self._earlier.values())

    def _with_earlier(self, rows: list[Row]) -> list[Row]:
        """Add the results of earlier runs that this one has not reached yet, or does not request."""
        earlier = dict(self._earlier)
        current = [_merged(row, earlier.pop(_row_id(row), None)) for row in rows]
        return [*current, *earlier.values()]


def _row_id(row: Row) -> str:
    return row.get("slug", row["title"])


def _merged(row: Row, earlier: Row | None) -> Row:
    if not earlier:
        return row
    finished = {each["model"]: each for each in earlier["results"] if each["status"] == "ok"}
    results = [_completed(outcome, finished.pop(outcome["model"], None)) for outcome in row["results"]]
    merged: Row = {**row, "results": [*results, *map(unpaid, finished.values())]}
    if "cover" in earlier and "cover" not in row:
        merged["cover"] = earlier["cover"]
    return merged


def _completed(outcome: Outcome, earlier: Finished | None) -> Outcome:
    """Return a pair's outcome, completed from an earlier run if it is pending or the same thumbnail."""
    if earlier and outcome["status"] == "pending":
        return unpaid(earlier)
    if earlier and outcome["status"] == "ok" and outcome["key"] == earlier["key"] and "title_shortened" in earlier:
        return {**outcome, "title_shortened": True}
    return outcome


def id_of(request: BatchRequest, settings: Settings) -> str:
    """Return the id of a request's batch. Simulated and real pictures are different batches."""
    return batch_id([identity(request), settings.simulate_providers])


def page_of(store: Store, manifest: Manifest, workflow: str) -> str:
    """Return a manifest's page. ``workflow`` is the workflow's name if this runs on Render."""
    address = addresses(store, "../../")
    data = address(manifest_key(manifest["batch_id"]))
    return render_page(manifest, home=address(START_PAGE_KEY), data=data, workflow=workflow)


def _now() -> str:
    return timestamp(datetime.now(UTC))
