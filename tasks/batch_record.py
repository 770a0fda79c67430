"""What a batch leaves behind: its result, its manifest, and the page that shows it."""

import json
import logging
from typing import Any

from errors import StoreError
from gallery.manifest import build_manifest
from gallery.page import render_page
from settings import Settings
from storage.keys import batch_id, manifest_key, page_key
from storage.store import Area, StoredObject, open_store
from tasks.fan_out import counts
from tasks.requests import BatchRequest

__all__ = ["keep_record"]

logger = logging.getLogger(__name__)

# Below the 4 MB that Render's limits allow, with room for the rest of the result and its base64.
MOST_BYTES = 2_500_000


async def keep_record(
    request: BatchRequest, rows: list[dict[str, Any]], settings: Settings, most_bytes: int = MOST_BYTES
) -> dict[str, Any]:
    """Write the batch's manifest and page, and return the batch's result.

    Rows that take more than ``most_bytes`` of JSON are in the manifest only; the result's are empty then. A store that
    fails now takes nothing back: the thumbnails are there, and the result says where; the record's URLs are None then.
    """
    store = open_store(settings)
    values = request.model_dump()
    batch = batch_id([values, settings.simulate_providers])
    summary = counts([outcome for row in rows for outcome in row["results"]])
    manifest = build_manifest(batch, values, summary, rows)
    urls: list[str | None] = []
    for key, text, content_type in (
        (manifest_key(batch), json.dumps(manifest, ensure_ascii=False, indent=1), "application/json"),
        (page_key(batch), render_page(manifest), "text/html; charset=utf-8"),
    ):
        try:
            await store.write(Area.THUMBNAILS, key, StoredObject(text.encode(), content_type, immutable=False))
            urls.append(store.link(key).url)
        except StoreError as error:
            logger.error("%s was not written: %s", key, error)
            urls.append(None)
    if len(json.dumps(rows)) > most_bytes:
        logger.warning("the result's rows take more than %d bytes: they are in the manifest alone", most_bytes)
        rows = []
    # The rows come last: where a log cuts a long result off, the links to all of it have been shown.
    return {"batch_id": batch, "summary": summary, "manifest_url": urls[0], "gallery_url": urls[1], "rows": rows}
