"""Writes the page that is made from a record, from the record's newest version."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from storage.keys import START_PAGE_KEY
from storage.store import Area, Store, StoredObject, Versioned

__all__ = ["addresses", "write_page"]


async def write_page(
    store: Store, record_key: str, record: Versioned, page_key: str, render: Callable[[Versioned], Awaitable[str]]
) -> str:
    """Write the page of a record that was just written, and return the page's address.

    A record's write is conditional and its page's is not, so another program may have changed the record meanwhile, and
    its page been overwritten by this older one. So this looks again after writing.

    Raises:
        StoreError: the store failed.
    """
    while True:
        page = await render(record)
        stored = StoredObject(page.encode(), "text/html; charset=utf-8", immutable=False)
        await store.write(Area.THUMBNAILS, page_key, stored)
        newest = await store.stat(Area.THUMBNAILS, record_key)
        if newest is None or newest.version == record.version:
            return store.link(page_key).url
        record = await store.read(Area.THUMBNAILS, record_key) or record


def addresses(store: Store, root: str = "") -> Callable[[str], str]:
    """Return a function from a key to its address: a presigned link if the bucket is private, else relative.

    A relative address works wherever the page is opened from; ``root`` is the path from the page to the bucket's root.
    """
    if store.link(START_PAGE_KEY).expires_at:
        return lambda key: store.link(key).url
    return lambda key: f"{root}{quote(key)}"
