"""What goes wrong with a MinIO server, in our words, each with its remedy."""

from xml.etree.ElementTree import ParseError

import urllib3
from minio.error import MinioException, S3Error

__all__ = ["NoBucketError", "UnreadableError", "told"]

PRESIGNED_TOO_LATE_OR_EARLY = ("Request has expired", "Request is not valid yet")
REMEDIES = {
    "AccessDenied": "MINIO_ACCESS_KEY may not do that: give it s3:GetObject and s3:PutObject on both buckets.",
    "InvalidAccessKeyId": "The server does not know MINIO_ACCESS_KEY: set it and MINIO_SECRET_KEY anew.",
    "SignatureDoesNotMatch": "MINIO_SECRET_KEY does not fit MINIO_ACCESS_KEY: set both anew.",
    "RequestTimeTooSkewed": "This machine's clock and the server's are minutes apart: set them right.",
    "NoSuchBucket": "The bucket does not exist: make it, or give MINIO_ACCESS_KEY the right to.",
    "XMinioStorageFull": "The server's disk is full: make room.",
    "XMinioAdminBucketQuotaExceeded": "The bucket's quota is used up: raise it, or make room.",
}


class NoBucketError(MinioException):
    """The bucket is missing, and the keys do not allow to make it."""


class UnreadableError(MinioException):
    """What was written cannot be read back."""


def told(error: Exception) -> str:
    """Return what happened and what to do about it, without the request and its signature."""
    if isinstance(error, NoBucketError):
        return (
            "the bucket does not exist, and MINIO_ACCESS_KEY may not make it. Make it, "
            "or give the key s3:CreateBucket and s3:PutBucketPolicy."
        )
    if isinstance(error, UnreadableError):
        return (
            "what was written cannot be read back, so that every run would pay anew. "
            "Give MINIO_ACCESS_KEY s3:GetObject on both buckets."
        )
    if isinstance(error, S3Error):
        if error.message in PRESIGNED_TOO_LATE_OR_EARLY:
            return f"{error.message}. {REMEDIES['RequestTimeTooSkewed']}"
        return f"{error.code}. {REMEDIES.get(error.code or '', error.message)}"
    if isinstance(error, MinioException | KeyError | ParseError):
        return "what answers there is no S3 server. Check that MINIO_ENDPOINT names the API and not the console."
    if isinstance(error, urllib3.exceptions.HTTPError):
        reason = getattr(error, "reason", None) or error
        tls = " A server without TLS is reached by http://." if isinstance(reason, urllib3.exceptions.SSLError) else ""
        return f"not reached ({type(reason).__name__}). Check MINIO_ENDPOINT, and that the server is up.{tls}"
    return f"{error}. Check MINIO_ENDPOINT and MINIO_BUCKET."
