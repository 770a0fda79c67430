"""The engine behaves like Render: what passes between tasks, and when a task is retried."""

import asyncio
from typing import Any

import pytest
from render_sdk import Retry, TaskContext, Workflows
from render_sdk.client.errors import TaskRunError

from cli.events import RunEvent
from cli.here.engine import Engine
from errors import InvalidRequestError, StoreError, StoreUnavailableError
from tests.support.clock import settle

app = Workflows()
attempts: list[int] = []


@app.task
async def echo(ctx: TaskContext, value: Any) -> Any:
    return value


@app.task(name="flaky", retry=Retry(max_retries=2, wait_duration_ms=10, backoff_scaling=3))
async def flaky(ctx: TaskContext, failures: int) -> str:
    attempts.append(len(attempts) + 1)
    if len(attempts) <= failures:
        raise ValueError(f"attempt {len(attempts)}")
    return "done"


@app.task(timeout_seconds=1)
async def slow(ctx: TaskContext) -> None:
    await asyncio.sleep(30)


@app.task
async def parent(ctx: TaskContext, failures: int) -> str:
    return await ctx.run(flaky, failures)


@app.task
async def ids(ctx: TaskContext) -> Any:
    return ctx.metadata.task_run_id, ctx.metadata.root_task_run_id, ctx.metadata.parent_task_run_id


@app.task
async def family(ctx: TaskContext) -> Any:
    return [ctx.metadata.task_run_id, await ctx.run(ids)]


@pytest.fixture
def events() -> list[RunEvent]:
    attempts.clear()
    return []


def engine(events: list[RunEvent]) -> Engine:
    return Engine(app, events.append)


@pytest.mark.parametrize(
    ("sent", "received"),
    [({"a": (1, 2)}, {"a": [1, 2]}), ([1, 2], [1, 2]), (["x"], "x"), (None, None), ("x", "x"), ({1: "x"}, {"1": "x"})],
)
async def test_results_pass_through_json_and_a_list_of_one_arrives_as_its_element(
    events: list[RunEvent], sent: Any, received: Any
) -> None:
    assert await engine(events).run("echo", [sent]) == received


async def test_what_json_cannot_hold_cannot_be_sent(events: list[RunEvent]) -> None:
    with pytest.raises(TypeError):
        await engine(events).run("echo", [object()])


async def test_arguments_can_be_named(events: list[RunEvent]) -> None:
    assert await engine(events).run("echo", {"value": 5}) == 5


async def test_a_task_is_retried_by_its_own_policy(events: list[RunEvent]) -> None:
    assert await engine(events).run("flaky", [2]) == "done"
    assert [(event.kind, event.wait_seconds) for event in events] == [
        ("started", 0),
        ("retrying", 0.01),
        ("started", 0),
        ("retrying", 0.03),
        ("started", 0),
        ("completed", 0),
    ]


async def test_when_retries_are_used_up_the_last_error_is_raised(events: list[RunEvent]) -> None:
    with pytest.raises(ValueError, match="attempt 3"):
        await engine(events).run("flaky", [3])
    assert events[-1].kind == "failed"


FAILURES = {
    "invalid": InvalidRequestError(["no such style"]),
    "refused": StoreError("wrong keys"),
    "away": StoreUnavailableError("not reached"),
}


@app.task(retry=Retry(max_retries=1, wait_duration_ms=10))
async def failing(ctx: TaskContext, name: str) -> None:
    raise FAILURES[name]


@pytest.mark.parametrize(("name", "tried"), [("invalid", 1), ("refused", 1), ("away", 2)])
async def test_what_would_fail_again_is_not_tried_again(events: list[RunEvent], name: str, tried: int) -> None:
    with pytest.raises(type(FAILURES[name])):
        await engine(events).run("failing", [name])
    assert [event.kind for event in events].count("started") == tried


async def test_only_the_text_of_an_error_reaches_the_parent(events: list[RunEvent]) -> None:
    with pytest.raises(TaskRunError, match=r"^Subtask failed: attempt 3$") as caught:
        await engine(events).run("parent", [3])
    assert caught.value.__cause__ is None


async def test_a_task_that_overruns_its_timeout_is_stopped(events: list[RunEvent]) -> None:
    with pytest.raises(TimeoutError, match="its timeout of 1 s"):
        await engine(events).run("slow", [])


async def test_runs_know_their_place_in_the_tree(events: list[RunEvent]) -> None:
    root, (own, roots, parents) = await engine(events).run("family", [])
    assert own not in (None, root)
    assert roots == parents == root


async def test_an_unknown_task_is_an_error(events: list[RunEvent]) -> None:
    with pytest.raises(ValueError, match="'nothing'"):
        await engine(events).run("nothing", [])


class Answers:
    """What each subtask waits for, given by the test; and what each of them has come to."""

    def __init__(self) -> None:
        self.pending = [asyncio.get_running_loop().create_future() for _ in range(4)]
        self.begun: list[int] = []
        self.kept: list[int] = []

    async def give(self, number: int, error: Exception | None = None) -> None:
        if error:
            self.pending[number].set_exception(error)
        else:
            self.pending[number].set_result("picture")
        await settle()


answers: Answers


@app.task(retry=Retry(max_retries=5, wait_duration_ms=60_000))
async def paid(ctx: TaskContext, number: int) -> Any:
    answers.begun.append(number)
    picture = await answers.pending[number]
    answers.kept.append(number)
    return picture


@app.task
async def two_by_two(ctx: TaskContext) -> list[str]:
    """The second two begin when the first have ended."""
    first = await asyncio.gather(*(ctx.run(paid, number) for number in (0, 1)))
    second = await asyncio.gather(*(ctx.run(paid, number) for number in (2, 3)))
    return [*first, *second]


Running = tuple[Engine, "asyncio.Task[Any]"]


@pytest.fixture
async def running(events: list[RunEvent]) -> Running:
    """A root whose first two subtasks are in progress."""
    global answers
    answers = Answers()
    run = engine(events)
    root = asyncio.create_task(run.run("two_by_two", []))
    await settle()
    assert answers.begun == [0, 1]
    return run, root


async def test_a_stopped_engine_lets_what_has_begun_end_and_begins_nothing_more(running: Running) -> None:
    run, root = running
    run.stop()
    await answers.give(0)
    assert not root.done()
    await answers.give(1)
    with pytest.raises(asyncio.CancelledError):
        await root
    assert (answers.begun, answers.kept) == ([0, 1], [0, 1])


async def test_a_stopped_engine_retries_nothing(running: Running) -> None:
    run, root = running
    await answers.give(1, ValueError("to be retried in a minute"))
    run.stop()
    await answers.give(0)
    with pytest.raises(asyncio.CancelledError):
        await root
    assert (answers.begun, answers.kept) == ([0, 1], [0])


async def test_a_root_with_nothing_left_to_wait_for_ends_on_its_own(running: Running) -> None:
    run, root = running
    for number in range(4):
        if number == 3:
            run.stop()
        await answers.give(number)
    assert await root == ["picture"] * 4


async def test_a_cancelled_engine_ends_at_once(running: Running) -> None:
    run, root = running
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await root
    assert (answers.begun, answers.kept) == ([0, 1], [])
