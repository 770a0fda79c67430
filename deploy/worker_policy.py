"""The permissions of a worker's MinIO user: all that it needs, and no more."""

from storage.keys import CLAIMS
from storage.store import Area

__all__ = ["worker_policy"]


def worker_policy(bucket: str) -> dict[str, object]:
    """Return MinIO's policy for a worker that stores its pictures in this bucket and in ``<bucket>-originals``.

    It reads and writes objects, and removes its own claims. Conditional writes need no further permission.
    """
    thumbnails, originals = (f"arn:aws:s3:::{bucket}{area.value}" for area in (Area.THUMBNAILS, Area.ORIGINALS))
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": [f"{thumbnails}/*", f"{originals}/*"],
            },
            {"Effect": "Allow", "Action": ["s3:DeleteObject"], "Resource": [f"{originals}/{CLAIMS}*"]},
            # By default, MinIO lets any user change its own secret and create more keys for itself.
            {"Effect": "Deny", "Action": ["admin:*"]},
        ],
    }
