"""Plans: what a run would do and cost, by what is really in the store."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from batch.planning import fitting_result, plan_batch
from batch.requests import BatchRequest
from cli.here.engine import Engine
from errors import InvalidRequestError, StoreError
from settings import Settings, read_settings
from storage.opening import open_store
from tasks import app
from tests.support.minio_server import MinioServer
from waiting import Attempt

REQUEST = BatchRequest(prompts=["One"], models=["gpt-image-2"], style="neon", template="bottom-bar", font="inter")


@pytest.mark.parametrize(
    "wrong", [{"MINIO_SECRET_KEY": "canary-wrong-secret"}, {"MINIO_ACCESS_KEY": "nobody"}], ids=["secret", "user"]
)
async def test_a_wrong_key_is_an_error_and_no_plan_to_pay_for_everything(
    minio: MinioServer, bucket: str, wrong: dict[str, str]
) -> None:
    right = {**minio.environment, "MINIO_BUCKET": bucket, "SIMULATE_PROVIDERS": "1"}
    await open_store(read_settings(right)).prepare()
    assert (await plan_batch(REQUEST, read_settings(right), Attempt()))["pictures"] == {"simulated/gpt-image-2": 1}
    with pytest.raises(StoreError, match=r"SignatureDoesNotMatch|InvalidAccessKeyId"):
        await plan_batch(REQUEST, read_settings({**right, **wrong}), Attempt())


def titled(count: int) -> BatchRequest:
    return replace(REQUEST, prompts=[str(number) for number in range(count)], name="a blog")


async def run(request: BatchRequest, task: str = "generateBatch") -> Any:
    return await Engine(app, lambda _: None).run(task, asdict(request))


async def test_the_limit_on_pictures_counts_the_new_ones_in_a_plan_and_in_a_run(
    environment: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_IMAGES_PER_BATCH", "2")
    await run(titled(2))
    assert (await run(titled(4), "planBatch"))["faults"] == []
    await run(titled(4))
    [fault] = (await run(titled(7), "planBatch"))["faults"]
    what, remedy = fault.split("; ")
    assert what == "The request is for 3 new pictures, and MAX_IMAGES_PER_BATCH is 2"
    assert remedy == "split the batch, or set MAX_IMAGES_PER_BATCH=3"
    with pytest.raises(InvalidRequestError, match=fault):
        await run(titled(7))


async def test_a_plan_says_what_the_run_then_does(environment: Settings) -> None:
    await run(titled(1))
    # Another template is another thumbnail from the same picture.
    request = replace(titled(3), prompts=["0", "1", {"title": "1", "slug": "again"}, "2"], template="framed")
    plan = await run(request, "planBatch")
    assert [(step["action"], step["shared"]) for step in plan["steps"]] == [
        ("recompose", False),
        ("generate", False),
        ("generate", True),
        ("generate", False),
    ]
    assert plan["pictures"] == {"simulated/gpt-image-2": 2}
    result = await run(request)
    assert result["pictures_made"] == 2
    assert (plan["batch_id"], plan["gallery_url"]) == (result["batch_id"], result["gallery_url"])
    again = await run(request, "planBatch")
    assert (again["reuse"], again["pictures"]) == (4, {})


async def test_a_plan_of_a_large_batch_keeps_its_sums_and_fits_renders_limit(environment: Settings) -> None:
    plan = await plan_batch(titled(20), read_settings(), Attempt())
    small = fitting_result(plan, most_bytes=100)
    assert (small["steps"], small["pictures"]) == ([], {"simulated/gpt-image-2": 20})
