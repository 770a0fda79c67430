"""Which ends of a request the vendor may have billed, over HTTP through each vendor's own SDK."""

import gc
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from errors import ProviderRejectedError, ProviderUnavailableError, UnusableAnswerError
from tests.providers.asking import GEMINI, OPENAI, answering, ask
from tests.support.emulator import Emulator, Fault, cut_body, drip, gateway_failure, gemini_answer, late, lost

BASE_URLS = {OPENAI: "OPENAI_BASE_URL", GEMINI: "GOOGLE_GEMINI_BASE_URL"}
both_vendors = pytest.mark.parametrize("model", [OPENAI, GEMINI])


@both_vendors
@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (lost, "The connection to {} broke: "),
        (cut_body, "The connection to {} broke: "),
        (drip, "{} did not answer within 0.5 s"),
        (late(1.0), "{} did not answer within 0.5 s"),
        (gateway_failure(502), "Something on the way to {} failed with status 502"),
        (gateway_failure(408), "Something on the way to {} failed with status 408"),
        (gateway_failure(405), "Something on the way to {} failed in a way that is not documented"),
    ],
    ids=["lost", "cut", "drip", "late", "502", "408", "405"],
)
async def test_a_lost_answer_may_have_been_billed(
    fault: Fault, says: str, model: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(fault)
    with pytest.raises(ProviderUnavailableError) as caught:
        await ask(emulator, model, monkeypatch, PROVIDER_TIMEOUT_SECONDS="0.5")
    assert says.format("OpenAI" if model == OPENAI else "Gemini") in str(caught.value)
    assert caught.value.maybe_billed
    assert emulator.billed == len(emulator.requests) == 1


async def test_a_refusal_of_gemini_that_reports_no_usage_may_have_been_billed(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = gemini_answer([], "IMAGE_SAFETY")
    emulator.faults += [answering(200, {"candidates": whole["candidates"]}), answering(200, whole)]
    for maybe_billed in (True, False):
        with pytest.raises(ProviderRejectedError) as caught:
            await ask(emulator, GEMINI, monkeypatch)
        assert caught.value.maybe_billed is maybe_billed


@both_vendors
async def test_an_unusable_answer_without_usage_may_have_been_billed(
    model: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(answering(200, {}))
    with pytest.raises(UnusableAnswerError) as caught:
        await ask(emulator, model, monkeypatch)
    assert caught.value.maybe_billed


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Answer each connection to a port of 127.0.0.1, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(10)
                    try:
                        answer(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def refuse_proxying(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    connection.recv(1)


def no_tls(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def silence(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass


async def fails_unsent(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, model: str, **changes: str
) -> ProviderUnavailableError:
    with pytest.raises(ProviderUnavailableError) as caught:
        await ask(emulator, model, monkeypatch, **changes)
    assert not caught.value.maybe_billed
    assert emulator.requests == []
    return caught.value


@both_vendors
@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no-such-host.invalid"])
async def test_no_connection_is_not_billed(
    url: str, model: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = await fails_unsent(emulator, monkeypatch, model, **{BASE_URLS[model]: url})
    assert "could not be reached: " in str(error)
    assert f"check the network and {BASE_URLS[model]}" in str(error)


# The HTTP client leaves closing a connection to the garbage collector if TLS, or a proxy, does not answer in time.
unclosed = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def collected() -> Iterator[None]:
    """Collect the connections of this test before the next one, which would get their warnings."""
    yield
    gc.collect()


@unclosed
@pytest.mark.usefixtures("collected")
@both_vendors
@pytest.mark.parametrize("answer", [no_tls, silence])
async def test_a_failure_of_tls_is_not_billed(
    answer: Callable[[socket.socket], None], model: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server(answer) as port:
        url = {BASE_URLS[model]: f"https://127.0.0.1:{port}", "PROVIDER_TIMEOUT_SECONDS": "0.5"}
        await fails_unsent(emulator, monkeypatch, model, **url)


@unclosed
@pytest.mark.usefixtures("collected")
@both_vendors
@pytest.mark.parametrize("answer", [refuse_proxying, silence])
async def test_a_proxy_that_refuses_or_stalls_is_not_billed(
    answer: Callable[[socket.socket], None], model: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CONNECT is a request with a body too, an empty one."""
    with server(answer) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        url = {BASE_URLS[model]: "https://api.example.com", "PROVIDER_TIMEOUT_SECONDS": "0.5"}
        await fails_unsent(emulator, monkeypatch, model, **url)
