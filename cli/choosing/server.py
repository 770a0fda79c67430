"""Brings a batch's page to the browser of this machine, and applies what is done there. Nothing else is reachable.

Another site in the same browser, or another program on this machine, must not act here: the address has a random port
and token, each request must name that host, an action must come from the page's own origin as JSON, and no other page
may show this one in a frame.
"""

import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from cli.choosing.desk import Desk
from errors import InvalidRequestError, ThumbnailError
from gallery.live import Live, answer
from gallery.manifest import Manifest, manifest_text
from gallery.page import render_page
from storage.keys import page_key
from storage.store import Area, Store

__all__ = ["ChoosingServer"]

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
MAX_BYTES = 10_000  # An action is a slug and a key.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# What each action takes, as gallery/live.py says. A picture is named by the first two of its fields, all but one texts.
SLUG, PICTURE = frozenset({"slug"}), frozenset({"thumbnail", "original"})
ABOUT_A_PICTURE = frozenset({"model", "variation"})
TAKES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("choose", "take", "remove"), SLUG | PICTURE),
    "without": SLUG,
    "everywhere": frozenset({"model"}),
    **dict.fromkeys(("rest", "look", "undo"), frozenset()),
}


class ChoosingServer:
    """Serves one batch's page on a random port, under a random token."""

    def __init__(self, store: Store, desk: Desk, prices: Callable[[Manifest], Mapping[str, str]]) -> None:
        """Take the store that has the pictures, the desk, and what another picture by each model costs, in words."""
        self._store, self._desk, self._prices = store, desk, prices
        self._token, self._host = secrets.token_urlsafe(24), ""
        self._keys: set[str] = set()
        application = web.Application(middlewares=[self._guard], client_max_size=MAX_BYTES)
        application.router.add_post("/{token}/act/{action}", self._act)
        application.router.add_get("/{token}/{key:.+}", self._show)
        # Pictures that are being paid for arrive before it ends.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=600)

    async def start(self) -> str:
        """Start serving, and return the page's address."""
        manifest = await self._desk.manifest()
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, 0)
        await site.start()
        self._host = f"{LOOPBACK}:{self._runner.addresses[0][1]}"
        return f"http://{self._host}/{self._token}/{page_key(manifest['batch_id'])}"

    async def stop(self) -> None:
        """Take no more requests, and wait for those that are under way."""
        await self._runner.cleanup()

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        token = request.match_info.get("token", "")
        if request.headers.get("Host") != self._host or not hmac.compare_digest(token.encode(), self._token.encode()):
            raise web.HTTPNotFound(headers=HEADERS)
        if request.method == "POST" and not self._is_own(request):
            raise web.HTTPForbidden(headers=HEADERS)
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(HEADERS)
            raise
        response.headers.update(HEADERS)
        return response

    def _is_own(self, request: web.Request) -> bool:
        """Return whether the page itself sent this, and not a form or a script of another one."""
        headers = request.headers
        return (
            headers.get("Origin") == f"http://{self._host}"
            and headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
            and request.content_type == "application/json"
        )

    async def _show(self, request: web.Request) -> web.Response:
        """Return the page, its data, or one of its pictures."""
        key = request.match_info["key"]
        manifest = await self._desk.manifest() if key.startswith("batches/") or key not in self._keys else None
        if manifest:
            self._keys = _pictures_of(manifest)
            if key == page_key(manifest["batch_id"]):
                return web.Response(text=self._page(manifest), content_type="text/html")
            if key == page_key(manifest["batch_id"]).replace("index.html", "manifest.json"):
                return web.Response(text=manifest_text(manifest), content_type="application/json")
        found = await self._store.read(Area.THUMBNAILS, key) if key in self._keys else None
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=found.data, content_type="image/jpeg")

    def _page(self, manifest: Manifest) -> str:
        live = Live(f"/{self._token}/act", self._prices(manifest), self._desk.undoes)
        return render_page(_here(manifest), home="index.html", data="manifest.json", live=live)

    async def _act(self, request: web.Request) -> web.Response:
        """Do what the page asks for, and return the posts as they are then."""
        action = request.match_info["action"]
        if action not in TAKES:
            raise web.HTTPNotFound
        try:
            done = await getattr(self._desk, action)(**await _values(request, TAKES[action]))
        except InvalidRequestError as error:
            return web.json_response({"error": ". ".join(map(str, error.faults))}, status=409)
        except (ThumbnailError, OSError) as error:
            logger.warning("%s failed: %s", action, error)
            return web.json_response({"error": str(error)}, status=502)
        self._keys = _pictures_of(done.manifest)
        return web.json_response(answer(_here(done.manifest), done.slugs, said=done.said, undo=self._desk.undoes))


async def _values(request: web.Request, names: frozenset[str]) -> dict[str, str]:
    """Return the texts that an action takes.

    Raises:
        HTTPBadRequest: they are not there, or something else is.
    """
    try:
        values = await request.json()
    except ValueError:
        values = None
    optional = {"original"} | (ABOUT_A_PICTURE if names >= PICTURE else frozenset())
    if not isinstance(values, dict) or not names - optional <= values.keys() <= names | optional:
        raise web.HTTPBadRequest
    taken = {name: value for name, value in values.items() if name in names}
    if not all(isinstance(value, str) for value in taken.values()):
        raise web.HTTPBadRequest
    return taken


def _pictures_of(manifest: Manifest) -> set[str]:
    made = {each["key"] for row in manifest["rows"] for each in row["results"] if each["status"] == "ok"}
    return made | {
        key for row in manifest["rows"] if "cover" in row for key in (row["cover"]["key"], row["cover"]["thumbnail"])
    }


def _here(manifest: Manifest) -> Manifest:
    """Return the manifest whose pictures this server brings, even if the store's own links expire."""
    for row in manifest["rows"]:
        for picture in (*row["results"], *([row["cover"]] if "cover" in row else [])):
            picture.pop("image_url_expires_at", None)  # type: ignore[typeddict-item]
    return manifest
