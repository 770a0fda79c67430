"""Plans: what a run would do and cost, by what is really in the store."""

import pytest

from cli.here.plan import make_plan
from errors import StoreError
from settings import read_settings
from storage.choice import open_store
from tasks.requests import BatchRequest
from tests.support.minio_server import MinioServer

REQUEST = BatchRequest(prompts=["One"], models=["gpt-image-2"], style="neon", template="bottom-bar", font="inter")


@pytest.mark.parametrize(
    "wrong", [{"MINIO_SECRET_KEY": "canary-wrong-secret"}, {"MINIO_ACCESS_KEY": "nobody"}], ids=["secret", "user"]
)
async def test_a_wrong_key_is_an_error_and_no_plan_to_pay_for_everything(
    minio: MinioServer, bucket: str, wrong: dict[str, str]
) -> None:
    right = {**minio.environment, "MINIO_BUCKET": bucket, "SIMULATE_PROVIDERS": "1"}
    await open_store(read_settings(right)).prepare()
    assert (await make_plan(REQUEST, read_settings(right))).pictures == {"simulated/gpt-image-2": 1}
    with pytest.raises(StoreError, match=r"SignatureDoesNotMatch|InvalidAccessKeyId"):
        await make_plan(REQUEST, read_settings({**right, **wrong}))
