"""The leaf's work, read from top to bottom: original, composite, upload."""

import asyncio
import logging
from importlib import import_module
from typing import Literal

from compositing import MOST_BYTES
from compositing.layout import lay_out
from compositing.templates import TEMPLATES
from errors import (
    DamagedOriginalError,
    ProviderRejectedError,
    QuotaWaitTooLongError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
    ThumbnailError,
    UnusableAnswersError,
)
from outcomes import Finished, Unfinished
from settings import LEAF_TIMEOUT_SECONDS, Settings
from storage.choice import open_store
from storage.patience import patient_store
from storage.store import Area, ObjectInfo, StoredObject
from tasks.fault_injection import crash_once
from tasks.originals import find_or_generate
from tasks.requests import ThumbnailRequest
from tasks.work import Work, work_of
from text import alt_text
from waiting import Attempt

__all__ = ["make_thumbnail"]

logger = logging.getLogger(__name__)

# Seconds that a leaf keeps for what comes after its original, and for its start.
RESERVE_SECONDS = 60
# Bytes: no JPEG of the canvas is smaller, and none is made larger.
THUMBNAIL_SIZES = range(2_000, MOST_BYTES + 1)


async def make_thumbnail(
    request: ThumbnailRequest, settings: Settings, attempt: Attempt | None = None
) -> Finished | Unfinished:
    """Make one thumbnail, or find it made, and return its outcome.

    Where another attempt cannot help, the outcome is ``rejected`` (by the provider) or ``failed``; what another attempt
    may mend is raised. The timings are in seconds: getting the original, compositing, uploading, and how long the
    provider had this leaf wait.
    """
    attempt = attempt or Attempt()
    work = work_of(request, settings)
    try:
        return await _make(request, work, settings, attempt)
    except ProviderRejectedError as error:
        return _unfinished("rejected", request, work, error)
    except (StoreUnavailableError, StoreFullError):
        raise
    except (StoreError, DamagedOriginalError, UnusableAnswersError, QuotaWaitTooLongError) as error:
        return _unfinished("failed", request, work, error)


async def _make(request: ThumbnailRequest, work: Work, settings: Settings, attempt: Attempt) -> Finished:
    model, title, key, clock = work.model, work.title, work.thumbnail_key, attempt.clock
    store = patient_store(
        open_store(settings), settings.store_patience_seconds, attempt, LEAF_TIMEOUT_SECONDS - RESERVE_SECONDS
    )
    link = store.link(key)
    outcome: Finished = {
        "status": "ok",
        "title": request.title,
        "model": model.id,
        "served_by": work.picture.served_by,
        "image_url": link.url,
        "key": key,
        "alt": alt_text(request.title, request.style, work.brand.name),
        "template": request.template,
        "font": request.font,
        "reused": True,
    }
    if link.expires_at:
        outcome["image_url_expires_at"] = link.expires_at

    layout = lay_out(request.title, work.brand.load_font(request.font), TEMPLATES[request.template], brand=work.brand)
    if layout.shortened:
        logger.warning("%s: the title does not fit at any size and is shortened", work)
        outcome["title_shortened"] = True
    attempt.enter("looking")
    if looks_finished(await store.stat(Area.THUMBNAILS, key)):
        logger.info("%s: found finished, %s", work, key)
        return outcome

    def prepare_compositing() -> None:
        import_module("compositing.thumbnail")
        logger.debug("%s: ready to compose", work)

    began = clock.now()
    original = await find_or_generate(work, settings, store, attempt, prepare_compositing)
    got_original = clock.now()
    if request.model == settings.crash_model:
        await crash_once(store, key, attempt.run_id)

    from compositing.thumbnail import compose
    from compositing.xmp import Provenance, xmp_packet

    attempt.enter("composing")
    served_by, simulated = work.picture.served_by, settings.simulate_providers
    xmp = xmp_packet(Provenance(outcome["alt"], served_by, simulated, clock.date()))
    jpeg = await asyncio.to_thread(compose, original.canvas, layout, xmp)
    composed = clock.now()
    attempt.enter("uploading")
    about = {"title": title, "model": model.id, "served-by": served_by}
    await store.write(Area.THUMBNAILS, key, StoredObject(jpeg, "image/jpeg", about))
    uploaded = clock.now()
    logger.info("%s: %s, %s", work, "recomposed" if original.reused else "generated", key)
    outcome["reused"] = original.reused
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


def looks_finished(found: ObjectInfo | None) -> bool:
    """Say whether what is under a thumbnail's key can be one. What cannot, damaged or not ours, is made again."""
    return found is not None and found.size in THUMBNAIL_SIZES and found.content_type == "image/jpeg"


def _unfinished(
    status: Literal["rejected", "failed"], request: ThumbnailRequest, work: Work, error: ThumbnailError
) -> Unfinished:
    logger.info("%s: %s, %s", work, status, error)
    return {
        "status": status,
        "title": request.title,
        "model": request.model,
        "error": {"code": error.code, "message": str(error)},
    }
