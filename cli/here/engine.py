"""Runs tasks in this process, as Render does in instances.

Arguments and results pass through JSON as on the wire, each task's own retry policy and timeout apply, and only the
text of an error reaches the parent. Unlike Render, the engine sees which errors are permanent, and does not retry them.
"""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

from render_sdk import Options, Retry, TaskRunMetadata, Workflows
from render_sdk.client.errors import TaskRunError
from render_sdk.workflows import TaskDefinition

from cli.events import Input, RunEvent
from errors import StoppedError, ThumbnailError
from settings import Settings, settings_in_force
from waiting import Attempt, Stop, cancel_and_wait, current_attempt, race

__all__ = ["Engine"]

P = ParamSpec("P")
R = TypeVar("R")


class Engine:
    """Runs the tasks of an app, one root at a time, and reports every step to an observer."""

    def __init__(
        self,
        app: Workflows,
        observe: Callable[[RunEvent], None],
        settings: Settings | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Take the app, the observer, the tasks' settings (the environment's by default), and how a retry waits."""
        self._settings = settings
        self._app = app
        self._observe = observe
        self._sleep = sleep
        self._root: asyncio.Task[Any] | None = None
        self._stop = Stop()
        self._active = self._held = 0

    def stop(self) -> None:
        """Start no further subtask and no retry. Once the attempts in progress have ended, the root is cancelled.

        So pictures that are already being paid for arrive and are kept, and leaves that only wait, for a quota or the
        store, end at once. A root that has nothing left to wait for ends on its own.
        """
        self._stop.request()

    def cancel(self) -> None:
        """Cancel the root, and every attempt in progress with it."""
        if self._root:
            self._root.cancel()

    async def run(self, task: str, arguments: Input, parent: TaskRunMetadata | None = None) -> Any:
        """Run a task by its name, with its retries, and return its result.

        Raises:
            Exception: the error of the last attempt, as the task raised it, or TimeoutError.
        """
        # The SDK has no public way to a registered task's options; the worker's runner reads them here too.
        info = self._app._registry.get_task(task)
        if info is None:
            raise ValueError(f"no task is named {task!r}")
        run_id = f"run-{uuid.uuid4()}"  # Other processes' runs share the store.
        root = parent.root_task_run_id if parent else run_id
        metadata = TaskRunMetadata(run_id, root, parent.task_run_id if parent else None)
        if parent is None:
            self._root = asyncio.current_task()
        sent = json.dumps(arguments)
        retries = 0
        event = partial(RunEvent, task=task, run_id=run_id, arguments=arguments)

        def begin() -> None:
            attempt = Attempt(
                stop=self._stop,
                on_stage=lambda stage: self._observe(event("stage", stage=stage)),
                on_found=lambda leaves: self._observe(event("found", found=tuple(map(tuple, leaves)))),
                on_estimate=lambda cost: self._observe(event("estimated", estimate=cost)),
            )
            settings_in_force.set(self._settings)
            current_attempt.set(attempt)
            self._observe(event("started"))

        while True:
            if parent and self._stop.requested:
                self._observe(event("stopped"))
                await self._hold()
            self._active += bool(parent)
            begin()
            try:
                result = await self._attempt(info.func, info.options, json.loads(sent), metadata)
            except StoppedError:
                if parent is None:
                    raise
                continue
            except asyncio.CancelledError:
                self._observe(event("stopped"))
                raise
            except Exception as error:
                permanent = isinstance(error, ThumbnailError) and error.permanent
                wait = None if permanent else _wait_before_retry(info.options.retry, retries)
                if wait is None or (parent is None and self._stop.requested):
                    self._observe(event("failed", error=str(error)))
                    raise
                self._observe(event("retrying", error=str(error), wait_seconds=wait))
            else:
                self._observe(event("completed", outcome=result if parent else None))
                return result
            finally:
                self._active -= bool(parent)
                self._cancel_when_idle()
            await cancel_and_wait(await race(self._sleep(wait), self._stop.wait()))
            retries += 1

    async def _hold(self) -> None:
        """Keep a subtask from starting, until the root is cancelled."""
        self._held += 1
        self._cancel_when_idle()
        await asyncio.get_running_loop().create_future()

    def _cancel_when_idle(self) -> None:
        if self._held and not self._active:
            self.cancel()

    async def _attempt(
        self, function: Callable[..., Any], options: Options, arguments: Input, metadata: TaskRunMetadata
    ) -> Any:
        context = _LocalContext(self, metadata)
        try:
            async with asyncio.timeout(options.timeout_seconds):
                if isinstance(arguments, dict):
                    result = await function(context, **arguments)
                else:
                    result = await function(context, *arguments)
        except TimeoutError as error:
            raise TimeoutError(f"the task exceeded its timeout of {options.timeout_seconds} s") from error
        received = json.loads(json.dumps(result if isinstance(result, list) else [result]))
        return received[0] if len(received) == 1 else received


class _LocalContext:
    """The TaskContext of one run."""

    def __init__(self, engine: Engine, metadata: TaskRunMetadata) -> None:
        self._engine = engine
        self._metadata = metadata

    @property
    def metadata(self) -> TaskRunMetadata:
        return self._metadata

    async def run(self, task: TaskDefinition[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if args and kwargs:
            raise ValueError("a task takes positional or named arguments, not both")
        try:
            result: R = await self._engine.run(task.name, kwargs or list(args), self._metadata)
        except Exception as error:
            raise TaskRunError(f"Subtask failed: {error}") from None
        return result


def _wait_before_retry(retry: Retry | None, retries: int) -> float | None:
    """Return the seconds to wait before the next attempt, or None where none is left: wait x factor^retries."""
    if retry is None or retries >= retry.max_retries:
        return None
    return retry.wait_duration_ms / 1000 * float(retry.backoff_scaling) ** retries
