"""The least that a worker's MinIO user must be allowed, and so the most that it should be."""

from storage.claims import FOLDER
from storage.store import Area

__all__ = ["worker_policy"]


def worker_policy(bucket: str) -> dict[str, object]:
    """Return MinIO's policy for a worker that keeps its pictures in this bucket and in ``<bucket>-originals``.

    It reads and writes objects, and removes its own claims. A conditional write asks for no more than a plain one.
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
            {"Effect": "Allow", "Action": ["s3:DeleteObject"], "Resource": [f"{originals}/{FOLDER}*"]},
            # Unless it is denied, MinIO lets any user change its own secret and make itself further keys.
            {"Effect": "Deny", "Action": ["admin:*"]},
        ],
    }
