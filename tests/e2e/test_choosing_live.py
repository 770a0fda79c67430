"""``covers choose`` in a browser: a key press is the cover in the store and among the site's files."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browsing import show
from tests.support.project import ROOT
from tests.support.wait import wait_until

pytestmark = pytest.mark.browser
BLOG = 'name = "Ann"\nsource = "posts"\nmodels = ["gpt-image-2.6-flare", "gemini-3-pro-image"]\ncovers = "site"\n'


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    (tmp_path / "covers.toml").write_text(BLOG)
    (tmp_path / "posts").mkdir()
    for title in ("One", "Two", "Three"):
        (tmp_path / f"posts/{title.lower()}.md").write_text(f"---\ntitle: {title}\ndescription: A post\n---\n")
    return tmp_path


def covers(folder: Path, *words: str) -> "subprocess.Popen[str]":
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SIMULATED_LATENCY_SECONDS": "0"}
    command = [sys.executable, "-m", "cli", *words]
    return subprocess.Popen(
        command, cwd=folder, env={**variables, "BROWSER": "true"}, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture
def page(blog: Path, browser: Browser) -> Iterator[Page]:
    with covers(blog) as drawing:
        drawing.communicate()
    assert drawing.returncode == 0
    with covers(blog, "choose") as choosing:
        assert choosing.stderr
        address = next(line for line in choosing.stderr if "page is open at" in line).split()[-1]
        shown = show(browser, address)
        yield shown.page
        assert shown.faults == []
        shown.page.close()
        choosing.send_signal(signal.SIGINT)
        assert choosing.wait() == 0


def test_one_word_and_key_presses_are_all_that_choosing_takes(page: Page, blog: Path) -> None:
    first = page.locator("main section").first
    slug = str(first.get_attribute("data-slug"))
    before = (blog / f"site-simulated/{slug}.jpg").read_bytes()
    page.keyboard.press("j")
    page.keyboard.press("2")
    wait_until(lambda: (blog / f"site-simulated/{slug}.jpg").read_bytes() != before)
    page.get_by_text("1 chosen by you").wait_for()
    page.keyboard.press("u")
    wait_until(lambda: (blog / f"site-simulated/{slug}.jpg").read_bytes() == before)
    first.get_by_role("button", name="Another take, simulated").first.click()
    page.locator(f"[data-slug={slug}] li").nth(2).wait_for()
    page.reload()
    assert page.locator(f"[data-slug={slug}] li").count() == 3
    page.locator(".all summary").click()
    page.get_by_role("button", name="gemini-3-pro-image everywhere").click()
    page.get_by_text("3 chosen by you").wait_for()
