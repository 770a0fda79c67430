"""The leaf, from top to bottom: get the original, composite, upload."""

import asyncio
import logging
from importlib import import_module
from typing import Literal

from batch.budget import paid_for
from batch.pairs import Pair, is_thumbnail, pair_of
from batch.requests import ThumbnailRequest
from compositing.bugs import composing
from compositing.layout import lay_out
from compositing.templates import TEMPLATES
from errors import (
    CompositingError,
    InjectedCrashError,
    LostPictureError,
    ProviderRejectedError,
    ThumbnailError,
)
from originals.find import find_or_buy
from outcomes import Finished, Unfinished, with_paid
from settings import LEAF_TIMEOUT_SECONDS, Settings
from storage.opening import open_store
from storage.retrying_store import RetryingStore, retrying_store
from storage.store import Area, Store, StoredObject
from waiting import Attempt

__all__ = ["make_thumbnail"]

logger = logging.getLogger(__name__)

# Seconds reserved for starting up, and for the steps after the original.
RESERVE_SECONDS = 60


async def make_thumbnail(
    request: ThumbnailRequest, settings: Settings, attempt: Attempt | None = None
) -> Finished | Unfinished:
    """Make one thumbnail, or find it in the store, and return its outcome.

    If a retry cannot help, the outcome is ``rejected`` (by the provider) or ``failed``. Errors that a retry may fix are
    raised, and so are bugs, as CompositingError. The timings are in seconds: getting the original, compositing,
    uploading, and waiting for the provider's quota.
    """
    attempt = attempt or Attempt()
    pair, store = pair_of(request, settings), open_store(settings)
    seconds = LEAF_TIMEOUT_SECONDS - RESERVE_SECONDS
    retrying = retrying_store(store, settings.store_patience_seconds, attempt, seconds)
    try:
        return await _make(pair, settings, attempt, retrying)
    except ProviderRejectedError as error:
        outcome = _unfinished("rejected", pair, error)
    except LostPictureError as error:
        return with_paid(_unfinished("failed", pair, error), error.paid)
    except ThumbnailError as error:
        if not error.permanent or isinstance(error, CompositingError):
            raise
        outcome = _unfinished("failed", pair, error)
    return with_paid(outcome, await paid_for(store, pair, attempt.paying_run))


async def _make(pair: Pair, settings: Settings, attempt: Attempt, store: RetryingStore) -> Finished:
    request, model, title, key, clock = pair.request, pair.model, pair.title, pair.thumbnail_key, attempt.clock
    outcome = pair.found(store)
    with composing(pair):
        font, template = pair.brand.load_font(request.font), TEMPLATES[request.template]
        layout = lay_out(pair.drawn, font, template, brand=pair.brand)
    if layout.shortened:
        logger.warning("%s: the title does not fit at any size, so it ends in an ellipsis; shorten it", pair)
        outcome["title_shortened"] = True
    attempt.on_stage("looking")
    if is_thumbnail(await store.stat(Area.THUMBNAILS, key)):
        logger.info("%s: found in the store, %s", pair, key)
        return with_paid(outcome, await paid_for(store, pair, attempt.paying_run))

    def prepare_compositing() -> None:
        import_module("compositing.thumbnail")
        logger.debug("%s: ready to compose", pair)

    began = clock.now()
    wanted = pair.wanted_by(attempt.paying_run)
    original = await find_or_buy(wanted, settings, store, attempt, prepare_compositing)
    got_original = clock.now()
    attempt.on_stage("composing")
    if request.model == settings.crash_model:
        await _crash_once(store, key, attempt.run_id)

    served_by, simulated = pair.picture.served_by, settings.simulate_providers
    with composing(pair):
        from compositing.thumbnail import compose
        from compositing.xmp import Provenance, xmp_packet

        xmp = xmp_packet(Provenance(outcome["alt"], served_by, simulated, clock.date()))
        jpeg = await asyncio.to_thread(compose, original.canvas, layout, xmp, simulated=simulated)
    composed = clock.now()
    attempt.on_stage("uploading")
    metadata = {"title": title, "model": model.id, "served-by": served_by}
    await store.write(Area.THUMBNAILS, key, StoredObject(jpeg, "image/jpeg", metadata))
    uploaded = clock.now()
    outcome = with_paid(outcome, original.paid)
    logger.info("%s: %s, %s", pair, "recomposed" if outcome["reused"] else "generated", key)
    if original.usage:
        outcome["usage"] = dict(original.usage)
    if original.unusable_answers:
        outcome["unusable_answers"] = original.unusable_answers
    if original.throttled_seconds:
        outcome["throttled_seconds"] = round(original.throttled_seconds, 3)
    outcome["original_seconds"] = round(got_original - began, 3)
    outcome["composite_seconds"] = round(composed - got_original, 3)
    outcome["upload_seconds"] = round(uploaded - composed, 3)
    return outcome


def _unfinished(status: Literal["rejected", "failed"], pair: Pair, error: ThumbnailError) -> Unfinished:
    logger.info("%s: %s, %s", pair, status, error)
    return {
        "status": status,
        "title": pair.request.title,
        "model": pair.request.model,
        "error": {"code": error.code, "message": str(error)},
    }


async def _crash_once(store: Store, key: str, run_id: str | None) -> None:
    """Crash on purpose on a run's first attempt at a thumbnail, to demonstrate the retry.

    By then the picture is paid for, and the retry finds it in the store. A small marker there records the crash.

    Raises:
        InjectedCrashError: this is the first attempt.
    """
    marker = StoredObject(b"crashed here once", "text/plain")
    if await store.create(Area.ORIGINALS, f"crashes/{run_id or 'run'}/{key}", marker) is not None:
        raise InjectedCrashError("Crashed on purpose, as CRASH_FIRST_ATTEMPT_OF_MODEL asks; the retry continues.")
