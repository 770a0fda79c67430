"""Runs the whole deployment on loopback: store and front, connected as in render.yaml, with some pictures stored."""

import hashlib
import http.client
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from minio import Minio
from minio.credentials.providers import StaticProvider
from minio.error import S3Error
from minio.minioadmin import MinioAdmin

from tests.deploy.blueprint import FRONT, STORE, WORKER, Blueprint
from tests.deploy.containers import Container, front_container, store_container
from tests.lacking import lacking
from tests.support.minio_server import DEPLOYED
from tests.support.tcp_proxy import TcpProxy
from tests.support.wait import TIMEOUT_SECONDS, wait_until

BLUEPRINT = Blueprint.read()


@dataclass(frozen=True)
class Deployment:
    """Both containers and their addresses."""

    store: Container
    front: Container
    blueprint: Blueprint = BLUEPRINT

    @property
    def private(self) -> str:
        """MinIO's host and port on the private network."""
        return self.store.environment["MINIO_ADDRESS"]

    @property
    def public(self) -> str:
        """The front's host and port, the only ones that the internet reaches."""
        return self.front.environment["PORT"]

    @property
    def addresses(self) -> dict[str, str]:
        return {STORE: self.private, FRONT: self.public}

    @property
    def worker(self) -> dict[str, str]:
        """The worker's environment, with simulated pictures in place of the providers' keys."""
        simulated = {"SIMULATE_PROVIDERS": "1", "SIMULATED_LATENCY_SECONDS": "0", "RENDER": "true"}
        return {**self.blueprint.environment(WORKER, self.addresses), **simulated}

    @property
    def bucket(self) -> str:
        return self.worker["MINIO_BUCKET"]

    @property
    def users(self) -> list[str]:
        """Every user name that MinIO knows."""
        return [self.store.environment["MINIO_ROOT_USER"], self.worker["MINIO_ACCESS_KEY"]]

    def client(self, address: str | None = None) -> Minio:
        """Return a client with the root user's keys, of MinIO itself unless another address is given."""
        root = StaticProvider(*self.root_keys)
        return Minio(address or self.private, credentials=root, secure=False, region="us-east-1")

    def admin(self) -> MinioAdmin:
        return MinioAdmin(endpoint=self.private, credentials=StaticProvider(*self.root_keys), secure=False)

    @property
    def root_keys(self) -> tuple[str, str]:
        """The user and the password that MinIO was started with."""
        return self.store.environment["MINIO_ROOT_USER"], self.store.environment["MINIO_ROOT_PASSWORD"]

    def everything(self) -> dict[str, Any]:
        """Return all that the store holds: objects, parts of uploads, policies, users."""
        client, found = self.client(), dict[str, Any]()
        for bucket in client.list_buckets():
            for each in client.list_objects(bucket.name, recursive=True, include_version=True):
                name = str(each.object_name)
                read = client.get_object(bucket.name, name)
                kept = {header: read.headers.get(header) for header in KEPT_HEADERS}
                found[f"{bucket.name}/{name}"] = (hashlib.sha256(read.data).hexdigest(), kept)
                read.close()
            for upload in client._list_multipart_uploads(bucket.name).uploads:
                parts = client._list_parts(bucket.name, upload.object_name, str(upload.upload_id)).parts
                found[f"{bucket.name}/{upload.object_name}?{upload.upload_id}"] = [part.etag for part in parts]
            found[f"{bucket.name}?policy"] = _policy(client, bucket.name)
        admin = self.admin()
        found |= {"users": json.loads(admin.user_list()), "policies": json.loads(admin.policy_list())}
        return {name: _in_order(value) for name, value in found.items()}


KEPT_HEADERS = ("ETag", "Last-Modified", "Content-Type", "Cache-Control")


def _policy(client: Minio, bucket: str) -> Any:
    try:
        return json.loads(client.get_bucket_policy(bucket))
    except S3Error as error:
        return error.code


def _in_order(value: Any) -> Any:
    """Return the value with its lists sorted: MinIO gives a policy's actions in any order."""
    if isinstance(value, dict):
        return {name: _in_order(part) for name, part in value.items()}
    return sorted(map(_in_order, value), key=str) if isinstance(value, list) else value


@contextmanager
def deployed(seen: Callable[[bytes], None] = lambda _: None) -> Iterator[Deployment]:
    """Run store and front; ``seen`` gets whatever the front sends to the store."""
    with store() as private:
        private.start()
        port = int(private.environment["MINIO_ADDRESS"].rpartition(":")[2])
        with TcpProxy(port, seen) as proxy, front(f"127.0.0.1:{proxy.port}") as public:
            public.start()
            deployment = Deployment(private, public)
            wait_until(lambda: fetch(deployment, f"/{deployment.bucket}/")[0] != 503)
            yield deployment


@contextmanager
def store(blueprint: Blueprint = BLUEPRINT) -> Iterator[Container]:
    """Give a store that is not started yet, with the MinIO that is deployed."""
    if not DEPLOYED.exists():
        lacking("no MinIO as it is deployed: run `make .minio/bin/minio` once")
    with _open_folder() as root:
        container = store_container(root, str(DEPLOYED), blueprint)
        try:
            yield container
        finally:
            container.kill()


@contextmanager
def front(store_address: str) -> Iterator[Container]:
    """Give a front that is not started yet, for a store at this address."""
    with _open_folder() as root:
        container = front_container(root, BLUEPRINT.environment(FRONT, {STORE: store_address}))
        try:
            yield container
        finally:
            container.kill()


@contextmanager
def _open_folder() -> Iterator[Path]:
    """Give a folder that every user of the machine gets into."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


class Answer(NamedTuple):
    """What a reader gets."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(deployment: Deployment, path: str, method: str = "GET", **headers: str) -> Answer:
    """Ask the front as a reader does, without following redirects; ``If_Match`` is the header If-Match."""
    connection = http.client.HTTPConnection(deployment.public, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.headers), answer.read())
    finally:
        connection.close()
