"""A batch's page over time, in a real browser: it renews itself while the batch runs, and keeps what the reader did."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.browsing import open_page, tick, visible
from tests.e2e.choosable import chosen, directory, key, press, write_batch


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


# The first post below the bar, and where it is in the window.
FIRST = """() => {
    const bar = document.querySelector(".tools").getBoundingClientRect().bottom;
    const posts = [...document.querySelectorAll("section")];
    return posts.find((each) => each.getBoundingClientRect().top > bar - 8).dataset.slug;
}"""
TOP = "(slug) => Math.round(document.querySelector(`[data-slug=${slug}]`).getBoundingClientRect().top)"


def test_an_unfinished_page_refreshes_itself_and_keeps_choices_filters_search_and_place(renewing: Renewing) -> None:
    page = renewing.page
    assert "This page refreshes itself while it is open." in page.locator("header").inner_text()
    press(page, "j", "j", "j", "1")
    page.get_by_role("searchbox").fill("a")
    tick(page, "Ready")
    page.locator("section:visible").nth(12).scroll_into_view_if_needed()
    first = page.evaluate(FIRST)
    before = page.evaluate(TOP, first)
    assert page.evaluate("() => scrollY") > 0
    renewing.write(2, "2026-11-21T18:31:00+00:00")
    renewing.renew()
    assert renewing.pictures == 40
    assert abs(page.evaluate(TOP, first) - before) <= 1
    assert page.get_by_role("searchbox").input_value() == "a"
    assert page.locator("section:visible").count() == 15
    assert visible(page) == 30
    assert chosen(page) == [key(1, "gpt-image-1"), key(2, "gpt-image-1")]
    renewing.write(3, "2026-11-21T18:32:00+00:00", finished=True)
    renewing.renew()
    assert abs(page.evaluate(TOP, first) - before) <= 1
    assert renewing.stays()


def test_it_does_not_refresh_itself_while_the_reader_is_busy(renewing: Renewing) -> None:
    page = renewing.page
    page.locator("main li > a").first.click()
    assert renewing.stays()
    press(page, "Escape")
    page.locator("main h2").first.hover()
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
