"""Choosing covers on a batch's page, in a real browser: on a disk, in a public bucket and in a private one."""

import asyncio
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from gallery.page import render_page
from settings import read_settings
from storage.directory_store import DirectoryStore
from storage.minio_store import MinioStore
from storage.store import Area, Store, StoredObject
from tests.e2e.browsing import WINDOWS, Shown, fits, load_all, open_page, pasted, scroll_to_end, show, visible
from tests.support.batches import manifest, missing, ok
from tests.support.large_batch import PICTURE
from tests.support.minio_server import MinioServer

MODELS = ["gpt-image-1", "dall-e-3", "gpt-image-2", "gemini-3-pro-image", "gemini-nano-banana-2.1"]
TITLES = ["Why fan-out beats a loop", "كيف نصنع الأغلفة", "Café society", "Five of a kind"]
# Which models made each post's pictures; the others were rejected.
DRAWN = [{0, 1}, {0, 1, 2}, {1, 2}, {0, 1, 2, 3, 4}]


def key(post: int, model: str) -> str:
    return f"neon/post-{post}/{model}-00.jpg"


def write_batch(store: Store, drawn: list[set[int]] = DRAWN, **changes: Any) -> str:
    """Write a batch with its covers, only the second of which was chosen, and return its page's address."""

    def place(each: str) -> dict[str, str]:
        link = store.link(each)
        return {"image_url": link.url, **({"image_url_expires_at": link.expires_at} if link.expires_at else {})}

    rows, posts, keys = [], [], []
    for number, models in enumerate(drawn):
        title = TITLES[number % len(TITLES)]
        made = [key(number, model) for each, model in enumerate(MODELS) if each in models]
        rows.append(
            [
                ok(title, model, key=key(number, model), **place(key(number, model)))
                if each in models
                else missing("rejected", title, model)
                for each, model in enumerate(MODELS)
            ]
        )
        cover = {"key": f"covers/post-{number}.jpg", **place(f"covers/post-{number}.jpg"), "thumbnail": made[0]}
        posts.append(
            {
                "slug": f"post-{number}",
                "cover": {**cover, "model": made[0].split("/")[-1][:-7], "variation": 0, "chosen": number == 1},
            }
        )
        keys += [*made, f"covers/post-{number}.jpg"]
    written = manifest(*rows, posts=changes.pop("posts", posts), models=MODELS, **changes)
    address = store.link("index.html").url if store.link("index.html").expires_at else "../../index.html"
    page = render_page(written, home=address, data="manifest.json").encode()
    page_key = f"batches/{written['batch_id']}/index.html"

    async def write() -> None:
        await store.prepare()
        for each in keys:
            await store.write(Area.THUMBNAILS, each, StoredObject(PICTURE.read_bytes(), "image/jpeg"))
        await store.write(Area.THUMBNAILS, page_key, StoredObject(page, "text/html; charset=utf-8", immutable=False))

    with ThreadPoolExecutor() as pool:  # The browser's own event loop runs in this thread.
        pool.submit(asyncio.run, write()).result()
    return store.link(page_key).url


def directory(folder: Path) -> Store:
    return DirectoryStore(read_settings({"THUMBNAILS_DIR": str(folder)}))


@pytest.fixture(params=["disk", "bucket", "private bucket"])
def anywhere(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path, bucket: str) -> Iterator[Shown]:
    store = directory(tmp_path)
    if request.param != "disk":
        server: MinioServer = request.getfixturevalue("minio")
        private = {"MINIO_PRESIGNED_HOURS": "1"} if request.param == "private bucket" else {}
        store = MinioStore(read_settings({**server.environment, "MINIO_BUCKET": bucket, **private}))
    shown = show(browser, write_batch(store))
    yield shown
    shown.page.close()
    assert shown.faults == []


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    shown = show(browser, write_batch(directory(tmp_path)))
    yield shown.page
    shown.page.close()
    assert shown.faults == []


def press(page: Page, *keys: str) -> None:
    for each in keys:
        page.keyboard.press(each)


def tally(page: Page) -> str:
    return page.locator(".choices b").inner_text()


def chosen(page: Page) -> list[str | None]:
    """Return the keys of the pictures that are shown as chosen, and to a screen reader as pressed."""
    for card in page.locator("main li:has([value=choose])").all():
        pressed = card.locator("[value=choose]").get_attribute("aria-pressed") == "true"
        assert pressed == (card.get_attribute("data-chosen") is not None)
    return [each.get_attribute("data-key") for each in page.locator("main li[data-chosen]").all()]


