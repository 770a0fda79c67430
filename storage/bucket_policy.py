"""Who may read the thumbnails: the bucket's policy, on servers that have such policies."""

import json
import logging
from dataclasses import dataclass

from minio import Minio
from minio.error import S3Error

from settings import Settings
from storage.minio_failures import NOT_PUBLIC, UnsuitableError

__all__ = ["BucketPolicy"]

logger = logging.getLogger(__name__)

# The answers of servers without bucket policies, such as Cloudflare R2.
NO_POLICIES = ("NotImplemented", "MethodNotAllowed")


@dataclass
class BucketPolicy:
    """The policy of the thumbnails' bucket. A bucket without one is served elsewhere, or its links are signed.

    ``links_lead_to`` is the address that unsigned links begin with.
    """

    client: Minio
    settings: Settings
    links_lead_to: str
    has_warned: bool = False

    def prepare(self) -> None:
        """Allow anyone to read single thumbnails, unless the bucket has a policy, or links are presigned.

        Raises:
            UnsuitableError: the key may not allow it, and nothing says that thumbnails are served elsewhere.
        """
        code = self._code()
        if self.settings.minio_presigned_hours:
            self._warn_if_public(code)
        elif code == "NoSuchBucketPolicy":
            self._make_public()

    def _make_public(self) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": ["*"]},
            "Action": ["s3:GetObject"],
            "Resource": [f"arn:aws:s3:::{self.settings.minio_bucket}/*"],
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        try:
            self.client.set_bucket_policy(self.settings.minio_bucket, json.dumps(policy))
        except S3Error as error:
            if error.code in NO_POLICIES or (error.code == "AccessDenied" and self.settings.minio_public_base_url):
                self._warn_of_links(f"cannot be made public ({error.code})")
            elif error.code == "AccessDenied":
                raise UnsuitableError(NOT_PUBLIC) from error
            else:
                raise
        else:
            logger.info("made the bucket %s public", self.settings.minio_bucket)

    def _warn_if_public(self, code: str | None) -> None:
        if code is None:
            logger.warning(
                "MINIO_PRESIGNED_HOURS is set, but the bucket %s has a policy, which may make it public: "
                "remove the policy, or use another bucket",
                self.settings.minio_bucket,
            )

    def _code(self) -> str | None:
        """Return the code with which the server says that there is no policy to be seen, None if there is one."""
        try:
            self.client.get_bucket_policy(self.settings.minio_bucket)
        except S3Error as error:
            if error.code == "AccessDenied":
                logger.debug("this worker's key may not read the policy of %s", self.settings.minio_bucket)
            elif error.code in NO_POLICIES:
                self._warn_of_links("is on a server without bucket policies")
            elif error.code != "NoSuchBucketPolicy":
                raise
            return error.code
        return None

    def _warn_of_links(self, why: str) -> None:
        """Say once where links lead from a bucket that was not made public here."""
        if not self.has_warned:
            logger.warning("the bucket %s %s: %s", self.settings.minio_bucket, why, self._where_links_lead())
            self.has_warned = True

    def _where_links_lead(self) -> str:
        if self.settings.minio_presigned_hours:
            return f"links are signed, and expire after {self.settings.minio_presigned_hours} h (MINIO_PRESIGNED_HOURS)"
        if self.settings.minio_public_base_url:
            return f"links lead to {self.links_lead_to} (MINIO_PUBLIC_BASE_URL), which must serve it"
        return (
            f"links lead to {self.links_lead_to}, where readers see nothing unless the bucket was made public "
            "there. Set MINIO_PRESIGNED_HOURS, for signed links, or MINIO_PUBLIC_BASE_URL to an address that serves it"
        )
