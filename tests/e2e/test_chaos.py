"""One of the batches that ``python -m tests.e2e.chaos`` runs by the hundred."""

from tests.e2e.chaos import run_seeds
from tests.support.minio_server import MinioServer


def test_a_batch_under_faults_ends_complete_and_pays_again_only_after_a_kill(minio: MinioServer) -> None:
    totals = run_seeds(range(1), minio)
    assert totals["batches"] == 1
    ended = ("thumbnails in the end", "refused", "unusable twice, so given up")
    assert sum(totals[how] for how in ended) == totals["pairs"] == 20
    assert totals["faults: SIGKILL"] + totals["faults: SIGTERM"]
