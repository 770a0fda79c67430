"""How fast a gallery page of 10,000 pictures is: ``python -m benchmarks.gallery``.

Measures rendering it, and in Debian's Chromium opening, searching, filtering and scrolling it. Every picture is its own
file with the bytes of ``docs/thumbnail.jpg``. Opening ends when the page and its first pictures are visible. Searching
is the time from the slowest keystroke to its painted result. CPU is the time of the browser's main thread alone, so
that it can be compared on a busy machine. Each figure is the median of five fresh browsers.
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.measure import Figure, print_rows
from gallery.page import render_page
from tests.support.large_batch import sample_manifest, write_batch

PICTURES, ROUNDS = 10_000, 5
AIMS = {
    "open": "2 s",
    "open, CPU": "",
    "slowest letter of a search": "0.1 s",
    "slowest letter, CPU": "",
    "filter by a model": "",
    "longest frame while scrolling": "",
}
# Whether the pictures in the range are loaded and visible.
LOADED = """(range) => [...document.querySelectorAll("main img")].slice(...range).every((picture) =>
    picture.checkVisibility({contentVisibilityAuto: true}) && picture.complete && picture.naturalWidth)"""

# Seconds until the result of a letter, or of a filter, is painted.
UNTIL_PAINTED = """async (text) => {
    const field = document.querySelector("[type=search]");
    const began = performance.now();
    if (text === null) document.querySelector(".filters label").click();
    else {
        field.value = text;
        field.dispatchEvent(new Event("input"));
    }
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return (performance.now() - began) / 1000;
}"""
LETTERS = ("t", "ti", "title 12", "title 123", "title 12", "title", "")


def measure_page(browser: Browser, url: str) -> Mapping[str, float]:
    """Return seconds: to open, to search, to filter by a model, and the longest scroll frame."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def cpu() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(float(each["value"]) for each in metrics if each["name"] == "TaskDuration")

    def act(text: str | None) -> tuple[float, float]:
        page.wait_for_timeout(500)
        before = cpu()
        return page.evaluate(UNTIL_PAINTED, text), cpu() - before

    began = time.perf_counter()
    page.goto(url, wait_until="load")
    page.wait_for_function(LOADED, arg=[0, 4])
    opened, opened_cpu = time.perf_counter() - began, cpu()
    searches = [act(text) for text in LETTERS]
    filtered = [act(None), act(None)]
    longest = page.evaluate(
        """async () => {
            let longest = 0;
            let last = performance.now();
            for (let step = 0; step < 120; step += 1) {
                scrollBy(0, 200);
                await new Promise(requestAnimationFrame);
                longest = Math.max(longest, performance.now() - last);
                last = performance.now();
            }
            return longest / 1000;
        }"""
    )
    page.close()
    return {
        "open": opened,
        "open, CPU": opened_cpu,
        "slowest letter of a search": max(seconds for seconds, _ in searches),
        "slowest letter, CPU": max(seconds for _, seconds in searches),
        "filter by a model": max(seconds for seconds, _ in filtered),
        "longest frame while scrolling": longest,
    }


def figures() -> Iterator[Figure]:
    """Measure rendering the page, and the page in fresh browsers."""
    program = shutil.which("chromium")
    if program is None:
        sys.exit("Debian's chromium is not on PATH: apt-get install chromium")
    manifest = sample_manifest(PICTURES)
    began = time.perf_counter()
    text = render_page(manifest, home="../../index.html", data="manifest.json")
    rendered = time.perf_counter() - began
    yield f"rendering a page of {PICTURES:,} pictures", f"{rendered:.2f} s, {len(text.encode()) / 1e6:.1f} MB", ""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = write_batch(Path(folder), manifest).as_uri()
        rounds = []
        for _ in range(ROUNDS):
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            rounds.append(measure_page(browser, url))
            browser.close()
    for name, aim in AIMS.items():
        seconds = [each[name] for each in rounds]
        measured = f"{statistics.median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f})"
        yield f"that page in Chromium: {name}", measured, aim


if __name__ == "__main__":
    print_rows(figures())
