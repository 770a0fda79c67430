"""A batch's record: its result, its manifest, its page, and its entry on the start page."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from json import dumps
from typing import ParamSpec, TypeVar, cast

from typing_extensions import TypedDict

from batch.budget import spent
from batch.memory import with_asked
from batch.posts import identity, identity_of_name
from batch.requests import BatchRequest
from batch.rows import with_earlier
from errors import StoreError
from gallery.batch_list import list_batch
from gallery.batches import batch_of
from gallery.manifest import (
    LONG_AGO,
    MANIFEST,
    Manifest,
    RunPaid,
    build_manifest,
    manifest_text,
    read_request,
    timestamp,
    with_links,
)
from gallery.page import render_page
from gallery.publishing import addresses, write_page
from money import NOTHING, Money
from originals.ledger import read_ledger
from outcomes import Counts, Row, counts
from settings import Settings
from storage.covers import ensure_covers
from storage.keys import START_PAGE_KEY, account, batch_id, manifest_key, page_key
from storage.opening import open_store
from storage.records import read_record
from storage.retrying_store import retrying_store
from storage.store import Area, Store, StoredObject, Versioned
from storage.updates import update
from waiting import Attempt, cancel_and_wait, gather_limited, race

__all__ = ["BatchRecord", "BatchResult", "id_of", "id_of_name", "page_of"]

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

# Below Render's limit of 4 MB, with room for the rest of the result and for base64.
MOST_BYTES = 2_500_000
# Seconds between two updates of a running batch, and the least multiple of the time that one worked, so that updates,
# which are slower for 10,000 pictures, never take more than a fiftieth of the time; but one comes every few minutes.
PAUSE_SECONDS, MOST_SECONDS = 5.0, 180.0
PAUSE_RATIO = 50


class BatchResult(TypedDict):
    """What ``generateBatch`` returns. A URL is None if its object could not be written."""

    batch_id: str
    summary: Counts
    cost_usd: float
    cost: str
    """The cost of this run in words, including whether it is an estimate and how many costs are unknown."""
    estimated_usd: float
    """What the pictures that this run paid for had been estimated at."""
    pictures_made: int
    """How many pictures, or answers in place of one, this run paid for."""
    maybe_billed: int
    """How many more may have been billed."""
    covers_renewed: int
    """How many covers were set anew, on their own pictures."""
    covers_older: int
    """How many covers show an older look or title than the thumbnails of this run do."""
    manifest_url: str | None
    gallery_url: str | None
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
        self._id = id_of(request, settings)
        self._key = manifest_key(self._id)
        self._created_at, self._month = "", ""
        self._models = request.models
        self._name, self._refresh = request.name, request.refresh_covers
        self._run, self._clock = attempt.paying_run, attempt.clock
        # The manifest as it was last read or written, and the latest that this run made.
        self._known: Versioned | None = None
        self._manifest: Manifest
        # The rows of earlier runs, and the last one's manifest.
        self._earlier: list[Row] = []
        self._last: Manifest | None = None
        # The slugs of the covers that were set anew.
        self._renewed: set[str] = set()
        # What other runs of the batch paid, by their ids.
        self._others: dict[str, Money] = {}
        # When each run began and what its models' pictures cost, as its record says.
        self._about: dict[str, RunPaid] = {}
        # The run that did not finish before this one: what it had paid by its last update, and the originals and
        # accounts of the pairs that had not ended then.
        self._unfinished_run, self._had_paid = "", NOTHING
        self._pending: dict[str, str] = {}
        self._worked_seconds = 0.0

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

    async def finish(
        self, rows: list[Row], estimated: Decimal = Decimal(0), most_bytes: int = MOST_BYTES
    ) -> BatchResult:
        """Write the final manifest and page, and return the batch's result.

        ``estimated`` is what the pictures that were paid for had been estimated at, in dollars.

        If the rows take more than ``most_bytes`` of JSON, the result's are empty, and only the manifest has them.
        """
        store = self._retrying_store.together()
        try:
            await self._add_ledgers(store)  # Its leaves may have outlived it.
        except StoreError as error:
            logger.warning("what the run before this one may have paid since then is not in the sum: %s", error)
        rows = await self._with_covers(store, rows)
        manifest_url, gallery_url = await self._write(rows, store, finished=True)
        outcomes = [outcome for row in rows for outcome in row["results"]]
        summary, cost = counts(outcomes), spent(outcomes)
        older = sum(row["cover"].get("older", False) for row in rows if "cover" in row)
        logger.info("this run cost %s; its page: %s", cost, gallery_url)
        if len(dumps(rows)) > most_bytes:
            logger.warning("the rows take more than %d bytes: only the manifest has them", most_bytes)
            rows = []
        # The rows come last, so that a log that truncates the result still shows its links.
        result: BatchResult = {
            "batch_id": self._id,
            "summary": summary,
            "cost_usd": cost.usd,
            "cost": str(cost),
            "estimated_usd": float(estimated),
            "pictures_made": cost.pictures,
            "maybe_billed": cost.maybe_billed,
            "covers_renewed": len(self._renewed),
            "covers_older": older,
            "manifest_url": manifest_url,
            "gallery_url": gallery_url,
            "rows": rows,
        }
        return result

    async def _keep_writing(self, rows: Callable[[], list[Row]], ended: asyncio.Event) -> None:
        pause = PAUSE_SECONDS
        while True:
            await cancel_and_wait(await race(self._clock.sleep(pause), ended.wait()))
            if ended.is_set():
                return
            self._worked_seconds = 0.0
            await self._write(rows(), self._store)
            pause = min(max(PAUSE_SECONDS, PAUSE_RATIO * self._worked_seconds), MOST_SECONDS)

    async def _write(
        self, rows: list[Row], store: Store, *, finished: bool = False, required: bool = False
    ) -> tuple[str | None, str | None]:
        """Write manifest, page and start page; return the first two's URLs, None for a failed write.

        Raises:
            StoreError: the manifest is ``required`` and was not written.
        """
        if not self._created_at:
            await self.begin()
        try:
            record = await self._write_manifest(store, rows, finished=finished)
        except StoreError as error:
            if required:
                raise
            logger.error("%s was not written: %s", manifest_key(self._id), error)
            return None, None
        page_url = None
        try:
            page_url = await write_page(store, self._key, record, page_key(self._id), self._page)
            await list_batch(store, batch_of(self._manifest))
        except StoreError as error:
            logger.error("the batch %s is stored, but not its page or its entry in the list: %s", self._id, error)
        return self._store.link(self._key).url, page_url

    async def _write_manifest(self, store: Store, rows: list[Row], *, finished: bool) -> Versioned:
        """Write the manifest and return it as it is stored.

        Another run of this batch may write it too. If the manifest has changed, its rows and costs are taken over
        first, and choices that were applied meanwhile are looked up.
        """

        async def change(found: Versioned | None) -> StoredObject:
            nonlocal rows
            if found is not self._known:
                await self._take_over(store, found)
                rows = await self._with_covers(store, rows) if finished else rows
            self._manifest = await self._work(self._build, rows, finished)
            text = (await self._work(manifest_text, self._manifest)).encode()
            return StoredObject(text, "application/json", immutable=False)

        self._known = record = await update(store, Area.THUMBNAILS, self._key, change, known=self._known)
        return record

    async def _page(self, record: Versioned) -> str:
        manifest = self._manifest
        if record is not self._known:
            manifest = await read_record(self._store, Area.THUMBNAILS, self._key, MANIFEST, record) or manifest
        return await self._work(page_of, self._store, manifest, self._workflow)

    async def _work(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call in a thread, and add up the time that takes, without the time that the store takes."""
        began = time.monotonic()
        try:
            return await asyncio.to_thread(call, *args, **kwargs)
        finally:
            self._worked_seconds += time.monotonic() - began

    def _build(self, rows: list[Row], finished: bool) -> Manifest:
        return build_manifest(
            self._id,
            self._request,
            with_links(with_earlier(rows, self._earlier), self._store.link),
            created_at=self._created_at,
            updated_at=_now(),
            finished=finished,
            simulated=self._simulated,
            name=self._name,
            spent_by_run=self._spent_by_run(rows, finished=finished),
            run_id=self._run,
        )

    def _spent_by_run(self, rows: list[Row], *, finished: bool) -> dict[str, RunPaid]:
        """Return what each run has paid. One that has paid nothing yet is there too, so that a retry knows of it."""
        outcomes = [outcome for row in rows for outcome in row["results"]]
        own = spent(outcomes)
        paid = {**self._others, **({self._run: own} if own or not finished else {})}
        of_models = {model: spent(each for each in outcomes if each["model"] == model) for model in self._models}
        about = {"month": self._month, "by_model": {model: each.record for model, each in of_models.items() if each}}
        known = {**self._about, **({self._run: cast(RunPaid, about)} if own else {})}
        return {run: cast(RunPaid, {**each.record, **known.get(run, {})}) for run, each in paid.items()}

    async def begin(self) -> bool:
        """Read the start time, cost and rows of earlier runs from the manifest; return whether this run has written it.

        A run that did not finish may not have recorded all that it paid, so its entries in the ledgers of the pairs
        that had not ended are added up, and once more at the end.

        Raises:
            StoreError: the store failed, or a newer version wrote the manifest.
        """
        self._created_at = _now()
        self._month = self._created_at[:7]
        store = self._retrying_store.together()
        self._known = await store.read(Area.THUMBNAILS, self._key)
        earlier = await self._take_over(store, self._known)
        if not earlier:
            return False
        self._last = earlier
        run = earlier.get("run_id", "")
        if run != self._run and not earlier["finished"]:
            self._unfinished_run, self._had_paid = run, self._others.get(run, NOTHING)
            outcomes = [each for row in earlier["rows"] for each in row["results"] if each["status"] == "pending"]
            self._pending = {
                account(run, each["thumbnail"]): each["original"]
                for each in outcomes
                if "original" in each and "thumbnail" in each
            }
            await self._add_ledgers(store)
        return self._run in (run, *earlier.get("spent_by_run", {}))

    async def _take_over(self, store: Store, found: Versioned | None) -> Manifest | None:
        """Take over what other runs wrote; return their manifest, None if there is none or it cannot be read."""
        manifest = await read_record(store, Area.THUMBNAILS, self._key, MANIFEST, found)
        if manifest:
            self._created_at = manifest["created_at"] if manifest["created_at"] != LONG_AGO else self._created_at
            self._earlier = with_asked(manifest)
            for run, paid in (manifest.get("spent_by_run") or {"": cast(RunPaid, manifest)}).items():
                self._note(run, Money.of(paid))
                about = {name: paid[name] for name in ("month", "by_model") if name in paid}
                self._about[run] = cast(RunPaid, about)
        return manifest

    async def _add_ledgers(self, store: Store) -> None:
        """Add what the ledgers say that the unfinished run paid for its last pairs: its leaves may have outlived it."""
        if self._unfinished_run:
            ledgers = await gather_limited(lambda original: read_ledger(store, original), self._pending.values())
            paid = (ledger.paid_by(account) for account, ledger in zip(self._pending, ledgers, strict=True))
            self._note(self._unfinished_run, sum(paid, self._had_paid))

    def _note(self, run: str, paid: Money) -> None:
        """Note what another run has paid by now. What it has paid only grows."""
        known = self._others.get(run, NOTHING)
        if run != self._run:
            self._others[run] = max(known, paid, key=lambda each: (each.dollars, each.pictures, each.maybe_billed))

    async def _with_covers(self, store: Store, rows: list[Row]) -> list[Row]:
        """Return the rows with their covers, which may show earlier takes, or those of other models."""
        known = await ensure_covers(
            store, with_earlier(rows, self._earlier)[: len(rows)], refresh=self._refresh, renewed=self._renewed
        )
        return [
            {**row, "cover": each["cover"]} if "cover" in each else row for row, each in zip(rows, known, strict=True)
        ]

    @property
    def earlier_rows(self) -> list[Row]:
        """The rows of earlier runs."""
        return self._earlier

    @property
    def last(self) -> Manifest | None:
        """The manifest of the last run, once this one has begun."""
        return self._last


def id_of(request: BatchRequest, settings: Settings) -> str:
    """Return the id of a request's batch. Simulated and real pictures are different batches."""
    return batch_id([identity(request), settings.simulate_providers])


def id_of_name(name: str, settings: Settings) -> str:
    """Return the id of the batch with this name."""
    return batch_id([identity_of_name(name), settings.simulate_providers])


def page_of(store: Store, manifest: Manifest, workflow: str) -> str:
    """Return a manifest's page. ``workflow`` is the workflow's name if this runs on Render."""
    address = addresses(store, "../../")
    data = address(manifest_key(manifest["batch_id"]))
    return render_page(manifest, home=address(START_PAGE_KEY), data=data, workflow=workflow)


def _now() -> str:
    return timestamp(datetime.now(UTC))
