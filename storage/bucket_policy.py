"""Who may read the thumbnails: the bucket's policy, on servers that have such policies."""

import json
import logging

from minio import Minio
from minio.error import S3Error

from settings import Settings
from storage.minio_failures import NOT_PUBLIC, UnsuitableError

__all__ = ["BucketPolicy"]

logger = logging.getLogger(__name__)

# The answers of servers without bucket policies, such as Cloudflare R2.
NO_POLICIES = ("NotImplemented", "MethodNotAllowed")


class BucketPolicy:
    """The policy of the thumbnails' bucket. A bucket without one is served elsewhere, or its links are signed."""

    def __init__(self, client: Minio, settings: Settings, links_lead_to: str) -> None:
        """Take the client, and the address that unsigned links begin with."""
        self._client = client
        self._bucket = settings.minio_bucket
        self._presigned_hours = settings.minio_presigned_hours
        self._links_lead_to = links_lead_to
        self._has_public_address = settings.minio_public_base_url is not None
        self._warned = False

    def prepare(self) -> None:
        """Allow anyone to read single thumbnails, unless the bucket has a policy, or links are presigned.

        Raises:
            UnsuitableError: the key may not allow it, and nothing says that thumbnails are served elsewhere.
        """
        code = self._code()
        if self._presigned_hours:
            self._warn_if_public(code)
        elif code == "NoSuchBucketPolicy":
            self._make_public()

    def _make_public(self) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": ["*"]},
            "Action": ["s3:GetObject"],
            "Resource": [f"arn:aws:s3:::{self._bucket}/*"],
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        try:
            self._client.set_bucket_policy(self._bucket, json.dumps(policy))
        except S3Error as error:
            if error.code in NO_POLICIES or (error.code == "AccessDenied" and self._has_public_address):
                self._warn_of_links(f"cannot be made public ({error.code})")
            elif error.code == "AccessDenied":
                raise UnsuitableError(NOT_PUBLIC) from error
            else:
                raise
        else:
            logger.info("made the bucket %s public", self._bucket)

    def _warn_if_public(self, code: str | None) -> None:
        if code is None:
            logger.warning(
                "MINIO_PRESIGNED_HOURS is set, but the bucket %s has a policy, which may make it public: "
                "remove the policy, or use another bucket",
                self._bucket,
            )

    def _code(self) -> str | None:
        """Return the code with which the server says that there is no policy to be seen, None if there is one."""
        try:
            self._client.get_bucket_policy(self._bucket)
        except S3Error as error:
            if error.code == "AccessDenied":
                logger.debug("this worker's key may not read the policy of %s", self._bucket)
            elif error.code in NO_POLICIES:
                self._warn_of_links("is on a server without bucket policies")
            elif error.code != "NoSuchBucketPolicy":
                raise
            return error.code
        return None

    def _warn_of_links(self, why: str) -> None:
        """Say once where links lead from a bucket that was not made public here."""
        if not self._warned:
            logger.warning("the bucket %s %s: %s", self._bucket, why, self._where_links_lead())
            self._warned = True

    def _where_links_lead(self) -> str:
        if self._presigned_hours:
            return f"links are signed, and expire after {self._presigned_hours} h (MINIO_PRESIGNED_HOURS)"
        if self._has_public_address:
            return f"links lead to {self._links_lead_to} (MINIO_PUBLIC_BASE_URL), which must serve it"
        return (
            f"links lead to {self._links_lead_to}, where readers see nothing unless the bucket was made public "
            "there. Set MINIO_PRESIGNED_HOURS, for signed links, or MINIO_PUBLIC_BASE_URL to an address that serves it"
        )
