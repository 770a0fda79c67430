"""A batch's page that a server brings: each action is sent to it, and the page shows what the answer brings."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from gallery.live import Live, answer
from tests.e2e.browsing import load_all, show, tick
from tests.e2e.choosable import TITLES, chosen, directory, key, post_of, press, said, tally, write_batch
from tests.support.batches import manifest, ok

MODELS = ["gpt-image-1", "dall-e-3"]
ADDRESS = "/token/act"
Reply = Callable[[str, dict[str, Any]], tuple[int, Any]]


def batch(*covers: int, chosen: bool = True, takes: int = 0) -> Any:
    """Return the batch as the server has it: the post with each number has the cover of the model with this index."""
    posts = [
        {"slug": f"post-{number}", "cover": {**cover_of(number, MODELS[model]), "chosen": chosen}}
        for number, model in enumerate(covers)
    ]
    rows = [[ok(TITLES[number], model, key=key(number, model)) for model in MODELS] for number in range(len(covers))]
    further = ok(TITLES[0], MODELS[0], key=key(0, MODELS[1]), variation=1)
    rows[0] += [further] * takes
    return manifest(*rows, posts=posts, models=MODELS)


def cover_of(number: int, model: str) -> dict[str, Any]:
    cover: dict[str, Any] = post_of(number, [model], {"image_url": "http://h"})["cover"]
    return cover


class Server:
    """Serves a folder, remembers what the page sends, and answers as a test says."""

    def __init__(self, folder: Path) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.reply: Reply = lambda action, what: (500, {"error": "This was not expected."})
        server = self

        class Handler(SimpleHTTPRequestHandler):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args, directory=str(folder))

            def do_POST(self) -> None:
                assert self.path.startswith(f"{ADDRESS}/")
                action = self.path.removeprefix(f"{ADDRESS}/")
                what = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.heard.append((action, what))
                status, answered = server.reply(action, what)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answered).encode())

            def log_message(self, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_port}/batches/00ff/index.html"

    @contextmanager
    def running(self) -> Iterator["Server"]:
        thread = Thread(target=self._http.serve_forever)
        thread.start()
        yield self
        self.stop()
        thread.join()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    write_batch(directory(tmp_path), [{0, 1}] * 3, models=MODELS, live=Live(ADDRESS, {"dall-e-3": "about $0.04"}))
    with Server(tmp_path / "thumbnails").running() as server:
        yield server


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    shown = show(browser, server.address)
    yield shown.page
    shown.page.close()
    expected = ("status of 409", "ERR_CONNECTION_REFUSED")
    assert [fault for fault in shown.faults if not any(each in fault for each in expected)] == []


def picture(number: int, model: str) -> dict[str, Any]:
    return {"slug": f"post-{number}", "model": model, "variation": 0, "thumbnail": key(number, model)}


def wait_for(page: Page, words: str) -> None:
    page.locator("body > .said", has_text=words).wait_for()


def test_a_choice_is_applied_when_it_is_made_and_undo_undoes_it_there(page: Page, server: Server) -> None:
    server.reply = lambda action, what: (200, answer(batch(1, 0, 0), ["post-0"], said="Chosen there.", undo="a choice"))
    press(page, "j", "2")
    wait_for(page, "Chosen there.")
    assert chosen(page)[0] == key(0, "dall-e-3")
    assert page.locator("[data-slug=post-0] .mark").inner_text() == "Cover"
    assert tally(page) == "All 3 posts have a cover; 2 chosen by you"
    server.reply = lambda action, what: (200, answer(batch(0, 0, 0), ["post-0"], said="Undone there."))
    press(page, "u")
    wait_for(page, "Undone there.")
    assert chosen(page)[0] == key(0, "gpt-image-1")
    assert page.locator("[aria-current]").get_attribute("data-slug") == "post-0"
    assert page.get_by_role("button", name="Undo").is_disabled()
    assert server.heard == [("choose", picture(0, "dall-e-3")), ("undo", {})]


def test_a_choice_that_the_server_refuses_is_taken_back_and_says_why(page: Page, server: Server) -> None:
    server.reply = lambda action, what: (409, {"error": "The picture is gone."})
    press(page, "j", "2")
    wait_for(page, "The picture is gone.")
    assert chosen(page) == [key(1, "gpt-image-1")]


def test_another_take_has_its_price_on_the_button_and_comes_beside_the_earlier_ones(page: Page, server: Server) -> None:
    server.reply = lambda action, what: (200, answer(batch(0, 0, 0, takes=1), ["post-0"], said="Drawn."))
    post = page.locator("[data-slug=post-0]")
    post.get_by_role("button", name="Another take, about $0.04, dall-e-3").click()
    wait_for(page, "Drawn.")
    assert post.locator("li").count() == 3
    assert post.locator("li .choose kbd").all_inner_texts() == ["1", "2", "3"]
    assert server.heard == [("take", picture(0, "dall-e-3"))]
    assert page.locator("[value=take]").count() == 3  # A model without a price draws none.


def test_each_other_action_asks_for_what_its_button_says(page: Page, server: Server) -> None:
    server.reply = lambda action, what: (200, answer(batch(0, 0, 0), [], said=f"Done: {action}."))
    page.get_by_role("button", name="No cover").nth(1).click()
    wait_for(page, "Done: without.")
    page.get_by_role("button", name="Remove, gpt-image-1").nth(2).click()
    wait_for(page, "Done: remove.")
    for name, action in (
        ("dall-e-3 everywhere", "everywhere"),
        ("Accept the rest as they are", "rest"),
        ("New look for all covers", "look"),
    ):
        if not page.locator(".all[open]").count():
            page.locator(".all summary").click()
        page.get_by_role("button", name=name).click()
        wait_for(page, f"Done: {action}.")
    assert server.heard == [
        ("without", {"slug": "post-1"}),
        ("remove", picture(2, "gpt-image-1")),
        ("everywhere", {"model": "dall-e-3"}),
        ("rest", {}),
        ("look", {}),
    ]


def test_the_view_stays_when_posts_are_replaced(page: Page, server: Server) -> None:
    server.reply = lambda action, what: (200, answer(batch(1, 1, 1), [f"post-{n}" for n in range(3)], said="All."))
    tick(page, "dall-e-3")
    press(page, "Escape", "j", "j")
    page.locator(".all summary").click()
    page.get_by_role("button", name="Accept the rest").click()
    wait_for(page, "All.")
    assert page.locator("main li:visible").count() == 3
    assert page.locator("[aria-current]").get_attribute("data-slug") == "post-1"


def test_a_server_that_stopped_is_named(page: Page, server: Server) -> None:
    load_all(page)
    server.stop()
    press(page, "j", "2")
    wait_for(page, "The program that brings this page does not answer.")
    assert said(page).endswith("open the address that it prints.")
    assert chosen(page) == [key(1, "gpt-image-1")]
