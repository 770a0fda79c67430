"""Answers after which a request is sent again: 409 ConditionalRequestConflict, and those of busy servers."""

import asyncio
import http.server
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from errors import StoreError, StoreFullError, StoreUnavailableError
from originals.claim import EXPIRY_SECONDS, Claim
from settings import read_settings
from storage.opening import open_store
from storage.store import Area, Store
from tests.support.memory_store import plain

CONFLICT = b"<Error><Code>ConditionalRequestConflict</Code><Message>A conflicting operation occurred.</Message></Error>"
WRITES: dict[str, Callable[[Store], Awaitable[str | None]]] = {
    "create": lambda store: store.create(Area.ORIGINALS, "claims/a", plain(b"1")),
    "replace": lambda store: store.replace(Area.ORIGINALS, "claims/a", plain(b"1"), '"old"'),
}


@contextmanager
def conflicting_server(
    conflicts: int, status: int = 409, refusal: bytes = CONFLICT, retry_after: str = "0"
) -> Iterator[tuple[Store, list[str]]]:
    """Yield a store whose server refuses the first ``conflicts`` writes, and the received methods."""
    received: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            received.append(self.command)
            conflict = received.count("PUT") <= conflicts
            self.answer(status if conflict else 200, refusal if conflict else b"")

        def do_DELETE(self) -> None:
            received.append(self.command)
            self.close_connection = True

        def do_HEAD(self) -> None:
            received.append(self.command)
            self.answer(200, b"")

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if body.startswith(b"<html>") else "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"new"')
            self.send_header("Retry-After", retry_after)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        keys = {"MINIO_ACCESS_KEY": "someone", "MINIO_SECRET_KEY": "canary-secret"}
        yield open_store(read_settings({"MINIO_ENDPOINT": address, **keys})), received
        server.shutdown()


@pytest.mark.parametrize("write", WRITES)
async def test_a_conflict_is_retried(write: str) -> None:
    with conflicting_server(conflicts=2) as (store, received):
        assert await WRITES[write](store) == '"new"'
    assert received[:3] == ["PUT"] * 3


async def test_an_endless_conflict_is_an_error() -> None:
    with (
        conflicting_server(conflicts=100) as (store, received),
        pytest.raises(StoreError, match="ConditionalRequestConflict"),
    ):
        await store.create(Area.ORIGINALS, "claims/a", plain(b"1"))
    assert received == ["PUT"] * 4


async def test_a_busy_servers_wish_for_a_minutes_pause_does_not_cost_a_claim() -> None:
    slow_down = b"<Error><Code>SlowDownWrite</Code><Message>Please reduce your request rate</Message></Error>"
    with conflicting_server(1, 503, slow_down, retry_after="60") as (store, received):
        claim = Claim(store, "a", None)
        assert await asyncio.wait_for(claim.take(), EXPIRY_SECONDS)
        assert received.count("PUT") == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [(503, b""), (503, b"<p>Unavailable<br></p>"), (502, "<html>Vorübergehend nicht verfügbar".encode("latin-1"))],
)
@pytest.mark.parametrize("write", [*WRITES, "write"])
async def test_a_broken_answer_of_a_failing_server_is_a_server_that_is_away(
    write: str, status: int, body: bytes
) -> None:
    with conflicting_server(99, status, body) as (store, _), pytest.raises(StoreUnavailableError):
        await (WRITES[write](store) if write in WRITES else store.write(Area.ORIGINALS, "a", plain(b"1")))


async def test_a_server_that_ends_the_tls_handshake_is_a_server_that_is_away() -> None:
    """So does one that is restarting."""

    def end_handshakes() -> None:
        with suppress(OSError):  # The listener is closed in the end.
            while True:
                with listener.accept()[0] as connection:
                    connection.recv(10_000)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=end_handshakes, daemon=True).start()
        address = f"https://127.0.0.1:{listener.getsockname()[1]}"
        keys = {"MINIO_ACCESS_KEY": "someone", "MINIO_SECRET_KEY": "canary-secret"}
        store = open_store(read_settings({"MINIO_ENDPOINT": address, **keys}))
        with pytest.raises(StoreUnavailableError, match=r"SSLError.*If the server has no TLS, use http://"):
            await store.read(Area.ORIGINALS, "a")
        listener.shutdown(socket.SHUT_RDWR)


async def test_a_large_picture_is_one_request_too() -> None:
    """To end a multipart upload that failed takes a right that workers lack, and hides why it failed."""
    full = b"<Error><Code>XMinioStorageFull</Code><Message>No room.</Message></Error>"
    with conflicting_server(99, 507, full) as (store, received), pytest.raises(StoreFullError):
        await store.write(Area.ORIGINALS, "a", plain(b"x" * 6_000_000))
    assert received == ["PUT"]


async def test_a_server_that_ignores_conditions_is_named_before_anything_is_paid_for() -> None:
    with conflicting_server(0) as (store, _), pytest.raises(StoreError, match="such as conditional writes: use ano"):
        await store.check()


async def test_a_removal_whose_answer_is_lost_is_not_sent_again() -> None:
    """By then, another run may have claimed the same picture."""
    with conflicting_server(0) as (store, received), pytest.raises(StoreUnavailableError):
        await store.remove(Area.ORIGINALS, "claims/a")
    assert received == ["DELETE"]


@pytest.mark.parametrize("status", [408, 429])
async def test_a_proxy_that_is_busy_is_a_server_that_is_away(status: int) -> None:
    with (
        conflicting_server(9, status, b"<html>Busy</html>") as (store, _),
        pytest.raises(StoreUnavailableError, match=f"failed with status {status}"),
    ):
        await store.write(Area.ORIGINALS, "a", plain(b"1"))


async def test_a_server_in_another_region_is_named_at_once() -> None:
    malformed = b"<Error><Code>AuthorizationHeaderMalformed</Code><Message>The region is wrong.</Message></Error>"
    with (
        conflicting_server(9, 400, malformed) as (store, _),
        pytest.raises(StoreError, match="set MINIO_REGION to it") as raised,
    ):
        await store.write(Area.ORIGINALS, "a", plain(b"1"))
    assert not isinstance(raised.value, StoreUnavailableError)
