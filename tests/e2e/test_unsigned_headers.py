"""What a request does is what its signer signed: MinIO refuses headers of its own that the signature does not cover.

That the attacks are real shows on a MinIO without deploy/minio.patch: a copy shows the private original
(CVE-2026-97731), and a picture with the marks of an encryption cannot be read again (CVE-2026-34204).
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from minio.commonconfig import CopySource, Tags

from tests.e2e.attacks import DATA, ENCRYPTED, UNSIGNED, Request, answers, status_of
from tests.e2e.deployment import Deployment, deployed
from tests.e2e.signing import SIGNED, signed_by_header

ORIGINAL, PICTURE = b"an original, which no reader may see", b"a thumbnail"


@dataclass
class Scene:
    """The deployment with a private original and a public picture, and what it holds."""

    deployment: Deployment
    held: dict[str, Any]

    def ask(self, request: Request) -> int:
        """Send a request straight to MinIO, and return the answer's status."""
        port = int(self.deployment.private.rpartition(":")[2])
        return status_of(answers(port, request.raw(self.deployment.private)))

    def path(self, key: str) -> str:
        return f"/{self.deployment.bucket}/{key}"

    def read(self, key: str) -> bytes:
        return self.deployment.client().get_object(self.deployment.bucket, key).data

    def remove(self, key: str) -> None:
        self.deployment.client().remove_object(self.deployment.bucket, key)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with deployed() as deployment:
        client, bucket = deployment.client(), deployment.bucket
        for name, key, data in ((bucket, "a.jpg", PICTURE), (f"{bucket}-originals", "gpt-image-2/00", ORIGINAL)):
            client.put_object(name, key, io.BytesIO(data), len(data), content_type="image/jpeg")
        yield Scene(deployment, deployment.everything())


@pytest.mark.parametrize("added", UNSIGNED)
@pytest.mark.parametrize("way", SIGNED)
def test_nothing_can_be_added_to_a_signed_write(scene: Scene, way: str, added: str) -> None:
    for key in ("a.jpg", "new.jpg"):
        signed = SIGNED[way](scene.deployment, scene.path(key))
        more = {name: value.replace("{b}", scene.deployment.bucket) for name, value in UNSIGNED[added].items()}
        copies = "x-amz-copy-source" in more
        request = replace(signed, headers={**signed.headers, **more}, body=b"" if copies else signed.body)
        assert scene.ask(request) in (400, 403), "a MinIO without the patch? `make .minio/bin/minio` builds it"
        assert scene.deployment.everything() == scene.held


@pytest.mark.parametrize("way", SIGNED)
def test_what_is_signed_is_written(scene: Scene, way: str) -> None:
    assert scene.ask(SIGNED[way](scene.deployment, scene.path("signed.jpg"))) == 200
    assert scene.read("signed.jpg") == DATA
    scene.remove("signed.jpg")


def test_not_even_a_signed_mark_of_an_encryption_makes_an_object_unreadable(scene: Scene) -> None:
    put = Request("PUT", scene.path("signed.jpg"), ENCRYPTED, DATA)
    assert scene.ask(signed_by_header(scene.deployment, put)) == 200
    assert scene.read("signed.jpg") == DATA
    scene.remove("signed.jpg")


def test_copies_tags_metadata_and_parts_work_where_they_are_signed(scene: Scene) -> None:
    """MinIO adds headers itself while it serves some of these, and checks their signature again."""
    client, bucket = scene.deployment.client(), scene.deployment.bucket
    client.copy_object(bucket, "copy.jpg", CopySource(bucket, "a.jpg"))
    assert scene.read("copy.jpg") == PICTURE
    tags = Tags.new_object_tags()
    tags["kind"] = "cover"
    client.set_object_tags(bucket, "copy.jpg", tags)
    assert client.get_object_tags(bucket, "copy.jpg") == tags
    client.delete_object_tags(bucket, "copy.jpg")
    large = bytes(6 * 1024 * 1024)
    client.put_object(bucket, "large", io.BytesIO(large), -1, part_size=5 * 1024 * 1024, metadata={"x-amz-meta-a": "b"})
    assert scene.read("large") == large
    link = client.get_presigned_url("GET", bucket, "copy.jpg", expires=timedelta(hours=1))
    assert scene.ask(Request("GET", link.removeprefix(f"http://{scene.deployment.private}"))) == 200
    for key in ("copy.jpg", "large"):
        scene.remove(key)
    assert scene.deployment.everything() == scene.held
