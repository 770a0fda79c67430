"""The leaf's work, read from top to bottom: original, composite, upload."""

import asyncio
import logging
import time
from importlib import import_module

from compositing import COMPOSITOR_VERSION
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import TEMPLATES
from errors import ProviderRejectedError
from providers.choice import picture_request
from providers.registry import MODELS
from settings import Settings
from storage.keys import thumbnail_key
from storage.store import Area, StoredObject, open_store
from tasks.fan_out import Outcome
from tasks.originals import find_or_generate, key_of
from tasks.requests import ThumbnailRequest, clean_text

__all__ = ["make_thumbnail"]

logger = logging.getLogger(__name__)


async def make_thumbnail(request: ThumbnailRequest, settings: Settings, run_id: str | None = None) -> Outcome:
    """Make one thumbnail, or find it made, and return its outcome.

    ``run_id`` is the run's own, the same in each of its attempts. The timings are in seconds: getting the original,
    compositing, uploading.
    """
    model, title = MODELS[request.model], clean_text(request.title)
    picture = picture_request(
        model,
        settings,
        title=title,
        style=request.style,
        context=clean_text(request.context),
        extra_prompt=clean_text(request.extra_prompt),
        variation=request.variation,
    )
    key = thumbnail_key(
        original=key_of(picture),
        title=title,
        model=model.id,
        style=request.style,
        template=request.template,
        font=request.font,
        compositor_version=COMPOSITOR_VERSION,
    )
    store = open_store(settings)
    link = store.link(key)
    pair: Outcome = {"title": request.title, "model": model.id}
    outcome: Outcome = {
        "status": "ok",
        **pair,
        "served_by": picture.served_by,
        "image_url": link.url,
        **({"image_url_expires_at": link.expires_at} if link.expires_at else {}),
        "key": key,
        "template": request.template,
        "font": request.font,
    }

    if lay_out(title, load_font(request.font), TEMPLATES[request.template]).shortened:
        logger.warning("%s, %s: the title does not fit at any size and is shortened", title, model.id)
        outcome["title_shortened"] = True
    if await store.holds(Area.THUMBNAILS, key):
        logger.info("%s, %s: found finished, %s", title, model.id, key)
        return {**outcome, "reused": True}

    def prepare_compositing() -> None:
        import_module("compositing.thumbnail")
        logger.debug("%s, %s: ready to compose", title, model.id)

    began = time.perf_counter()
    try:
        original = await find_or_generate(picture, model, settings, store, run_id, prepare_compositing)
    except ProviderRejectedError as error:
        logger.warning("%s, %s: rejected, %s", title, model.id, error)
        return {"status": "rejected", **pair, "error": {"code": error.code, "message": str(error)}}
    got_original = time.perf_counter()

    from compositing.thumbnail import compose

    jpeg = await asyncio.to_thread(compose, original.canvas, title, request.template, request.font)
    composed = time.perf_counter()
    about = {"title": title, "model": model.id, "served-by": picture.served_by}
    await store.write(Area.THUMBNAILS, key, StoredObject(jpeg, "image/jpeg", about))
    uploaded = time.perf_counter()
    logger.info("%s, %s: %s, %s", title, model.id, "recomposed" if original.reused else "generated", key)
    return {
        **outcome,
        "reused": original.reused,
        **({"usage": dict(original.usage)} if original.usage else {}),
        "original_seconds": round(got_original - began, 3),
        "composite_seconds": round(composed - got_original, 3),
        "upload_seconds": round(uploaded - composed, 3),
    }
