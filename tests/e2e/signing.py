"""Requests that write one object, signed in every way that MinIO knows, before anyone adds to them."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote, urlencode, urlsplit

from minio.credentials.credentials import Credentials
from minio.signer import sign_v4_s3
from minio.time import utcnow

from tests.e2e.attacks import DATA, Request, unsigned_put
from tests.e2e.deployment import Deployment

__all__ = ["SIGNED"]


def signed_by_header(deployment: Deployment, request: Request, content: str | None = None) -> Request:
    """Return the request with a version 4 signature of all its headers in a header, in the root user's name."""
    content, now = content or hashlib.sha256(request.body).hexdigest(), utcnow()
    signed: Mapping[str, object] = sign_v4_s3(
        method=request.method,
        url=urlsplit(f"http://{deployment.private}{request.target}"),
        region="us-east-1",
        headers={
            **request.headers,
            "Host": deployment.private,
            "x-amz-content-sha256": content,
            "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}",
        },
        credentials=Credentials(*deployment.root_keys),
        content_sha256=content,
        date=now,
    )
    return replace(request, headers={name: str(value) for name, value in signed.items()})


def _by_link(deployment: Deployment, path: str) -> Request:
    bucket, _, key = path.removeprefix("/").partition("/")
    link = deployment.client().get_presigned_url("PUT", bucket, key, expires=timedelta(hours=1))
    return Request("PUT", link.removeprefix(f"http://{deployment.private}"), {}, DATA)


def _by_header(deployment: Deployment, path: str) -> Request:
    return signed_by_header(deployment, Request("PUT", path, {}, DATA))


def _with_trailer(deployment: Deployment, path: str) -> Request:
    request = unsigned_put(path, "", {})
    return signed_by_header(deployment, request, request.headers["x-amz-content-sha256"])


def _in_signed_chunks(deployment: Deployment, path: str) -> Request:
    """Return a write whose chunks are signed one by one, each with the signature of the one before."""
    content = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    length = {"x-amz-decoded-content-length": str(len(DATA))}
    request = signed_by_header(deployment, Request("PUT", path, length), content)
    signature, date = request.headers["Authorization"].rpartition("=")[2], request.headers["x-amz-date"]
    scope, key = f"{date[:8]}/us-east-1/s3/aws4_request", f"AWS4{deployment.root_keys[1]}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    body, nothing = b"", hashlib.sha256().hexdigest()
    for chunk in (DATA, b""):
        parts = "AWS4-HMAC-SHA256-PAYLOAD", date, scope, signature, nothing, hashlib.sha256(chunk).hexdigest()
        signature = hmac.new(key, "\n".join(parts).encode(), "sha256").hexdigest()
        body += b"%x;chunk-signature=%s\r\n%s\r\n" % (len(chunk), signature.encode(), chunk)
    return replace(request, body=body)


def _by_link_of_version_2(deployment: Deployment, path: str) -> Request:
    user, password = deployment.root_keys
    expires = str(int(time.time()) + 3600)
    signature = hmac.digest(password.encode(), f"PUT\n\n\n{expires}\n{quote(path)}".encode(), "sha1")
    query = {"AWSAccessKeyId": user, "Expires": expires, "Signature": base64.b64encode(signature).decode()}
    return Request("PUT", f"{path}?{urlencode(query)}", {}, DATA)


# Each takes the deployment and the path of the object to write.
SIGNED: dict[str, Callable[[Deployment, str], Request]] = {
    "a link": _by_link,
    "a header": _by_header,
    "a header, and a body with a trailer": _with_trailer,
    "a header, and signed chunks": _in_signed_chunks,
    "a link of version 2": _by_link_of_version_2,
}
