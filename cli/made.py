"""A batch that was made before: found by its name or its source, in the store or at its public address."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from batch.checks import check_request
from batch.choices import batch_manifest
from batch.record import id_of, id_of_name
from batch.requests import BatchRequest, bind
from cli.reading.environment import local_settings
from cli.reading.inputs import read_input
from cli.reading.options import Options, given_settings
from errors import Fault, InvalidRequestError
from gallery.manifest import MANIFEST, Manifest
from posts.fetch import fetch
from settings import Settings
from storage.keys import manifest_key, page_key
from storage.opening import open_store
from storage.store import Store

__all__ = ["Made", "find_made"]


@dataclass(frozen=True)
class Made:
    """A batch, with the address of its page and its manifest.

    ``request`` is what a run would ask for now, or None if the batch's name was enough to find it. ``store`` is None
    if it is on Render.
    """

    manifest: Manifest
    page: str
    manifest_url: str
    request: BatchRequest | None
    settings: Settings
    store: Store | None = None


def find_made(options: Options, *, with_posts: bool = False) -> Made:
    """Return the batch that the options mean. ``with_posts`` reads its source even if its name is known.

    Whether its pictures are simulated depends on the keys that are set here: if there is no batch of the one kind, the
    other is meant.

    Raises:
        InvalidRequestError: there is no such batch, or its source or address is missing or cannot be read.
        StoreError: the store failed.
    """
    settings = local_settings(given_settings(options))
    request = _request(options, settings) if options.source and (with_posts or not options.name) else None
    if request is None and not options.name:
        raise InvalidRequestError(["It is unknown which batch is meant. Name its source, or write it into covers.toml"])
    ids = [
        id_of(request, each) if request else id_of_name(str(options.name), each)
        for each in (settings, replace(settings, simulate_providers=not settings.simulate_providers))
    ]
    return _there(options, ids, request, settings) if options.on else _here(ids, request, settings)


def _request(options: Options, settings: Settings) -> BatchRequest:
    values = bind(BatchRequest, [], read_input(options, None if options.on else settings))
    return check_request(BatchRequest, values, None)


def _here(ids: Sequence[str], request: BatchRequest | None, settings: Settings) -> Made:
    store = open_store(settings)

    async def find() -> Manifest:
        own, other = ids
        try:
            return await batch_manifest(store, own)
        except InvalidRequestError as error:
            try:
                return await batch_manifest(store, other)
            except InvalidRequestError:
                raise error from None

    manifest = asyncio.run(find())
    page, data = (store.link(key(manifest["batch_id"])).url for key in (page_key, manifest_key))
    return Made(manifest, page, data, request, settings, store)


def _there(options: Options, ids: Sequence[str], request: BatchRequest | None, settings: Settings) -> Made:
    if not options.address:
        what = "where the covers on Render are public is unknown"
        remedy = "Give --address, the beginning of the page's address up to batches/, or write it into covers.toml"
        raise InvalidRequestError([f"{what}. {remedy}"])
    root = options.address.partition("batches/")[0].rstrip("/")
    faults: list[Fault | str] = []
    for batch_id in ids:
        url = f"{root}/{quote(manifest_key(batch_id))}"
        try:
            manifest, _ = MANIFEST.salvage(fetch(url))
        except InvalidRequestError as error:
            faults += error.faults
            continue
        if manifest:
            return Made(manifest, f"{root}/{quote(page_key(batch_id))}", url, request, settings)
        faults.append(f"{url} is no manifest. Check the address")
    raise InvalidRequestError(faults[:1])
