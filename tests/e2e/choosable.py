"""A batch whose posts can be chosen covers for, on its page, and what a reader does there and sees."""

import asyncio
import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from gallery.page import Live, render_page
from settings import read_settings
from storage.directory_store import DirectoryStore
from storage.store import Area, Store, StoredObject
from tests.support.batches import manifest, missing, ok
from tests.support.large_batch import PICTURE

MODELS = ["gpt-image-1", "dall-e-3", "gpt-image-2", "gemini-3-pro-image", "gemini-nano-banana-2.1"]
TITLES = ["Why fan-out beats a loop", "كيف نصنع الأغلفة", "Café society", "Five of a kind"]
# Which models made each post's pictures; the others were rejected.
DRAWN = [{0, 1}, {0, 1, 2}, {1, 2}, {0, 1, 2, 3, 4}]


def key(post: int, model: str, look: str = "neon") -> str:
    return f"{look}/post-{post}/{model}-00.jpg"


def write_batch(
    store: Store,
    drawn: Sequence[set[int]] = DRAWN,
    *,
    numbers: Sequence[int] = (),
    models: Sequence[str] = MODELS,
    live: Live | None = None,
    originals: bool = False,
    look: str = "neon",
    **changes: Any,
) -> str:
    """Write a batch with its covers, only the second of which was chosen, and return its page's address.

    ``drawn`` says for each post which of MODELS made its pictures, ``numbers`` the posts' numbers, if not in order.
    With ``originals`` the outcomes name theirs, which are the same in each ``look``.
    """

    def place(each: str) -> dict[str, str]:
        link = store.link(each)
        return {"image_url": link.url, **({"image_url_expires_at": link.expires_at} if link.expires_at else {})}

    def outcome(number: int, title: str, model: str, made: Sequence[str]) -> Any:
        picture = key(number, model, look)
        known = {"original": f"originals/{number}-{model}.png"} if originals else {}
        drawn = ok(title, model, key=picture, **place(picture), **known)
        return drawn if model in made else missing("rejected", title, model)

    rows, posts, keys = [], [], []
    for number, indices in zip(numbers or range(len(drawn)), drawn, strict=True):
        title = TITLES[number % len(TITLES)]
        made = [model for each, model in enumerate(MODELS) if each in indices and model in models]
        rows.append([outcome(number, title, model, made) for model in models])
        posts.append(post_of(number, made, place(f"covers/post-{number}.jpg")))
        keys += [*(key(number, model, look) for model in made), f"covers/post-{number}.jpg"]
    written = manifest(*rows, posts=changes.pop("posts", posts), models=list(models), **changes)
    address = store.link("index.html").url if store.link("index.html").expires_at else "../../index.html"
    page = render_page(written, home=address, data="manifest.json", live=live).encode()
    page_key = f"batches/{written['batch_id']}/index.html"

    async def write() -> None:
        await store.prepare()
        for each in keys:
            await store.write(Area.THUMBNAILS, each, StoredObject(PICTURE.read_bytes(), "image/jpeg"))
        await store.write(Area.THUMBNAILS, page_key, StoredObject(page, "text/html; charset=utf-8", immutable=False))

    with ThreadPoolExecutor() as pool:  # The browser's own event loop runs in this thread.
        pool.submit(asyncio.run, write()).result()
    return store.link(page_key).url


def post_of(number: int, made: Sequence[str], place: dict[str, str]) -> dict[str, Any]:
    """Return a post with its first picture as its cover; one without a picture has none."""
    if not made:
        return {"slug": f"post-{number}"}
    cover = {"key": f"covers/post-{number}.jpg", "thumbnail": key(number, made[0]), "model": made[0], "variation": 0}
    return {"slug": f"post-{number}", "cover": {**cover, **place, "chosen": number == 1}}


def directory(folder: Path) -> Store:
    return DirectoryStore(read_settings({"THUMBNAILS_DIR": str(folder)}))


def press(page: Page, *keys: str) -> None:
    for each in keys:
        page.keyboard.press(each)


def tally(page: Page) -> str:
    """Return what the page says of the posts and their covers."""
    return page.locator(".choices b").inner_text()


def chosen(page: Page) -> list[str | None]:
    """Return the keys of the pictures that are shown as chosen, and to a screen reader as pressed."""
    for card in page.locator("main li:has([value=choose])").all():
        pressed = card.locator("[value=choose]").get_attribute("aria-pressed") == "true"
        assert pressed == (card.get_attribute("data-chosen") is not None)
    return [each.get_attribute("data-key") for each in page.locator("main li[data-chosen]").all()]


def saved(page: Page) -> tuple[str, dict[str, Any]]:
    """Press the key for saving; return the file's name and what is in it."""
    with page.expect_download() as download:
        page.keyboard.press("s")
    name = download.value.suggested_filename
    assert re.fullmatch(r"choices(-\d\d(\d\d)?){6}\.json", name)
    return name, json.loads(download.value.path().read_text())


def said(page: Page) -> str:
    return page.locator("dialog[open] .said, body > .said").last.text_content() or ""


def covers(*, chosen: int, posts: int = 4) -> str:
    """Return what the page says of covers when all posts have one and these many were chosen."""
    return f"All {posts} posts have a cover; {chosen} chosen by you"