def saved(page: Page) -> tuple[str, dict[str, Any]]:
    """Press the key for saving; return the file's name and what is in it."""
    with page.expect_download() as download:
        page.keyboard.press("s")
    name = download.value.suggested_filename
    assert re.fullmatch(r"choices(-\d\d(\d\d)?){6}\.json", name)
    return name, json.loads(download.value.path().read_text())


def said(page: Page) -> str:
    return page.locator("dialog[open] .said, body > .said").last.text_content() or ""


def width(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["width"]


def test_choices_stay_in_the_browser_until_they_are_saved_with_the_command_that_applies_them(anywhere: Shown) -> None:
    page = anywhere.page
    press(page, "j", "2", "j", "2")
    assert tally(page) == "3 of 4 chosen"
    page.reload()
    assert tally(page) == "3 of 4 chosen"
    assert chosen(page) == [key(0, "dall-e-3"), key(1, "gpt-image-1"), key(2, "dall-e-3")]
    name, choices = saved(page)
    assert choices == {
        "version": 1,
        "batch_id": "00ff",
        "choices": [
            {"slug": f"post-{post}", "title": TITLES[post], "model": "dall-e-3", "thumbnail": key(post, "dall-e-3")}
            for post in (0, 2)
        ],
    }
    dialog = page.get_by_role("dialog")
    assert f"2 choices are in {name}" in dialog.inner_text()
    dialog.get_by_role("button", name="Copy").click()
    assert "Command copied." in dialog.inner_text()
    dialog.get_by_role("button", name="Done").click()
    assert pasted(page, page.get_by_role("searchbox")) == f"./covers --choose ~/Downloads/{name}"


def test_an_address_a_file_and_the_og_image_lines_are_one_click_each(anywhere: Shown) -> None:
    page, post = anywhere.page, anywhere.page.locator("main section").nth(1)
    assert load_all(page) == sum(map(len, DRAWN))
    field = page.get_by_role("searchbox")
    post.get_by_role("button", name="Copy address, dall-e-3").click()
    assert pasted(page, field) == post.locator("li img").nth(1).evaluate("(picture) => picture.src")
    if page.url.startswith("file:"):
        with page.expect_popup() as popup:
            post.get_by_role("link", name="Open file, dall-e-3").click()
        assert popup.value.url.endswith(key(1, "dall-e-3"))
    else:
        with page.expect_download() as download:
            post.get_by_role("link", name="Download, dall-e-3").click()
        assert download.value.suggested_filename == "post-1-dall-e-3.jpg"
        assert download.value.path().read_bytes() == PICTURE.read_bytes()
    public = page.url.startswith("http") and "?" not in page.url
    post.get_by_role("button", name="Copy og:image lines").click()
    origin = page.url.partition("/batches/")[0] if public else "https://example.com"
    assert pasted(page, field).split(" <") == [
        f'<meta property="og:image" content="{origin}/covers/post-1.jpg">',
        'meta property="og:image:width" content="1200">',
        'meta property="og:image:height" content="630">',
        f'meta property="og:image:alt" content="\u2068{TITLES[1]}\u2069, drawn by gpt-image-1">',
    ]
    assert ("replace https://example.com" in said(page)) != public


def test_choices_in_one_batch_do_not_appear_in_another(page: Page, browser: Browser, tmp_path: Path) -> None:
    press(page, "j", "2")
    other = write_batch(directory(tmp_path), batch_id="0a0b")
    page.goto(other)
    assert tally(page) == "1 of 4 chosen"


def test_a_choice_is_dropped_once_it_is_applied(page: Page, tmp_path: Path) -> None:
    press(page, "j", "j", "3")
    assert page.get_by_role("button", name="Save 1 choice").is_enabled()
    for model in ("gpt-image-2", "dall-e-3"):  # The second by someone else, later.
        applied: list[dict[str, Any]] = [{"slug": f"post-{number}"} for number in range(4)]
        cover = {"key": "covers/post-1.jpg", "image_url": "http://h", "thumbnail": key(1, model)}
        applied[1]["cover"] = {**cover, "model": model, "variation": 0, "chosen": True}
        write_batch(directory(tmp_path), posts=applied)
        page.reload()
        assert chosen(page) == [key(1, model)]
        assert page.get_by_role("button", name="Save choices").is_disabled()


def test_a_choice_counts_only_while_its_picture_is_on_the_page(page: Page, tmp_path: Path) -> None:
    press(page, "j", "2")
    assert (tally(page), chosen(page)) == ("2 of 4 chosen", [key(0, "dall-e-3"), key(1, "gpt-image-1")])
    write_batch(directory(tmp_path), [{0}, *DRAWN[1:]])
    page.reload()
    assert (tally(page), chosen(page)) == ("1 of 4 chosen", [key(1, "gpt-image-1")])
    assert page.get_by_role("button", name="Save choices").is_disabled()
    write_batch(directory(tmp_path))
    page.reload()
    assert tally(page) == "2 of 4 chosen"


def test_a_key_is_for_the_current_post_only_while_the_search_shows_it(page: Page) -> None:
    press(page, "j", "/")
    page.keyboard.type("caf")
    press(page, "Enter", "2")
    assert chosen(page) == [key(1, "gpt-image-1")]
    assert page.locator("section[aria-current]").get_attribute("data-slug") == "post-2"
    press(page, "2")
    assert chosen(page) == [key(1, "gpt-image-1"), key(2, "dall-e-3")]


def test_choosing_again_removes_a_choice_and_undo_reverts_the_last(page: Page) -> None:
    press(page, "j", "2")
    assert said(page) == f"dall-e-3 is chosen for \u2068{TITLES[0]}\u2069."
    press(page, "k", "2")
    assert chosen(page) == [key(1, "gpt-image-1")]
    press(page, "2", "3", "u")  # The second post is current after the choice for the first.
    assert chosen(page) == [key(0, "dall-e-3"), key(1, "gpt-image-1")]
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    assert chosen(page) == [key(0, "dall-e-3"), key(1, "gpt-image-1")]


def test_choosing_by_mouse(page: Page) -> None:
    page.locator("section").last.scroll_into_view_if_needed()
    page.locator("section").last.get_by_role("button", name="Choose gpt-image-2").click()
    assert chosen(page)[-1] == key(3, "gpt-image-2")
    page.locator("main li > a").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Choose dall-e-3").click()
    assert page.locator("dialog figure[data-chosen]").count() == 1
    assert tally(page) == "3 of 4 chosen"


def test_a_number_without_a_picture_chooses_nothing_and_says_so(page: Page) -> None:
    press(page, "j", "5")
    assert said(page) == "This post has no picture 5 to choose."
    assert tally(page) == "1 of 4 chosen"


def test_the_undecided_filter_hides_each_post_once_it_is_decided(page: Page) -> None:
    page.locator("label", has_text="Undecided").click()
    assert page.locator("main h2:visible").all_text_contents() == [TITLES[0], TITLES[2], TITLES[3]]
    press(page, "j", "1")
    assert page.locator("main h2:visible").all_text_contents() == [TITLES[2], TITLES[3]]
    assert page.locator("[aria-current] h2").inner_text() == TITLES[2]
    press(page, "u")
    assert page.locator("main h2:visible").count() == 3
    assert page.locator("[aria-current] h2").inner_text() == TITLES[0]
    page.locator("label", has_text="Undecided").click()
    press(page, "n")
    assert page.locator("[aria-current] h2").inner_text() == TITLES[2]


def test_four_pictures_are_compared_at_once_and_a_fifth_comes_after_them(page: Page) -> None:
    page.locator("section").last.locator("li > a").first.click()
    dialog = page.get_by_role("dialog")
    boxes = [each.bounding_box() for each in dialog.locator("img").all()]
    assert len(boxes) == 4
    for box in boxes:
        assert box
        assert box["width"] > 400
        assert box["y"] + box["height"] < 768
    alone = dialog.locator(".enlarge").nth(1)
    before = width(alone)
    alone.click()
    assert dialog.locator("img:visible").count() == 1
    assert width(alone) > 1.5 * before
    alone.click()
    assert dialog.locator("img:visible").count() == 4
    press(page, "m")
    assert "pictures 5 to 5 of 5" in dialog.inner_text()
    press(page, "5")
    assert chosen(page)[-1] == key(3, "gemini-nano-banana-2.1")


def test_the_keys_are_shown_and_can_be_turned_off(page: Page) -> None:
    press(page, "?")
    dialog = page.get_by_role("dialog")
    assert "Choose that picture and go to the next post" in dialog.inner_text()
    dialog.locator("label", has_text="Use these shortcuts").click()
    press(page, "Escape", "j", "2")
    assert tally(page) == "1 of 4 chosen"
    page.reload()
    press(page, "j", "2")
    assert tally(page) == "1 of 4 chosen"


def test_a_page_says_so_when_the_browser_forbids_storage(browser: Browser, tmp_path: Path) -> None:
    page = open_page(browser)
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    page.goto(write_batch(directory(tmp_path)))
    page.get_by_role("button", name="Choose dall-e-3").first.click()
    assert tally(page) == "2 of 4 chosen"
    assert "save them before you close the page" in page.locator("body").inner_text()
    page.close()


def test_a_page_without_slugs_has_nothing_to_choose_and_still_compares(browser: Browser, tmp_path: Path) -> None:
    page, faults = show(browser, write_batch(directory(tmp_path), posts=[{}, {}, {}, {}]))
    press(page, "j", "2", "s", "u", "n", "Enter")
    assert page.locator("dialog img").count() == 2
    assert page.locator("[value=choose]").count() == 0
    press(page, "Escape")
    page.get_by_role("button", name="Copy address, dall-e-3").first.click()
    assert said(page) == "Address copied."
    page.close()
    assert faults == []


def test_search_finds_by_any_word_whatever_its_accents_and_says_when_nothing_matches(page: Page) -> None:
    press(page, "/")
    page.keyboard.type("SOCIETY cafe")
    assert page.locator("main h2:visible").all_text_contents() == ["Café society"]
    page.keyboard.type("x")
    assert "No post matches." in page.locator("main").inner_text()
    page.get_by_role("button", name="Clear search and filters").click()
    assert page.locator("main h2:visible").count() == 4


def test_filters_stay_in_view_and_leave_no_gaps(browser: Browser, tmp_path: Path) -> None:
    page, _ = show(browser, write_batch(directory(tmp_path), [{0, 1, 2, 3, 4}] * 12))
    whole = page.evaluate("() => document.documentElement.scrollHeight")
    page.evaluate("() => scrollTo(0, 1500)")
    assert page.locator(".tools").evaluate("(bar) => bar.getBoundingClientRect().top") == 0
    page.locator("label", has_text="gpt-image-2").click()
    assert page.evaluate("() => document.documentElement.scrollHeight") < whole / 2
    boxes = [each.bounding_box() for each in page.locator("main li:visible").all()]
    tops = [box["y"] for box in boxes if box]
    assert len(set(tops[:3])) == 1  # Posts side by side, where each has one picture left.
    page.close()


def test_two_hundred_posts_fit_into_a_few_screens(browser: Browser, tmp_path: Path) -> None:
    page, _ = show(browser, write_batch(directory(tmp_path), [{0, 1, 2, 3}] * 200), (1440, 900))
    scroll_to_end(page)
    dense = page.evaluate("() => document.documentElement.scrollHeight")
    assert dense < 14_000
    press(page, "d")
    assert page.evaluate("() => document.documentElement.scrollHeight") > 4 * dense
    page.close()


@pytest.mark.parametrize("dense", [False, True])
def test_a_right_to_left_heading_aligns_with_its_pictures(page: Page, dense: bool) -> None:
    if dense:
        press(page, "d")
    section = page.locator("section").nth(1)
    text = section.locator("h2 bdi").evaluate("(words) => words.getBoundingClientRect().left")
    picture = section.locator("li").first.evaluate("(card) => card.getBoundingClientRect().left")
    assert abs(text - picture) < 2
    assert section.locator("h2 bdi").evaluate("(words) => getComputedStyle(words).direction") == "rtl"


@pytest.mark.parametrize(("size", "scheme"), WINDOWS)
def test_every_state_is_accessible_and_fits_its_window(
    browser: Browser, tmp_path: Path, size: tuple[int, int], scheme: str
) -> None:
    page, _ = show(browser, write_batch(directory(tmp_path), name="All covers"), size, scheme)
    states: dict[str, list[str]] = {
        "the page": ["j", "2"],
        "dense": ["d"],
        "comparing": ["Enter", "2"],
        "keys": ["?"],
        "saved": ["Escape", "Escape", "s"],
    }
    for state, keys in states.items():
        press(page, *keys)
        assert Axe().run(page).response["violations"] == [], state
        assert fits(page), state
    page.close()


class Renewing:
    """An unfinished batch's page, with a clock that only the test advances."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._store = directory(folder)
        self.page = open_page(browser, viewport={"width": 1366, "height": 768})
        self.page.clock.install(time=0)
        self.page.clock.pause_at(1000)
        self.url = self.write(1, "2026-11-21T18:30:00+00:00")
        self.page.goto(self.url)

    def write(self, drawn: int, updated_at: str, *, finished: bool = False) -> str:
        return write_batch(self._store, [set(range(drawn))] * 20, finished=finished, updated_at=updated_at)

    def close(self) -> None:
        self.page.close()

    @property
    def pictures(self) -> int:
        return self.page.locator("main li[data-key]").count()

    def renew(self) -> None:
        with self.page.expect_navigation():
            self.page.clock.run_for(120_000)

    def stays(self) -> bool:
        """Return whether a long time brings no reload."""
        self.page.evaluate("() => { window.before = true; }")
        self.page.clock.run_for(120_000)
        return bool(self.page.evaluate("() => window.before === true"))


@pytest.fixture
def renewing(browser: Browser, tmp_path: Path) -> Iterator[Renewing]:
    renewing = Renewing(browser, tmp_path)
    yield renewing
    renewing.close()


TOP = """() => {
    const bar = document.querySelector(".tools").getBoundingClientRect().bottom;
    const top = [...document.querySelectorAll("section")].find((each) => each.getBoundingClientRect().top > bar);
    return [top.dataset.slug, Math.round(top.getBoundingClientRect().top)];
}"""


def test_an_unfinished_page_refreshes_itself_and_keeps_choices_filters_search_and_place(renewing: Renewing) -> None:
    page = renewing.page
    assert "This page refreshes itself while it is open." in page.locator("header").inner_text()
    press(page, "j", "j", "j", "1")
    page.get_by_role("searchbox").fill("a")
    page.locator("label", has_text="Ready").click()
    page.locator("section:visible").nth(12).scroll_into_view_if_needed()
    before = page.evaluate(TOP)
    assert page.evaluate("() => scrollY") > 0
    renewing.write(2, "2026-11-21T18:31:00+00:00")
    renewing.renew()
    assert renewing.pictures == 40
    assert page.evaluate(TOP) == before
    assert page.get_by_role("searchbox").input_value() == "a"
    assert page.locator("section:visible").count() == 15
    assert visible(page) == 30
    assert chosen(page) == [key(1, "gpt-image-1"), key(2, "gpt-image-1")]
    renewing.write(3, "2026-11-21T18:32:00+00:00", finished=True)
    renewing.renew()
    assert page.evaluate(TOP) == before
    assert renewing.stays()


def test_it_does_not_refresh_itself_while_the_reader_is_busy(renewing: Renewing) -> None:
    page = renewing.page
    page.locator("main li > a").first.click()
    assert renewing.stays()
    press(page, "Escape")
    page.locator("h2").first.hover()
    page.mouse.down()
    page.mouse.move(600, 500)
    assert renewing.stays()
    page.mouse.up()
    assert renewing.stays()  # A text is selected now.
    page.evaluate("() => getSelection().removeAllRanges()")
    renewing.renew()


def test_it_does_not_refresh_itself_while_the_reader_types(renewing: Renewing) -> None:
    page = renewing.page
    page.get_by_role("searchbox").focus()
    page.evaluate("() => { window.before = true; }")
    for _ in range(60):
        page.keyboard.type("x")
        page.clock.run_for(1000)
    assert page.evaluate("() => window.before")
    renewing.renew()
    assert page.get_by_role("searchbox").input_value() == "x" * 60
    assert page.get_by_role("searchbox").evaluate("(field) => field === document.activeElement")


def test_it_stops_refreshing_itself_when_nothing_changes(renewing: Renewing) -> None:
    for _ in range(200):
        if "changed for 15 minutes" in renewing.page.locator("header").inner_text():
            break
        renewing.renew()
    assert "changed for 15 minutes" in renewing.page.locator("header").inner_text()
    assert renewing.stays()


def test_fifty_covers_are_chosen_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    page, faults = show(browser, write_batch(directory(tmp_path), [{0, 1, 2, 3}] * 50), (1440, 900))
    press(page, "u", "j", "Enter")
    for number in range(50):
        press(page, str(number % 4 + 1))
    assert "50 of 50 chosen" in said(page)
    chosen_models = [each["model"] for each in saved(page)[1]["choices"]]
    # The second post has its cover already, which a choice of the same does not change.
    assert chosen_models == [MODELS[number % 4] for number in range(50)]
    page.close()
    assert faults == []
