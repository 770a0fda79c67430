"""Follows a batch's run on Render, and reports its leaves with the same events as the local engine."""

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from render_sdk.client.types import TaskRun, TaskRunDetails, TaskRunStatus

from batch.requests import ThumbnailRequest, bind
from cli.events import Kind, RunEvent
from cli.on_render.api import Workflow
from cli.showing.board import Leaf, is_paid, pair_finder
from outcomes import Outcome, Row
from tasks import generate_batch, generate_thumbnail

__all__ = ["FAILED", "Following"]

FAILED = (TaskRunStatus.FAILED, TaskRunStatus.CANCELED)
ENDED = (TaskRunStatus.COMPLETED, TaskRunStatus.SUCCEEDED, *FAILED)
# Seconds between two looks at a batch, or per request of a look if that is longer: Render allows 400 a minute.
PAUSE, PAUSE_PER_REQUEST = 2.0, 0.2


@dataclass(frozen=True)
class LeafRun:
    """A leaf's run as last seen: its pair, its status, and how many attempts have failed."""

    pair: Leaf
    status: TaskRunStatus = TaskRunStatus.PENDING
    failures: int = 0


class Following:
    """Follows a batch's run by polling its subtasks' runs.

    Render's event stream reports only a run's end. So this lists the leaves' runs again and again. A list has neither
    arguments nor results, so each run whose status changed is then fetched.
    """

    def __init__(self, workflow: Workflow, observe: Callable[[RunEvent], None], pairs: Sequence[Leaf] = ()) -> None:
        """Take the workflow, an observer for the leaves' events, and a batch's pairs, in order."""
        self._workflow, self._observe, self._pairs = workflow, observe, pairs
        self._pair_of = pair_finder(pairs)
        self._leaves: dict[str, LeafRun] = {}
        self._ended: set[Leaf] = set()
        self._restarts = 0

    async def to_the_end(self, run_id: str) -> TaskRunDetails:
        """Return the run once it has ended.

        Raises:
            InvalidRequestError, RenderError: the API failed.
        """
        while True:
            before = self._workflow.requests
            runs = await self._workflow.runs_of(run_id)
            root = runs.pop(run_id, None) or await self._workflow.run(run_id)
            if root.status in ENDED:
                ended = await self._workflow.run(run_id)
                self._report_the_rest(ended)
                return ended
            if _failures(root) > self._restarts:
                self._restarts = _failures(root)
                self._ended.clear()
                error = _error(await self._workflow.run(run_id))
                self._observe(RunEvent("retrying", generate_batch.name, run_id, {}, error=error))
            for run in runs.values():
                await self._look(run)
            asked = self._workflow.requests - before
            await self._workflow.clock.sleep(max(PAUSE, asked * PAUSE_PER_REQUEST))

    async def _look(self, listed: TaskRun) -> None:
        """Report a leaf's change, if there is one."""
        seen = self._leaves.get(listed.id)
        if seen and (seen.status, seen.failures) == (listed.status, _failures(listed)):
            return
        run = await self._workflow.run(listed.id)
        leaf = self._leaves[run.id] = LeafRun(self._pair_of(_leaf(run)), run.status, _failures(run))
        if leaf.failures > (seen.failures if seen else 0):
            self._report("retrying", leaf, error=_error(run))
        if run.status in ENDED:
            self._ended.add(leaf.pair)
        if run.status in FAILED:
            self._report("failed", leaf, error=_error(run) or str(run.status))
        elif run.status in ENDED:
            self._report_outcome(leaf, run.results[0])
        elif run.status == TaskRunStatus.RUNNING:
            self._report("stage", leaf, stage="running")
        elif not leaf.failures:
            self._report("started", leaf)

    def _report_the_rest(self, run: TaskRunDetails) -> None:
        """Report the other outcomes: of pairs without a leaf, and of leaves that ended since the last look."""
        begun = {leaf.pair for leaf in self._leaves.values()}
        rows: list[Row] = run.results[0].get("rows", []) if run.results else []
        found: list[Leaf] = []
        unused = defaultdict[Leaf, deque[Leaf]](deque)
        for pair in self._pairs:
            unused[pair[:2]].append(pair)
        for outcome in (each for row in rows for each in row["results"]):
            same = outcome["title"], outcome["model"]
            pair = unused[same].popleft() if unused[same] else same  # Else it sets a cover anew, beside the request.
            if pair not in begun and outcome["status"] == "ok" and outcome["reused"]:
                found.append(pair)
            elif pair not in self._ended:
                self._report_outcome(LeafRun(pair), outcome)
        if found:
            self._observe(RunEvent("found", generate_batch.name, run.id, {}, found=tuple(found)))

    def _report_outcome(self, leaf: LeafRun, outcome: Outcome) -> None:
        if is_paid(outcome):
            self._report("stage", leaf, stage="storing")  # The engine's event for a picture that arrived.
        self._report("completed", leaf, outcome=outcome)

    def _report(
        self, kind: Kind, leaf: LeafRun, *, stage: str = "", outcome: Outcome | None = None, error: str = ""
    ) -> None:
        arguments = [*leaf.pair]
        self._observe(RunEvent(kind, generate_thumbnail.name, "", arguments, stage=stage, outcome=outcome, error=error))


def _leaf(run: TaskRunDetails) -> Leaf:
    given, named = (run.input_, {}) if isinstance(run.input_, list) else ([], run.input_.to_dict())
    return tuple(bind(ThumbnailRequest, given, named).values())


def _failures(run: TaskRun | TaskRunDetails) -> int:
    """Return how many of a run's attempts have failed and were, or are to be, made again."""
    failed = [attempt for attempt in run.attempts if attempt.status == TaskRunStatus.FAILED]
    return len(failed) - (run.status == TaskRunStatus.FAILED)


def _error(run: TaskRunDetails) -> str:
    """Return why a run's latest failed attempt failed."""
    errors = [attempt.error for attempt in run.attempts if attempt.status == TaskRunStatus.FAILED]
    return str(errors[-1] or "") if errors else str(run.error or "")
