"""Opens pages in a real browser, watches them for errors, and reads them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.support.wait import TIMEOUT_SECONDS

# Sizes and colour schemes, in which every page must fit and be accessible. Layout is by size, and contrast by scheme.
WINDOWS = [((390, 844), "light"), ((1024, 768), "dark"), ((1920, 1080), "light")]


class Shown(NamedTuple):
    """A batch's page in a browser, with its console messages, failed requests and requests to other origins."""

    page: Page
    faults: list[str]


@contextmanager
def open_browser(program: str) -> Iterator[Browser]:
    """Run Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"], timeout=TIMEOUT_SECONDS * 1000
        )
        yield browser
        browser.close()


def open_page(browser: Browser, **options: Any) -> Page:
    """Open a page in its own context, which is closed with it."""
    page = browser.new_page(**options)
    page.set_default_timeout(TIMEOUT_SECONDS * 1000)
    return page


def show(browser: Browser, url: str, size: tuple[int, int] = (1366, 768), scheme: Any = "light") -> Shown:
    page = open_page(browser, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    faults: list[str] = []

    def hear(message: str) -> None:
        if "subtree hidden by content-visibility" not in message:  # A test reads what a filter has hidden.
            faults.append(message)

    page.on("console", lambda message: hear(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))

    def fail(asked: str, why: str | None) -> None:
        if why != "net::ERR_ABORTED":  # Following a link aborts what is still loading.
            faults.append(f"{why}: {asked}")

    page.on("requestfailed", lambda request: fail(request.url, request.failure))

    def watch(asked: str) -> None:
        if urlsplit(asked)[:2] != urlsplit(url)[:2] and not asked.startswith("data:"):
            faults.append(f"another origin: {asked}")

    page.on("request", lambda request: watch(request.url))
    page.goto(url)
    return Shown(page, faults)


def load_all(page: Page) -> int:
    """Scroll to each picture, and return how many have loaded."""
    for picture in page.locator("main li img").all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("(picture) => picture.decode()")
    return int(page.evaluate("() => [...document.querySelectorAll('main img')].filter((i) => i.naturalWidth).length"))


def scroll_to_end(page: Page) -> None:
    """Scroll down until the page shows no more posts."""
    while page.locator(".rest").is_visible():
        page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")


def tick(page: Page, name: str) -> None:
    """Click a filter, in the panel that has them."""
    if not page.locator(".filters[open]").count():
        page.locator(".filters summary").click()
    page.locator(".filters label", has_text=re.compile(f"^{re.escape(name)}$")).click()


def visible(page: Page) -> int:
    return page.locator("main li:visible").count()


def fits(page: Page) -> bool:
    """Return whether nothing is wider than the window."""
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))


def pasted(page: Page, field: Locator) -> str:
    """Return what a reader would paste; a field of one line takes line ends as spaces."""
    field.focus()
    page.keyboard.press("Control+v")
    text = field.input_value()
    field.fill("")
    field.blur()
    return text
