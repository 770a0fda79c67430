"""``python -m deploy.worker_user`` on a real MinIO: a user that can run a batch and do nothing else."""

import asyncio
import io
import json
import re
from collections.abc import Callable

import pytest
from minio import Minio
from minio.credentials.providers import AssumeRoleProvider, StaticProvider
from minio.error import MinioAdminException, S3Error
from minio.minioadmin import MinioAdmin

from cli.here.engine import Engine
from deploy.worker_user import main
from tasks import app
from tests.support import s3_servers
from tests.support.minio_server import PASSWORD, USER, MinioServer
from tests.support.project import TUTORIAL_BATCH

BATCH = json.loads(TUTORIAL_BATCH.read_text())
SECRET = "canary-worker-secret"
EMPTY_POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})


class Admin:
    """The command, in an environment with the administrator's keys and the test's own bucket and user."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], bucket: str) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.bucket = bucket
        self.name = f"worker-{bucket[-12:]}"
        self.out = self.err = ""

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    def run(self, *arguments: str, **variables: str) -> int:
        self.set(**variables)
        code = main(arguments)
        self.out, self.err = self._capsys.readouterr()
        return code

    @property
    def copied(self) -> dict[str, str]:
        """Standard output, parsed like a ``.env`` file."""
        return dict(line.split("=", 1) for line in self.out.splitlines())


@pytest.fixture
def admin(
    minio: MinioServer, bucket: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Admin:
    admin = Admin(monkeypatch, capsys, bucket)
    admin.set(
        MINIO_ENDPOINT=minio.environment["MINIO_ENDPOINT"],
        MINIO_ROOT_USER=USER,
        MINIO_ROOT_PASSWORD=PASSWORD,
        MINIO_BUCKET=bucket,
        MINIO_ACCESS_KEY=admin.name,
    )
    return admin


def client(minio: MinioServer, user: str = USER, secret: str = PASSWORD) -> Minio:
    return Minio(f"127.0.0.1:{minio.port}", access_key=user, secret_key=secret, secure=False, region="us-east-1")


def administration(minio: MinioServer, user: str, secret: str) -> MinioAdmin:
    return MinioAdmin(endpoint=f"127.0.0.1:{minio.port}", credentials=StaticProvider(user, secret), secure=False)


def stored(minio: MinioServer, bucket: str) -> list[str]:
    return [str(found.object_name) for found in client(minio).list_objects(bucket, recursive=True)]


def run_batch() -> dict[str, int]:
    result = asyncio.run(Engine(app, lambda _: None).run("generateBatch", BATCH))
    summary: dict[str, int] = result["summary"]
    return summary


def code(error: S3Error | MinioAdminException) -> str | None:
    return error.code if isinstance(error, S3Error) else str(json.loads(error._body)["Code"])


def test_the_tutorials_batch_runs_with_the_workers_keys(admin: Admin, minio: MinioServer) -> None:
    assert admin.run() == 0
    assert admin.copied.keys() == {"MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"}
    admin.set(**admin.copied, SIMULATE_PROVIDERS="1", SIMULATED_LATENCY_SECONDS="0")
    assert run_batch() == {"requested": 10, "ok": 10, "reused": 0, "rejected": 0, "failed": 0}
    assert len([name for name in stored(minio, admin.bucket) if name.startswith("photorealistic/")]) == 10
    originals = stored(minio, f"{admin.bucket}-originals")
    assert len(originals) == 2 * 10, "a ledger for each, and the worker removes its claims"
    assert run_batch()["reused"] == 10


def test_readers_may_read_thumbnails_but_no_originals(admin: Admin, minio: MinioServer) -> None:
    assert admin.run() == 0
    [statement] = json.loads(client(minio).get_bucket_policy(admin.bucket))["Statement"]
    assert statement["Action"] == ["s3:GetObject"]
    with pytest.raises(S3Error, match="NoSuchBucketPolicy"):
        client(minio).get_bucket_policy(f"{admin.bucket}-originals")


def test_a_bucket_for_presigned_links_stays_private(admin: Admin, minio: MinioServer) -> None:
    assert admin.run(MINIO_PRESIGNED_HOURS="1") == 0
    with pytest.raises(S3Error, match="NoSuchBucketPolicy"):
        client(minio).get_bucket_policy(admin.bucket)


ON_OBJECTS: dict[str, Callable[[Minio, str], object]] = {
    "list the buckets": lambda worker, bucket: worker.list_buckets(),
    "list the thumbnails": lambda worker, bucket: list(worker.list_objects(bucket)),
    "list the originals": lambda worker, bucket: list(worker.list_objects(f"{bucket}-originals")),
    "remove a thumbnail": lambda worker, bucket: worker.remove_object(bucket, "a"),
    "remove an original": lambda worker, bucket: worker.remove_object(f"{bucket}-originals", "a"),
    "remove a thumbnail that is named like a claim": lambda worker, bucket: worker.remove_object(bucket, "claims/a"),
    "make a bucket": lambda worker, bucket: worker.make_bucket(f"{bucket}-more"),
    "remove a bucket": lambda worker, bucket: worker.remove_bucket(bucket),
    "see the policy": lambda worker, bucket: worker.get_bucket_policy(bucket),
    "open the originals": lambda worker, bucket: worker.set_bucket_policy(f"{bucket}-originals", EMPTY_POLICY),
    "close the thumbnails": lambda worker, bucket: worker.delete_bucket_policy(bucket),
    "read in another bucket": lambda worker, bucket: worker.get_object(f"{bucket}-other", "a"),
    "write to another bucket": lambda worker, bucket: worker.put_object(f"{bucket}-other", "b", io.BytesIO(b"1"), 1),
}
ON_THE_SERVER: dict[str, Callable[[MinioAdmin, str], object]] = {
    "ask after the server": lambda worker, name: worker.info(),
    "restart the server": lambda worker, name: worker.service_restart(),
    "list the users": lambda worker, name: worker.user_list(),
    "add a user": lambda worker, name: worker.user_add("another", SECRET),
    "take another's secret": lambda worker, name: worker.user_add("bystander", SECRET),
    "change its own secret": lambda worker, name: worker.user_add(name, SECRET),
    "make itself another key": lambda worker, name: worker.add_service_account(),
    "list the policies": lambda worker, name: worker.policy_list(),
    "widen its own policy": lambda worker, name: worker.policy_add(name, policy=json.loads(EMPTY_POLICY)),
    "give itself another policy": lambda worker, name: worker.policy_set("consoleAdmin", user=name),
}


def create_targets(minio: MinioServer, bucket: str) -> None:
    """Create what the attempts aim at, so that each is denied and does not just fail to find its target."""
    client(minio).make_bucket(f"{bucket}-other")
    for name in (bucket, f"{bucket}-originals", f"{bucket}-other"):
        for key in ("a", "claims/a"):
            client(minio).put_object(name, key, io.BytesIO(b"1"), 1)
    administration(minio, USER, PASSWORD).user_add("bystander", SECRET)


@pytest.mark.parametrize("attempt", ON_OBJECTS)
def test_the_worker_can_do_nothing_else_with_objects_and_buckets(
    admin: Admin, minio: MinioServer, attempt: str
) -> None:
    assert admin.run(MINIO_SECRET_KEY=SECRET) == 0
    create_targets(minio, admin.bucket)
    before = stored(minio, admin.bucket), stored(minio, f"{admin.bucket}-originals")
    with pytest.raises(S3Error) as caught:
        ON_OBJECTS[attempt](client(minio, admin.name, SECRET), admin.bucket)
    assert code(caught.value) == "AccessDenied"
    assert before == (stored(minio, admin.bucket), stored(minio, f"{admin.bucket}-originals"))


@pytest.mark.parametrize("attempt", ON_THE_SERVER)
def test_the_worker_cannot_administer_the_server(admin: Admin, minio: MinioServer, attempt: str) -> None:
    assert admin.run(MINIO_SECRET_KEY=SECRET) == 0
    create_targets(minio, admin.bucket)
    with pytest.raises(MinioAdminException) as caught:
        ON_THE_SERVER[attempt](administration(minio, admin.name, SECRET), admin.name)
    assert code(caught.value) == "AccessDenied"


def temporary(minio: MinioServer, name: str) -> Minio:
    """Return a client with the temporary keys that MinIO gives to any user."""
    keys = AssumeRoleProvider(sts_endpoint=f"http://127.0.0.1:{minio.port}", access_key=name, secret_key=SECRET)
    keys.retrieve()
    return Minio(f"127.0.0.1:{minio.port}", credentials=keys, secure=False, region="us-east-1")


def test_temporary_keys_can_do_no_more(admin: Admin, minio: MinioServer) -> None:
    assert admin.run(MINIO_SECRET_KEY=SECRET) == 0
    create_targets(minio, admin.bucket)
    worker = temporary(minio, admin.name)
    assert worker.stat_object(admin.bucket, "a").size == 1
    for attempt in ON_OBJECTS.values():
        with pytest.raises(S3Error) as caught:
            attempt(worker, admin.bucket)
        assert code(caught.value) == "AccessDenied"


def test_replacing_the_user_locks_a_thief_out(admin: Admin, minio: MinioServer) -> None:
    assert admin.run(MINIO_SECRET_KEY=SECRET) == 0
    create_targets(minio, admin.bucket)
    thieves = temporary(minio, admin.name), client(minio, admin.name, SECRET)
    assert admin.run("--in-place-of", admin.name, MINIO_ACCESS_KEY=f"{admin.name}2", MINIO_SECRET_KEY="") == 0
    worker = client(minio, f"{admin.name}2", admin.copied["MINIO_SECRET_KEY"])
    assert worker.stat_object(admin.bucket, "a").size == 1
    for thief in thieves:
        with pytest.raises(S3Error, match=r"code: (AccessDenied|InvalidAccessKeyId)"):
            thief.get_object(f"{admin.bucket}-originals", "a")


def test_a_removed_users_name_is_not_reused(admin: Admin, minio: MinioServer) -> None:
    """MinIO would accept its temporary keys again."""
    assert admin.run(MINIO_SECRET_KEY=SECRET) == 0
    assert admin.run("--in-place-of", admin.name) == 2
    assert f"MINIO_ACCESS_KEY is {admin.name}, the user to remove" in admin.err
    assert client(minio, admin.name, SECRET).put_object(admin.bucket, "a", io.BytesIO(b"1"), 1).etag


def test_removing_an_unknown_user_fails(admin: Admin) -> None:
    assert admin.run("--in-place-of", "nobody") == 1
    assert "The specified user does not exist" in admin.err
    assert admin.out == ""


def test_a_second_run_keeps_the_secret_and_does_not_show_it(admin: Admin, minio: MinioServer) -> None:
    assert admin.run() == 0
    secret = admin.copied["MINIO_SECRET_KEY"]
    assert secret not in admin.err
    assert len(secret) == 40
    assert admin.run() == 0
    assert admin.out == ""
    assert "keeps its secret" in admin.err
    worker = client(minio, admin.name, secret)
    assert worker.put_object(admin.bucket, "a", io.BytesIO(b"1"), 1).etag


def test_a_given_secret_is_set_but_not_shown(admin: Admin, minio: MinioServer) -> None:
    generated = (
        "bXlnZW5lcmF0ZWQ+c2VjcmV0L29mLTI1Ni1iaXRzLi4uLg=="  # As Render generates values: base64, with + / and =.
    )
    assert admin.run(MINIO_SECRET_KEY=SECRET) == 0
    assert admin.run(MINIO_SECRET_KEY=generated) == 0
    assert admin.out == ""
    assert generated not in admin.err
    assert client(minio, admin.name, generated).put_object(admin.bucket, "a", io.BytesIO(b"1"), 1).etag
    with pytest.raises(S3Error, match="SignatureDoesNotMatch"):
        client(minio, admin.name, SECRET).put_object(admin.bucket, "a", io.BytesIO(b"1"), 1)


def test_a_widened_policy_is_reset(admin: Admin, minio: MinioServer) -> None:
    assert admin.run(MINIO_SECRET_KEY=SECRET) == 0
    administration(minio, USER, PASSWORD).policy_set("readwrite", user=admin.name)
    worker = client(minio, admin.name, SECRET)
    assert list(worker.list_objects(admin.bucket)) == []
    assert admin.run() == 0
    with pytest.raises(S3Error, match="AccessDenied"):
        list(worker.list_objects(admin.bucket))


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"MINIO_ROOT_USER": "nobody"}, "the server does not know MINIO_ROOT_USER. Set MINIO_ROOT_USER and"),
        ({"MINIO_ROOT_PASSWORD": "canary-wrong"}, "MINIO_ROOT_PASSWORD does not match MINIO_ROOT_USER. Set"),
        ({"MINIO_ENDPOINT": "http://127.0.0.1:1"}, r"http://127.0.0.1:1: not reached \(.*\). Check MINIO_ENDPOINT"),
    ],
)
def test_a_server_error_is_one_line_with_its_remedy(admin: Admin, variables: dict[str, str], message: str) -> None:
    assert admin.run(**variables) == 1
    assert admin.out == ""
    [line] = admin.err.splitlines()
    assert re.search(message, line)
    assert "canary" not in line


def test_an_administrator_without_the_right_to_manage_users_is_reported(admin: Admin) -> None:
    assert admin.run(MINIO_SECRET_KEY=SECRET) == 0
    assert admin.run(MINIO_ROOT_USER=admin.name, MINIO_ROOT_PASSWORD=SECRET, MINIO_ACCESS_KEY="worker-2") == 1
    assert "MINIO_ROOT_USER may not manage users and policies there" in admin.err


def test_the_consoles_port_is_recognized(admin: Admin, minio: MinioServer) -> None:
    assert admin.run(MINIO_ENDPOINT=f"http://127.0.0.1:{minio.console_port}") == 1
    assert "MINIO_ENDPOINT is the API's address, not the console's" in admin.err


def test_another_s3_server_is_recognized(admin: Admin) -> None:
    with s3_servers.moto() as environment:
        assert admin.run(MINIO_ENDPOINT=environment["MINIO_ENDPOINT"]) == 1
    [line] = admin.err.splitlines()
    assert "this is an S3 server, but not MinIO" in line
    assert "with the server's own tools; deploy/worker_policy.py lists the user's permissions" in line


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"MINIO_ENDPOINT": ""}, "MINIO_ENDPOINT is not set"),
        ({"MINIO_ROOT_USER": ""}, "MINIO_ROOT_USER is not set"),
        ({"MINIO_ACCESS_KEY": USER}, "MINIO_ACCESS_KEY is MINIO_ROOT_USER"),
        ({"MINIO_ACCESS_KEY": "a-name-of-more-than-twenty"}, "give 3 to 20 characters"),
        ({"MINIO_ACCESS_KEY": "base64="}, "without = or comma"),
        ({"MINIO_SECRET_KEY": "canary"}, "MINIO_SECRET_KEY: give at least 8 characters"),
        ({"MINIO_BUCKET": "Thumbnails"}, "MINIO_BUCKET='Thumbnails': give"),
    ],
)
def test_invalid_settings_are_reported_before_anything_is_created(
    admin: Admin, minio: MinioServer, variables: dict[str, str], message: str
) -> None:
    assert admin.run(**variables) == 2
    assert message in admin.err
    assert "canary" not in admin.err
    assert admin.out == ""
    assert not client(minio).bucket_exists(admin.bucket)
