"""The gallery in a real browser: from a disk, a public bucket, and a private one with presigned links."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.e2e.browsing import WINDOWS, Shown, fits, load_all, open_page, scroll_to_end, show, visible
from tests.gallery.test_page import HOSTILE
from tests.support.batches import manifest, missing, ok
from tests.support.large_batch import sample_manifest, write_batch
from tests.support.minio_server import MinioServer
from tests.support.project import ROOT
from tests.support.wait import TIMEOUT_SECONDS
from text import clean_text


@pytest.fixture(scope="module", params=["disk", "bucket", "private bucket"])
def gallery_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a local run of the tutorial's batch."""
    folder = tmp_path_factory.mktemp("batch")
    variables = {"SIMULATE_PROVIDERS": "1", "SIMULATED_LATENCY_SECONDS": "0", "PYTHONPATH": str(ROOT)}
    if request.param != "disk":
        server: MinioServer = request.getfixturevalue("minio")
        bucket = f"gallery-{request.param.replace(' ', '-')}"
        variables |= {**server.environment, "MINIO_BUCKET": bucket}
    if request.param == "private bucket":
        variables["MINIO_PRESIGNED_HOURS"] = "1"
    done = subprocess.run(
        [sys.executable, "-m", "cli", str(ROOT / "docs" / "tutorial-batch.json")],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.rpartition("page: ")[2].strip()


@pytest.fixture
def shown(browser: Browser, gallery_url: str) -> Iterator[Shown]:
    shown = show(browser, gallery_url)
    yield shown
    shown.page.close()
    assert shown.faults == []


def test_ten_pictures_load_and_no_other_origin_is_contacted(shown: Shown) -> None:
    assert load_all(shown.page) == 10
    assert "Simulated pictures" in shown.page.locator("header").inner_text()


def test_the_start_page_lists_the_batch_and_leads_to_it_and_back(shown: Shown) -> None:
    page = shown.page
    page.get_by_role("link", name="All batches").click()
    assert page.locator(".batches > li").count() == 1
    assert load_all(page) == 4
    page.get_by_role("link", name="Why fan-out beats sequential generation").click()
    assert page.locator("h1").inner_text() == "5 titles, 2 models"


def test_filtering_by_mouse_and_by_keyboard(shown: Shown) -> None:
    page = shown.page
    page.locator("label", has_text="gpt-image-1").click()
    assert visible(page) == 5
    assert page.locator(".showing").inner_text() == "5 of 10 pictures"
    page.locator("label", has_text="gpt-image-1").click()
    page.get_by_role("checkbox", name="gemini-3-pro-image-preview").focus()
    page.keyboard.press("Space")
    assert visible(page) == 5
    page.keyboard.press("Space")
    assert visible(page) == 10


def test_comparing_by_mouse(shown: Shown) -> None:
    page, dialog = shown.page, shown.page.get_by_role("dialog")
    page.locator("main li > a").nth(1).click()
    assert dialog.get_by_role("heading").inner_text() == "Why fan-out beats sequential generation"
    assert "Post 1 of 5" in dialog.inner_text()
    dialog.get_by_role("button", name="Next post").click()
    assert dialog.get_by_role("heading").inner_text() == "Three retries with exponential backoff"
    for picture in dialog.locator("img").all():
        picture.evaluate("(picture) => picture.decode()")
    dialog.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()
    page.locator("main li > a").first.click()
    page.mouse.click(5, 5)  # The backdrop.
    assert not dialog.is_visible()


def test_comparing_by_keyboard(shown: Shown) -> None:
    page, dialog = shown.page, shown.page.get_by_role("dialog")
    page.locator("main li > a").nth(1).focus()
    page.keyboard.press("Enter")
    assert dialog.is_visible()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.wait_for_function("() => document.querySelectorAll('main li > a')[1] === document.activeElement")
    page.keyboard.press("Enter")
    for key, place in (("ArrowRight", 2), ("j", 3), ("k", 2), ("ArrowLeft", 1), ("k", 1)):
        page.keyboard.press(key)
        assert f"Post {place} of 5" in dialog.inner_text()
    assert "This is the first post." in dialog.inner_text()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.querySelectorAll('h2')[1] === document.activeElement")


def test_two_pictures_are_large_at_once(shown: Shown) -> None:
    page = shown.page
    page.locator("main li > a").first.click()
    boxes = [picture.bounding_box() for picture in page.locator("dialog img").all()]
    assert len(boxes) == 2
    for box in boxes:
        assert box
        assert box["width"] > 500
        assert box["y"] + box["height"] < 768


def test_only_what_the_filters_show_is_compared(shown: Shown) -> None:
    shown.page.locator("label", has_text="gpt-image-1").click()
    shown.page.locator("main li > a:visible").first.click()
    assert shown.page.locator("dialog img").count() == 1


@pytest.fixture(scope="module")
def mixed_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A batch that was stopped, with pairs of every status and hostile titles."""
    statuses = ["rejected", "failed", "pending"]
    rows = [
        [ok(title, "gpt-image-1"), missing(statuses[number % 3], title, "dall-e-3", title)]
        for number, title in enumerate(HOSTILE)
    ]
    folder = tmp_path_factory.mktemp("mixed")
    page = write_batch(folder, manifest(*rows, finished=False, context=HOSTILE[0]))
    return page.as_uri()


def test_hostile_titles_are_text_in_the_page_and_in_the_dialog(browser: Browser, mixed_url: str) -> None:
    page, faults = show(browser, mixed_url)
    shown = [clean_text(title) for title in HOSTILE]  # Without control and direction characters.
    assert page.locator("section h2").all_text_contents() == shown
    for number, title in enumerate(shown):
        page.locator("main li > a").nth(number).click()
        assert page.get_by_role("dialog").get_by_role("heading").text_content() == title
        assert title in (page.locator("dialog img").get_attribute("alt") or "") or len(title) > 160
        page.keyboard.press("Escape")
    page.close()
    assert faults == []


def test_filtering_by_status(browser: Browser, mixed_url: str) -> None:
    page, _ = show(browser, mixed_url)
    for name, count in (("Rejected", 3), ("Ready", 12), ("Failed", 15)):
        page.locator("label", has_text=name).click()
        assert visible(page) == count
    page.close()


@pytest.mark.parametrize(("size", "scheme"), WINDOWS)
@pytest.mark.parametrize("gallery_url", ["disk"], indirect=True, scope="module")
def test_every_page_is_accessible_and_fits_its_window(
    browser: Browser, gallery_url: str, mixed_url: str, size: tuple[int, int], scheme: str
) -> None:
    for url in (gallery_url, mixed_url):
        page, _ = show(browser, url, size, scheme)
        assert Axe().run(page).response["violations"] == []
        page.locator("main li > a").first.click()
        assert Axe().run(page).response["violations"] == []
        assert fits(page)
        page.close()
    page, _ = show(browser, gallery_url, size, scheme)
    page.get_by_role("link", name="All batches").click()
    assert Axe().run(page).response["violations"] == []
    assert fits(page)
    page.close()


def test_without_its_script_the_page_shows_everything_and_opens_pictures(browser: Browser, gallery_url: str) -> None:
    page = open_page(browser, java_script_enabled=False)
    page.goto(gallery_url)
    assert visible(page) == 10
    assert not page.locator(".tools").is_visible()
    page.locator("main li > a").first.click()
    assert urlsplit(page.url).path.endswith(".jpg")
    page.close()


@pytest.fixture
def long_page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    shown = show(browser, write_batch(tmp_path, sample_manifest(1600)).as_uri())
    yield shown.page
    shown.page.close()
    assert shown.faults == []


def test_a_long_page_shows_the_rest_as_it_is_scrolled(long_page: Page) -> None:
    long_page.wait_for_function("() => document.querySelector('main img').naturalWidth")
    assert visible(long_page) < 400
    scroll_to_end(long_page)
    assert visible(long_page) == 1600
    long_page.wait_for_function("() => [...document.querySelectorAll('main img')].at(-1).naturalWidth")


def test_a_search_in_a_long_page_shows_its_first_results_and_begins_at_the_top(long_page: Page) -> None:
    scroll_to_end(long_page)
    long_page.get_by_role("searchbox").fill("title")
    assert long_page.locator(".showing").inner_text() == ""
    assert long_page.locator("h2").first.is_visible()
    assert visible(long_page) < 400
    long_page.get_by_role("searchbox").fill("title 1")
    assert long_page.locator(".showing").inner_text() == "628 of 1,600 pictures"
    scroll_to_end(long_page)
    assert visible(long_page) == 628


def test_a_filter_leaves_the_reader_at_the_same_post(long_page: Page) -> None:
    long_page.get_by_role("button", name="Show more").click()
    place = long_page.locator("section:visible").nth(30)
    place.evaluate("(section) => section.scrollIntoView()")
    for name in ("dall-e-3", "Dense", "Dense"):  # Not by a pointer, for which Playwright would scroll first.
        long_page.get_by_role("checkbox", name=name).evaluate("(box) => box.click()")
        box = place.bounding_box()
        assert box
        assert 0 < box["y"] < 768


def test_the_manifest_is_beside_the_page(browser: Browser, gallery_url: str) -> None:
    page, _ = show(browser, gallery_url)
    with page.expect_navigation(wait_until="load"):
        page.locator(".request summary").click()
        page.get_by_role("link", name="manifest.json").click()
    assert len(json.loads(page.locator("pre").inner_text())["rows"]) == 5
    page.close()
