"""How far a paid request and its answer may go: no redirect, a bounded size, and links to public addresses only."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from errors import ProviderRejectedError, UnusableAnswerError
from providers import linked_picture
from providers.client import MAX_ANSWER
from tests.providers.asking import GEMINI, OPENAI, ask
from tests.support.emulator import KEY, Emulator, Fault, Handler, Request, billed_answer, huge, picture_for, redirect
from tests.support.project import ROOT

both_vendors = pytest.mark.parametrize("model", [OPENAI, GEMINI])


class Elsewhere:
    """Another host: what it was asked, and what it answers."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.url = ""


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with serving() as host:
        yield host


@contextmanager
def serving() -> Iterator[Elsewhere]:
    host = Elsewhere()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            host.seen.append(f"{self.command} {self.path}\n{self.headers}\n{body!r}")
            status, headers, data = host.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield host
    server.shutdown()
    thread.join()
    server.server_close()


@both_vendors
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_carries_key_or_prompt_to_another_host(
    model: str, status: int, elsewhere: Elsewhere, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(redirect(status, f"{elsewhere.url}/v1/images?token=secret"))
    with pytest.raises(ProviderRejectedError) as caught:
        await ask(emulator, model, monkeypatch)
    assert (elsewhere.seen, len(emulator.requests)) == ([], 1)
    assert caught.value.code == "invalid_request"
    assert f"to {elsewhere.url}. No paid request is sent on" in str(caught.value)
    assert f"Set {'OPENAI_BASE_URL' if model == OPENAI else 'GOOGLE_GEMINI_BASE_URL'} to" in str(caught.value)
    assert "secret" not in str(caught.value)


@both_vendors
@pytest.mark.parametrize("compressed", [False, True])
async def test_an_answer_that_is_larger_than_any_picture_is_not_read_to_its_end(
    model: str, compressed: bool, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(huge(MAX_ANSWER // 2**20 + 1, compressed=compressed))
    with pytest.raises(UnusableAnswerError, match="the answer is larger than 64 MB, which no picture takes") as caught:
        await ask(emulator, model, monkeypatch)
    assert caught.value.maybe_billed


PEAK = """
import asyncio, sys
from errors import UnusableAnswerError
from providers.opening import open_provider, picture_request
from providers.registry import MODELS
from settings import read_settings
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
async def main():
    settings, model = read_settings(), MODELS[sys.argv[1]]
    wanted = picture_request(model, settings, title="T", style="neon", context="", extra_prompt="", variation=0)
    async with open_provider(model, settings) as provider:
        before = peak()
        try:
            await provider.generate(wanted)
        except UnusableAnswerError:
            print(peak() - before)
asyncio.run(main())
"""


@pytest.mark.slow
@both_vendors
@pytest.mark.parametrize("compressed", [False, True])
def test_700_megabytes_take_little_more_memory_than_the_bound(model: str, compressed: bool, emulator: Emulator) -> None:
    emulator.faults.append(huge(700, compressed=compressed))
    done = subprocess.run(
        [sys.executable, "-c", PEAK, model], cwd=ROOT, env=emulator.environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 1.5 * MAX_ANSWER / 2**10  # Kilobytes.


def linking(url: str) -> Fault:
    """Bill a picture, and send its address in place of it."""

    def fault(handler: Handler, request: Request) -> None:
        handler.reply(200, {**billed_answer(request), "data": [{"url": url}]})

    return fault


async def refused(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, url: str, **changes: str) -> UnusableAnswerError:
    emulator.faults.append(linking(url))
    with pytest.raises(UnusableAnswerError) as caught:
        await ask(emulator, OPENAI, monkeypatch, **changes)
    assert caught.value.usage["output_tokens"] == 864
    return caught.value


async def test_a_picture_that_a_gateway_links_to_is_fetched_without_the_key(
    elsewhere: Elsewhere, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(handler: Handler, request: Request) -> None:
        elsewhere.answers["/p.png"] = (200, {}, picture_for(request))
        linking(f"{elsewhere.url}/moved")(handler, request)

    elsewhere.answers["/moved"] = (302, {"Location": "/p.png"}, b"")
    emulator.faults.append(link)
    picture = await ask(emulator, OPENAI, monkeypatch)
    assert picture.data == picture_for(emulator.requests[0])
    assert picture.usage["output_tokens"] == 864
    assert [request.partition("\n")[0] for request in elsewhere.seen] == ["GET /moved", "GET /p.png"]
    assert KEY not in "".join(elsewhere.seen)


async def test_a_picture_may_come_as_a_data_url(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(handler: Handler, request: Request) -> None:
        encoded = billed_answer(request)["data"][0]["b64_json"]
        linking(f"data:image/jpeg;base64,{encoded}")(handler, request)

    emulator.faults.append(link)
    assert (await ask(emulator, OPENAI, monkeypatch)).data == picture_for(emulator.requests[0])


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://localhost:9/p.png", "is not a public address"),
        ("https://10.0.0.7/p.png", "10.0.0.7 is not a public address"),
        ("https://169.254.169.254/latest", "is not a public address"),
        ("https://[::ffff:10.0.0.7]/p.png", "is not a public address"),
        ("https://[fd00::1]/p.png", "is not a public address"),
        ("ftp://127.0.0.1/p.png", "only HTTPS is allowed"),
        ("file://127.0.0.1/etc/passwd", "only HTTPS is allowed"),
        ("https://user:password@127.0.0.1/p.png", "only HTTPS is allowed"),
        ("http://[::1", "invalid address"),
    ],
)
async def test_no_link_leads_inside(url: str, says: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    error = await refused(emulator, monkeypatch, url)
    assert says in str(error)
    assert error.data == url.encode()
    assert "password" not in str(error)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((302, {"Location": "https://10.0.0.7/p.png"}, b""), "10.0.0.7 is not a public address"),
        ((302, {"Location": "/p.png"}, b""), "it redirects too often"),
        ((302, {"Location": "http://[::1"}, b""), "cannot be fetched"),
        ((403, {}, b""), "it answers with status 403"),
        ((200, {"Content-Length": "100"}, b"cut"), "cannot be fetched"),
        ((200, {}, b" " * (MAX_ANSWER + 1)), "it is larger than 64 MB"),
    ],
    ids=["inside", "loop", "unreadable", "403", "cut", "large"],
)
async def test_what_cannot_be_fetched_is_kept_as_its_address(
    answer: tuple[int, dict[str, str], bytes],
    says: str,
    elsewhere: Elsewhere,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere.answers["/p.png"] = answer
    error = await refused(emulator, monkeypatch, f"{elsewhere.url}/p.png")
    assert says in str(error)
    assert error.data


async def test_a_host_that_listens_at_one_of_its_addresses_is_reached(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most machines know localhost as ::1 too."""

    async def both(*_: object, **__: object) -> list[tuple[Any, ...]]:
        return [(0, 0, 0, "", (address, 0)) for address in ("::1", "127.0.0.2", "127.0.0.1")]

    elsewhere.answers["/p.png"] = (200, {}, b"picture")
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    gateway = httpx2.URL(elsewhere.url.replace("127.0.0.1", "localhost"))
    assert await linked_picture.fetch_picture(gateway.copy_with(path="/p.png"), gateway, 5, {}) == b"picture"
    assert f"host: {gateway.netloc.decode()}" in elsewhere.seen[0].lower()


async def test_http_is_not_allowed_behind_a_gateway_that_uses_https() -> None:
    gateway = httpx2.URL("https://127.0.0.1/v1/")
    with pytest.raises(UnusableAnswerError, match="only HTTPS is allowed"):
        await linked_picture.fetch_picture(httpx2.URL("http://127.0.0.1/p.png"), gateway, 5, {})


async def test_a_link_has_only_what_is_left_of_the_time(elsewhere: Elsewhere) -> None:
    gateway = httpx2.URL(elsewhere.url)
    with pytest.raises(UnusableAnswerError, match="did not answer in time"):
        await linked_picture.fetch_picture(gateway, gateway, 0, {})
