"""How fast a gallery page of 10,000 pictures is: ``.venv/bin/python -m benchmarks.gallery [pictures]``.

Measures rendering it, and in Debian's Chromium opening, searching, filtering and scrolling it. Every picture is its own
file with the bytes of ``docs/thumbnail.jpg``. Opening ends when the page and its first pictures are visible. Searching
is the time from the slowest keystroke to its painted result. Each figure is the median of five fresh browsers.
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from gallery.manifest import manifest_text
from gallery.page import render_page
from testing.large_batch import sample_manifest, write_batch

ROUNDS = 5
# Whether the pictures in the range are loaded and visible.
LOADED = """(range) => [...document.querySelectorAll("main img")].slice(...range).every((picture) =>
    picture.checkVisibility({contentVisibilityAuto: true}) && picture.complete && picture.naturalWidth)"""

LAID_OUT = "() => !document.querySelector('main section:not(.laid-out)')"


def measure_page(browser: Browser, url: str) -> Mapping[str, float]:
    """Return seconds: to open, to complete layout, to search, to filter by a model, and the longest scroll frame."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    began = time.perf_counter()
    page.goto(url, wait_until="load")
    page.wait_for_function(LOADED, arg=[0, 4])
    opened = time.perf_counter() - began
    page.wait_for_function(LAID_OUT)
    page.keyboard.press("Tab")
    complete = time.perf_counter() - began
    searched = page.evaluate(
        """async () => {
            const field = document.querySelector("[type=search]");
            let slowest = 0;
            for (const text of ["t", "ti", "title 12", "title 123", "title 12", "title", ""]) {
                await new Promise((done) => setTimeout(done, 500));
                const began = performance.now();
                field.value = text;
                field.dispatchEvent(new Event("input"));
                await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
                slowest = Math.max(slowest, performance.now() - began);
            }
            return slowest / 1000;
        }"""
    )
    page.wait_for_function(LAID_OUT)
    filtered = page.evaluate(
        """async () => {
            const began = performance.now();
            document.querySelector(".filters label").click();
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            const took = performance.now() - began;
            document.querySelector(".filters label").click();
            return took / 1000;
        }"""
    )
    longest = page.evaluate(
        """async () => {
            let longest = 0;
            let last = performance.now();
            for (let step = 0; step < 120; step += 1) {
                scrollTo(0, document.documentElement.scrollHeight * step / 119);
                await new Promise(requestAnimationFrame);
                longest = Math.max(longest, performance.now() - last);
                last = performance.now();
            }
            return longest / 1000;
        }"""
    )
    page.locator("main img").last.scroll_into_view_if_needed()
    page.wait_for_function(LOADED, arg=[-4])
    page.close()
    return {
        "open": opened,
        "all laid out, and Tab answered": complete,
        "search": searched,
        "filter": filtered,
        "longest frame while scrolling": longest,
    }


def main() -> None:
    """Print the figures."""
    pictures = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    program = shutil.which("chromium")
    if program is None:
        sys.exit("Debian's chromium is not on PATH: apt-get install chromium")
    manifest = sample_manifest(pictures)
    began = time.perf_counter()
    text = render_page(manifest, home="../../index.html", data="manifest.json")
    rendered = time.perf_counter() - began
    began = time.perf_counter()
    data = manifest_text(manifest)
    dumped = time.perf_counter() - began
    print(f"{pictures:,} pictures")
    print(f"page      {len(text.encode()) / 1e6:6.1f} MB, rendered in {rendered:.3f} s")
    print(f"manifest  {len(data.encode()) / 1e6:6.1f} MB, written in {dumped:.3f} s")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = write_batch(Path(folder), manifest).as_uri()
        rounds = []
        for _ in range(ROUNDS):
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            rounds.append(measure_page(browser, url))
            browser.close()
    for name in rounds[0]:
        seconds = [each[name] for each in rounds]
        print(f"{name}: {statistics.median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f})")


if __name__ == "__main__":
    main()
