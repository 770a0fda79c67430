"""``covers choose``: what is done on the page is done in the store at once, undone there, and refused to others."""

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from cli.choosing.run import server_of
from cli.made import Made, find_made
from cli.reading.blog_file import with_blog_file
from cli.reading.environment import local_settings
from cli.reading.parsing import parse
from storage.opening import open_store
from tests.support.emulator import Emulator
from tests.support.project import ROOT

FLARE, GEMINI = "gpt-image-2.6-flare", "gemini-3-pro-image"
BLOG = f'name = "Ann"\nsource = "posts"\nmodels = ["{FLARE}", "{GEMINI}"]\n'
SITE = Path("site")


@pytest.fixture(autouse=True)
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A blog of three posts, where this is called."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIMULATED_LATENCY_SECONDS", "0")
    for name in ("THUMBNAILS_DIR", "SIMULATE_PROVIDERS"):  # The command line chooses these.
        monkeypatch.setenv(name, "")
    Path("covers.toml").write_text(BLOG)
    Path("posts").mkdir()
    for title in ("One", "Two", "Three"):
        Path(f"posts/{title.lower()}.md").write_text(f"---\ntitle: {title}\ndescription: About {title}\n---\n")
    SITE.mkdir()


class Reader:
    """Whoever sits before the page."""

    def __init__(self, session: aiohttp.ClientSession, page: str) -> None:
        self.session, self.page = session, page
        parts = urlsplit(page)
        self.origin, self.root = f"{parts.scheme}://{parts.netloc}", f"/{parts.path.split('/')[1]}"

    async def asks(self, action: str, *, headers: Any = (), root: str = "", **values: Any) -> aiohttp.ClientResponse:
        sent = {"Origin": self.origin, "Content-Type": "application/json", **dict(headers)}
        address = f"{self.origin}{root or self.root}/act/{action}"
        return await self.session.post(address, data=json.dumps(values), headers=sent)

    async def does(self, action: str, **values: str) -> dict[str, Any]:
        response = await self.asks(action, **values)
        answer: dict[str, Any] = await response.json()
        assert response.status == 200, answer
        return answer

    async def gets(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        return await self.session.get(f"{self.origin}{self.root}/{path}", headers=headers)


async def draw(*options: str) -> None:
    """Run ``covers`` beside the server."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "cli", *options]
    done = await asyncio.create_subprocess_exec(*command, env=environment, stdout=DEVNULL, stderr=PIPE)
    _, said = await done.communicate()
    assert done.returncode == 0, said


def made() -> Made:
    return find_made(with_blog_file(parse([])))


@pytest.fixture
async def reader(blog: None) -> AsyncIterator[Reader]:
    """A reader of the page of a blog whose posts were just drawn."""
    async with reading() as found:
        yield found


class reading:  # noqa: N801 (a context manager, used as a function)
    """Draw the blog, serve its page, and return its reader."""

    def __init__(self, cap: str = "") -> None:
        self._cap = cap

    async def __aenter__(self) -> Reader:
        await draw()
        found = await asyncio.to_thread(made)
        if self._cap:
            found = replace(found, settings=replace(found.settings, max_cost_usd=Decimal(self._cap)))
        self._server = server_of(found, open_store(found.settings), SITE)
        page = await self._server.start()
        self._session = aiohttp.ClientSession()
        return Reader(self._session, page)

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._server.stop()


def manifest() -> dict[str, Any]:
    [path] = Path("out/thumbnails/batches").glob("*/manifest.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def row(slug: str) -> dict[str, Any]:
    return next(row for row in manifest()["rows"] if row["slug"] == slug)


def keys(slug: str) -> list[str]:
    return [each["key"] for each in row(slug)["results"] if each["status"] == "ok"]


def cover(slug: str) -> bytes:
    return Path(f"out/thumbnails/covers/{slug}.jpg").read_bytes()


def picture(key: str) -> bytes:
    return Path("out/thumbnails", key).read_bytes()


def chosen() -> dict[str, bool]:
    return {row["slug"]: row["cover"]["chosen"] for row in manifest()["rows"] if "cover" in row}


async def test_a_choice_is_the_cover_at_once_in_store_page_and_site_and_undone_there(reader: Reader) -> None:
    before, first, second = manifest(), *keys("one")
    answer = await reader.does("choose", slug="one", thumbnail=second)
    assert cover("one") == picture(second) == (SITE / "one.jpg").read_bytes()
    assert chosen() == {"one": True, "two": False, "three": False}
    assert re.search(f'data-cover="{re.escape(second)}"[^>]* data-decided', answer["posts"]["one"])
    [static] = Path("out/thumbnails/batches").glob("*/index.html")
    assert f'data-cover="{second}"' in static.read_text()
    listed = json.loads((SITE / "covers.json").read_text())
    assert [each["model"] for each in listed if each["slug"] == "one"] == [GEMINI]

    answer = await reader.does("undo")
    assert cover("one") == picture(first) == (SITE / "one.jpg").read_bytes()
    assert manifest()["rows"] == before["rows"]
    assert "data-decided" not in answer["posts"]["one"]
    assert (await reader.asks("undo")).status == 409


async def test_a_model_everywhere_and_the_rest_accepted_are_one_undo_each(reader: Reader) -> None:
    await reader.does("choose", slug="one", thumbnail=keys("one")[0])
    await reader.does("everywhere", model=GEMINI)
    assert [cover(slug) for slug in chosen()] == [picture(keys(slug)[1]) for slug in chosen()]
    assert (await reader.does("undo"))["undo"] == "the choice"
    assert chosen() == {"one": True, "two": False, "three": False}
    answer = await reader.does("rest")
    assert (answer["said"], {*answer["posts"]}) == ("2 covers accepted.", {"two", "three"})
    assert all(chosen().values())
    await reader.does("undo")
    assert chosen() == {"one": True, "two": False, "three": False}
    assert cover("two") == picture(keys("two")[0])


async def test_a_new_look_sets_covers_anew_on_the_same_pictures_and_chooses_nothing(reader: Reader) -> None:
    await reader.does("choose", slug="one", thumbnail=keys("one")[1])
    await draw("--font", "lora")
    assert cover("one") != picture(keys("one")[1])
    answer = await reader.does("look")
    assert answer["said"] == "3 covers set anew."
    assert cover("one") == picture(keys("one")[1])
    assert cover("two") == picture(keys("two")[0])
    assert chosen() == {"one": True, "two": False, "three": False}


async def test_a_post_that_is_left_without_a_cover_stays_so_until_it_is_chosen_one(reader: Reader) -> None:
    await reader.does("choose", slug="two", thumbnail=keys("two")[1])
    await reader.does("without", slug="two")
    assert not (SITE / "two.jpg").exists()
    await draw()
    assert not Path("out/thumbnails/covers/two.jpg").exists()
    assert row("two")["without_cover"]
    await reader.does("undo")
    assert cover("two") == picture(keys("two")[1]) == (SITE / "two.jpg").read_bytes()
    await reader.does("without", slug="two")
    await reader.does("choose", slug="two", thumbnail=keys("two")[0])
    assert "without_cover" not in row("two")


async def test_a_picture_that_was_removed_stays_off_the_page_and_in_the_store(reader: Reader) -> None:
    first, second = keys("one")
    response = await reader.asks("remove", slug="one", thumbnail=first)
    assert (response.status, (await response.json())["error"]) == (
        409,
        "This picture is the post's cover. Choose another one first",
    )
    await reader.does("remove", slug="one", thumbnail=second)
    await draw()
    assert keys("one") == [first]
    assert picture(second)
    assert manifest()["summary"]["ok"] == 5
    await reader.does("undo")
    assert keys("one") == [first, second]
    await draw()
    assert keys("one") == [first, second]


async def test_another_take_stands_beside_the_earlier_ones_and_the_batch_stays_as_it_was(reader: Reader) -> None:
    before = manifest()
    for number in (1, 2):
        answer = await reader.does("take", slug="two", thumbnail=keys("two")[0])
        assert answer["posts"]["two"].count("data-key") == 2 + number
    after = manifest()
    assert [row["slug"] for row in after["rows"]] == [row["slug"] for row in before["rows"]]
    assert after["request"] == before["request"]
    takes = [each for each in row("two")["results"] if each["model"] == FLARE]
    assert [each["variation"] for each in takes] == [0, 1, 2]
    assert row("two")["cover"] == next(row for row in before["rows"] if row["slug"] == "two")["cover"]


async def test_a_take_is_paid_for_and_counted_and_all_of_them_keep_to_the_cap(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    Path("covers.toml").write_text(BLOG.replace(f', "{GEMINI}"', ""))
    async with reading(cap="0.03") as reader:
        page = await (await reader.gets(urlsplit(reader.page).path.split("/", 2)[2])).text()
        assert re.search(rf'data-prices="[^"]*{FLARE}[^"]*: [^"]*about \$0\.0\d', page)
        spent, asked = manifest()["cost_usd"], len(emulator.requests)
        await reader.does("take", slug="one", thumbnail=keys("one")[0])
        assert len(emulator.requests) == asked + 1
        assert manifest()["cost_usd"] > spent
        response = await reader.asks("take", slug="one", thumbnail=keys("one")[0])
        assert response.status == 409
        assert "That is above the cap of" in (await response.json())["error"]
        assert len(emulator.requests) == asked + 1
    assert local_settings({}).max_cost_usd is None


async def test_of_two_choices_at_once_both_are_applied(reader: Reader) -> None:
    await asyncio.gather(
        *(reader.does("choose", slug=slug, thumbnail=keys(slug)[1]) for slug in ("one", "two", "three"))
    )
    assert all(chosen().values())


HOSTILE = "http://blog.example"


@pytest.mark.parametrize(
    ("headers", "root", "status"),
    [
        ({"Host": "blog.example"}, "", 404),
        ({"Host": "localhost"}, "", 404),
        ({"Origin": HOSTILE}, "", 403),
        ({"Origin": "null"}, "", 403),
        ({"Sec-Fetch-Site": "cross-site"}, "", 403),
        ({"Content-Type": "text/plain"}, "", 403),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "", 403),
        ({}, "/guessed", 404),
    ],
)
async def test_what_another_site_sends_does_nothing(
    reader: Reader, headers: dict[str, str], root: str, status: int
) -> None:
    before = cover("one")
    response = await reader.asks("choose", headers=headers, root=root, slug="one", thumbnail=keys("one")[1])
    assert (response.status, cover("one")) == (status, before)
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_a_request_that_the_page_does_not_send_is_refused(reader: Reader) -> None:
    good: dict[str, Any] = {"slug": "one", "thumbnail": keys("one")[1]}
    assert (await reader.asks("choose", slug="one")).status == 400
    assert (await reader.asks("choose", **{**good, "thumbnail": 7})).status == 400
    assert (await reader.asks("choose", **good, more="1")).status == 400
    assert (await reader.asks("manifest")).status == 404
    assert (await reader.asks("choose", **{**good, "slug": "x" * 20_000})).status == 413
    for values in ({**good, "slug": "four"}, {**good, "thumbnail": keys("two")[0]}):
        response = await reader.asks("choose", **values)
        assert (response.status, "not in the batch any more" in (await response.json())["error"]) == (409, True)


async def test_nothing_but_the_page_and_its_pictures_is_served_and_no_other_page_may_frame_it(reader: Reader) -> None:
    page = await reader.session.get(reader.page)
    assert page.status == 200
    assert page.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert page.headers["Cache-Control"] == "no-store"
    assert (await reader.gets(keys("one")[1])).status == 200
    assert (await reader.gets("covers/one.jpg")).status == 200
    Path("out/thumbnails/secret.txt").write_text("canary")
    for path in (
        "secret.txt",
        "index.html",
        "batches/index.json",
        "%2e%2e/%2e%2e/covers.toml",
        "..%2f..%2fcovers.toml",
    ):
        assert (await reader.gets(path)).status == 404
    assert (await reader.gets(keys("one")[1], Host="blog.example")).status == 404
