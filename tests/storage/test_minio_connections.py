"""Connections through proxies and with certificates, on real sockets."""

import datetime
import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from errors import SettingsError, StoreError, StoreUnavailableError
from settings import Settings, read_settings
from storage.minio_store import MinioStore
from storage.store import Area
from tests.support.memory_store import plain
from tests.support.minio_server import MinioServer
from tests.support.tcp_proxy import AnswerError, TcpProxy

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
HOST = "minio.example.com"
# An authority's and a server's; Python 3.13 asks for it.
USAGE = x509.KeyUsage(
    digital_signature=True,
    key_cert_sign=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@pytest.fixture(autouse=True)
def no_proxy_or_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def settings_for(endpoint: str, **variables: str) -> Settings:
    keys = {"MINIO_ACCESS_KEY": "someone", "MINIO_SECRET_KEY": "canary-secret"}
    return read_settings({"MINIO_ENDPOINT": endpoint, **keys, **variables})


def certificate(folder: Path, host: str) -> Path:
    """Write a certificate for the host that signs itself, with its key, as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(USAGE, critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"{host}.pem"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    return path


class Missing(http.server.BaseHTTPRequestHandler):
    """An S3 server without objects."""

    def do_GET(self) -> None:
        body = b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
        self.send_response(404)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def tls_server(certificate: Path) -> Iterator[int]:
    """Yield the port of an S3 server that speaks TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Missing) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def tunnel(port: int, asked: list[bytes], answer: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Iterator[str]:
    """Yield the address of a proxy that records what it is asked, and opens tunnels to ``port``, whatever their end."""

    class Tunnel(TcpProxy):
        def _serve(self, client) -> None:  # type: ignore[no-untyped-def]
            asked.append(client.recv(65_536))
            client.sendall(answer)
            super()._serve(client)

    with Tunnel(port, lambda data: None) as proxy:
        yield f"127.0.0.1:{proxy.port}"


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """Yield the port of a server that answers every request with these bytes."""

    def refuse(data: bytes) -> None:
        raise AnswerError(answer)

    with socket.create_server(("127.0.0.1", 0)) as silent, TcpProxy(silent.getsockname()[1], refuse) as proxy:
        yield proxy.port


async def test_a_store_is_reached_through_the_proxy_for_its_scheme(
    minio: MinioServer, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    with TcpProxy(minio.port, asked.append) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://someone:p%40ss@127.0.0.1:{proxy.port}")
        endpoint = {**minio.environment, "MINIO_ENDPOINT": f"http://{HOST}:9000", "MINIO_BUCKET": bucket}
        store = MinioStore(read_settings(endpoint))
        await store.prepare()
        version = await store.create(Area.ORIGINALS, "a", plain(b"1"))
        assert version
        found = await store.urgent().read(Area.ORIGINALS, "a")
    assert found
    assert (found.data, found.version) == (b"1", version)
    heads = [data for data in asked if b" HTTP/1.1\r\n" in data]
    assert all(f" http://{HOST}:9000/{bucket}".encode() in data for data in heads)
    assert all(b"Basic c29tZW9uZTpwQHNz\r\n" in data for data in heads)


async def test_a_tls_store_is_reached_through_a_tunnel_and_with_the_companys_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    path = certificate(tmp_path, HOST)
    with tls_server(path) as port, tunnel(port, asked) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            monkeypatch.setenv(name, str(path))
            assert await MinioStore(settings_for(f"https://{HOST}")).read(Area.ORIGINALS, "a") is None
            monkeypatch.delenv(name)
    assert len(asked) == 2
    assert all(request.startswith(f"CONNECT {HOST}:443 ".encode()) for request in asked)


async def test_a_certificate_that_is_not_trusted_is_named_with_a_remedy_that_keeps_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path, HOST)
    with tls_server(path) as port, tunnel(port, []) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        for endpoint, trusted, reason in (
            (f"https://{HOST}", None, "self-signed certificate"),
            ("https://other.example.com", path, "Hostname mismatch"),
        ):
            if trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
            with pytest.raises(StoreError, match=rf"not trusted \({reason}.*set SSL_CERT_FILE to a PEM") as raised:
                await MinioStore(settings_for(endpoint)).read(Area.ORIGINALS, "a")
            assert raised.value.permanent
            assert "http://" not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        (b"407 Proxy Authentication Required", StoreError, "the proxy wants a user and a password: set HTTPS_PROXY"),
        (b"403 Forbidden", StoreError, r"the proxy answers with status 403\. Check HTTPS_PROXY.*NO_PROXY"),
        (b"502 Bad Gateway", StoreUnavailableError, "the proxy answers with status 502"),
        (b"429 Too Many Requests", StoreUnavailableError, "the proxy answers with status 429"),
    ],
)
async def test_a_proxy_that_opens_no_tunnel_is_named(
    monkeypatch: pytest.MonkeyPatch, status: bytes, error: type[StoreError], message: str
) -> None:
    answer = b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status
    with answering(answer) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(error, match=message) as raised:
            await MinioStore(settings_for(f"https://{HOST}")).read(Area.ORIGINALS, "a")
    assert type(raised.value) is error


async def test_a_plain_http_store_behind_a_proxy_that_wants_a_password_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with answering(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n") as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        store = MinioStore(settings_for(f"http://{HOST}"))
        for call in (lambda: store.read(Area.ORIGINALS, "a"), lambda: store.create(Area.ORIGINALS, "a", plain(b"1"))):
            with pytest.raises(StoreError, match="the proxy wants a user and a password") as raised:
                await call()
            assert raised.value.permanent


async def test_a_proxy_that_is_away_is_a_temporary_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    with pytest.raises(StoreUnavailableError, match=r"the proxy cannot be reached\. Check HTTPS_PROXY"):
        await MinioStore(settings_for(f"https://{HOST}")).read(Area.ORIGINALS, "a")


@pytest.mark.parametrize("file", ["missing.pem", "empty.pem"])
def test_a_store_without_usable_certificates_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    (tmp_path / "empty.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / file))
    with pytest.raises(SettingsError, match=f"SSL_CERT_FILE='{tmp_path / file}'"):
        MinioStore(settings_for(f"https://{HOST}"))
    assert MinioStore(settings_for(f"http://{HOST}"))  # Which needs none.


def test_a_store_behind_a_proxy_that_cannot_be_used_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    with pytest.raises(SettingsError, match="ALL_PROXY names a SOCKS proxy"):
        MinioStore(settings_for(f"https://{HOST}"))
    monkeypatch.setenv("NO_PROXY", f"[::1],fd00::/8,{HOST}")
    assert MinioStore(settings_for(f"https://{HOST}"))


def test_a_region_that_no_server_has_is_an_error() -> None:
    with pytest.raises(SettingsError, match=r"MINIO_REGION='us east': give a region such as us-east-1"):
        settings_for("http://127.0.0.1:9000", MINIO_REGION="us east")
