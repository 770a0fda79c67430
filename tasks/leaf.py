"""The leaf's work, read from top to bottom: original, composite, upload."""

import asyncio
import logging
import time
from importlib import import_module

from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import TEMPLATES
from errors import ProviderRejectedError
from settings import Settings
from storage.store import Area, StoredObject, open_store
from tasks.fan_out import Outcome
from tasks.fault_injection import crash_once
from tasks.originals import find_or_generate
from tasks.requests import ThumbnailRequest
from tasks.stages import enter
from tasks.work import work_of

__all__ = ["make_thumbnail"]

logger = logging.getLogger(__name__)


async def make_thumbnail(request: ThumbnailRequest, settings: Settings, run_id: str | None = None) -> Outcome:
    """Make one thumbnail, or find it made, and return its outcome.

    ``run_id`` is the run's own, the same in each of its attempts. The timings are in seconds: getting the original,
    compositing, uploading.
    """
    work = work_of(request, settings)
    model, title, key = work.model, work.title, work.thumbnail_key
    store = open_store(settings)
    link = store.link(key)
    pair: Outcome = {"title": request.title, "model": model.id}
    outcome: Outcome = {
        "status": "ok",
        **pair,
        "served_by": work.picture.served_by,
        "image_url": link.url,
        **({"image_url_expires_at": link.expires_at} if link.expires_at else {}),
        "key": key,
        "template": request.template,
        "font": request.font,
    }

    layout = lay_out(request.title, load_font(request.font), TEMPLATES[request.template])
    if layout.shortened:
        logger.warning("%s: the title does not fit at any size and is shortened", work)
        outcome["title_shortened"] = True
    enter("looking")
    if await store.holds(Area.THUMBNAILS, key):
        logger.info("%s: found finished, %s", work, key)
        return {**outcome, "reused": True}

    def prepare_compositing() -> None:
        import_module("compositing.thumbnail")
        logger.debug("%s: ready to compose", work)

    began = time.perf_counter()
    try:
        original = await find_or_generate(work, settings, store, run_id, prepare_compositing)
    except ProviderRejectedError as error:
        logger.info("%s: rejected, %s", work, error)
        return {"status": "rejected", **pair, "error": {"code": error.code, "message": str(error)}}
    got_original = time.perf_counter()
    if request.model == settings.crash_model:
        await crash_once(store, key, run_id)

    from compositing.thumbnail import compose

    enter("composing")
    jpeg = await asyncio.to_thread(compose, original.canvas, layout)
    composed = time.perf_counter()
    enter("uploading")
    about = {"title": title, "model": model.id, "served-by": work.picture.served_by}
    await store.write(Area.THUMBNAILS, key, StoredObject(jpeg, "image/jpeg", about))
    uploaded = time.perf_counter()
    logger.info("%s: %s, %s", work, "recomposed" if original.reused else "generated", key)
    return {
        **outcome,
        "reused": original.reused,
        **({"usage": dict(original.usage)} if original.usage else {}),
        "original_seconds": round(got_original - began, 3),
        "composite_seconds": round(composed - got_original, 3),
        "upload_seconds": round(uploaded - composed, 3),
    }
