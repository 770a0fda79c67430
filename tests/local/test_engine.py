"""The engine stands in for Render: what crosses between tasks, and when a task is tried again."""

import asyncio
from typing import Any

import pytest
from render_sdk import Retry, TaskContext, Workflows
from render_sdk.client.errors import TaskRunError

from local.engine import Engine, RunEvent

app = Workflows()
attempts: list[str] = []


@app.task
async def echo(ctx: TaskContext, value: Any) -> Any:
    return value


@app.task(name="flaky", retry=Retry(max_retries=2, wait_duration_ms=10, backoff_scaling=3))
async def flaky(ctx: TaskContext, failures: int) -> str:
    attempts.append("flaky")
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
