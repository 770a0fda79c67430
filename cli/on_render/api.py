"""Starts a workflow's tasks and reads their runs, on Render or the CLI's dev server, through the SDK's client."""

import json
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from render_sdk import RenderAsync
from render_sdk.client import errors as sdk
from render_sdk.client.types import TaskRun, TaskRunDetails
from render_sdk.public_api.api.workflow_tasks import list_task_runs
from render_sdk.public_api.types import UNSET

from errors import InvalidRequestError, RenderBusyError, SettingsError
from network import network_faults, proxy_for, tls_context
from settings import read_api_key
from waiting import Clock

__all__ = ["Workflow"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Render's limit for arguments.
MAX_BYTES = 4_000_000
REQUEST_SECONDS = 60.0
# How many seconds to retry a failing API: to start a run, and to follow one, which continues meanwhile.
START_PATIENCE, FOLLOW_PATIENCE = 15.0, 600.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
PAGE = 100
PRODUCTION = "https://api.render.com"


class Workflow:
    """One workflow, by its slug. ``requests`` counts the API requests, which Render limits to 400 a minute."""

    def __init__(self, slug: str, clock: Clock | None = None) -> None:
        """Take the slug, such as ``blog-thumbnails``.

        Raises:
            SettingsError: RENDER_API_KEY is not set, nor a dev server, or the environment names a proxy or certificates
                that cannot be used.
        """
        self.slug = slug
        self.clock = clock or Clock()
        self.requests = 0
        client = RenderAsync(token=read_api_key()).client
        self._workflows, self._api = client.workflows, client.internal
        self._base_url = client.base_url
        self._status = 0
        if faults := network_faults([self._base_url]):
            raise SettingsError(faults)
        # Without these, the client reads the environment itself, and fails on ranges of IPv6 in NO_PROXY.
        self._api._httpx_args |= {"trust_env": False, "proxy": proxy_for(self._base_url)}
        self._api._verify_ssl = tls_context()
        http = self._api.get_async_httpx_client()
        http.timeout = REQUEST_SECONDS  # The client's 5 s are too short for 4 MB.
        http.event_hooks = {"response": [self._note_status]}  # The SDK's errors have no status.

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Keep the HTTP connection open during the block."""
        async with self._api:
            yield

    async def start(self, task: str, values: dict[str, Any]) -> str:
        """Start a task with named arguments and return its run's id.

        Raises:
            InvalidRequestError: Render refuses the key, the workflow, the task or the arguments.
            RenderError: the API failed.
        """
        size = len(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())
        if size > MAX_BYTES:
            sizes = f"The request is {size / 1e6:.1f} MB, and Render's limit is 4 MB"
            raise InvalidRequestError([f"{sizes}; run fewer posts, for example with --limit"])
        slug = f"{self.slug}/{task}"
        key = str(uuid.uuid4())  # Render starts one run per key, so a retry is safe.

        async def start() -> str:
            return (await self._workflows.start_task(slug, values, idempotency_key=key)).id

        return await self._call(start, slug, START_PATIENCE)

    async def run(self, run_id: str) -> TaskRunDetails:
        """Return a run with its arguments and results.

        Raises:
            InvalidRequestError, RenderError: as ``start``.
        """
        return await self._call(lambda: self._workflows.get_task_run(run_id), f"the run {run_id}", FOLLOW_PATIENCE)

    async def runs_of(self, root_id: str) -> dict[str, TaskRun]:
        """Return all runs under a root run, by id. The root itself may be among them.

        Raises:
            InvalidRequestError, RenderError: as ``start``.
        """
        found: dict[str, TaskRun] = {}
        cursor = ""
        while True:
            page = await self._call(
                lambda cursor=cursor: self._page(root_id, cursor),  # type: ignore[misc]
                f"the run {root_id}",
                FOLLOW_PATIENCE,
            )
            # The dev server ignores filter, limit and cursor.
            runs = {each.task_run.id: each.task_run for each in page if each.task_run.root_task_run_id == root_id}
            if len(page) < PAGE or runs.keys() <= found.keys():
                return found | runs
            found |= runs
            cursor = page[-1].cursor

    def commands(self, run_id: str) -> str:
        """Return the Render CLI's commands to look at a run and to cancel it."""
        local = "" if self._base_url == PRODUCTION else f" --local --port {urlsplit(self._base_url).port}"
        runs = "render workflows tasks runs"
        return f"  look at it:  {runs} show {run_id}{local}\n  cancel it:   {runs} cancel {run_id}{local}"

    async def _page(self, root_id: str, cursor: str) -> list[Any]:
        """Return one page of a root's runs. The SDK's own method has no filter by root."""
        found = await list_task_runs.asyncio(
            client=self._api, root_task_run_id=[root_id], limit=PAGE, cursor=cursor or UNSET
        )
        if not isinstance(found, list):
            raise sdk.ServerError(f"Render answers {self._status}")
        return found

    async def _call(self, ask: Callable[[], Awaitable[T]], what: str, patience: float) -> T:
        """Return the API's answer, retrying temporary failures for ``patience`` seconds."""
        until, pause = self.clock.now() + patience, FIRST_PAUSE
        while True:
            self.requests += 1
            self._status = 0
            try:
                return await ask()
            except Exception as error:
                explained = self._explained(error, what)
                if not isinstance(explained, RenderBusyError) or self.clock.now() + pause > until:
                    raise explained from None
                logger.warning("%s Trying again.", explained)
            await self.clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _explained(self, error: Exception, what: str) -> Exception:
        """Return the error with its remedy."""
        if self._status in (401, 403):
            remedy = f"Set a key that has access to {what}; create one under Account Settings in Render's Dashboard"
            return InvalidRequestError([f"Render does not accept RENDER_API_KEY ({self._status}). {remedy}"])
        if self._status == 404:
            remedy = "Check the workflow's slug in Render's Dashboard, and that its latest version is deployed"
            return InvalidRequestError([f"Render does not know {what}. {remedy}"])
        if isinstance(error, sdk.ClientError) and not isinstance(error, sdk.RateLimitError):
            return InvalidRequestError([f"Render refuses {what}: {error}"])
        return RenderBusyError(f"Render's API failed: {error}. Check your connection to {self._base_url}.")

    async def _note_status(self, response: Any) -> None:
        self._status = response.status_code
