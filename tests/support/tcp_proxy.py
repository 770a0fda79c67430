"""A TCP proxy for tests, which can delay, cut or answer requests."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

__all__ = ["NO_ROOM", "AnswerError", "CutError", "TcpProxy"]

NO_ROOM_BODY = b"<Error><Code>XMinioStorageFull</Code><Message>No room.</Message></Error>"
# MinIO's answer to a write for which its disk has no room.
NO_ROOM = (
    b"HTTP/1.1 507 Insufficient Storage\r\nContent-Type: application/xml\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(NO_ROOM_BODY), NO_ROOM_BODY)
)


class CutError(Exception):
    """Raised by a test to break a request's connection."""


class AnswerError(Exception):
    """Raised by a test to answer a request with these bytes instead of the server."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer


class TcpProxy:
    """Forwards from one port of 127.0.0.1 to another.

    ``on_bytes`` gets every chunk for the server before it is forwarded, and may wait, or raise CutError or AnswerError.
    """

    def __init__(self, target_port: int, on_bytes: Callable[[bytes], None]) -> None:
        self._target = ("127.0.0.1", target_port)
        self._on_bytes = on_bytes
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> "TcpProxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(self._target) as server:
            threading.Thread(target=_pump, args=(server, client), daemon=True).start()
            try:
                while data := client.recv(65_536):
                    self._on_bytes(data)
                    server.sendall(data)
            except AnswerError as error:
                with suppress(OSError):  # The rest of the request is read, so that the answer arrives.
                    client.sendall(error.answer)
                    client.shutdown(socket.SHUT_WR)
                    client.settimeout(1)
                    while client.recv(65_536):
                        pass
            except CutError:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
