"""The README's two pictures: ``make pictures``, or ``.venv/bin/python -m benchmarks.pictures``.

``docs/live.svg`` is what a terminal shows in the middle of a run of ``batch.json``, ``docs/gallery.jpg`` a batch's page
in Chromium with two covers chosen. Both come from real runs with simulated pictures.
"""

import io
import os
import pty
import re
import shutil
import subprocess
import sys
import termios
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

from tests.support.project import ROOT

DOCS = ROOT / "docs"
LINES, COLUMNS = 30, 100
# How the live view returns to its first line to redraw itself.
REDRAWN = re.compile(r"\r\x1b\[2K(?:\x1b\[1A\x1b\[2K)+")
MODELS = ("gpt-image-2.5-flare", "gemini-nano-banana-2.1", "gpt-image-2")


def run(folder: Path, *arguments: str) -> str:
    """Run the command line in a terminal of its own with simulated pictures, and return its output."""
    terminal, inside = pty.openpty()
    termios.tcsetwinsize(inside, (LINES, COLUMNS))
    variables = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "THUMBNAILS_DIR": str(folder)}
    # Not by a developer's own .env, which may name a provider's key.
    command = [sys.executable, "-m", "cli", "--env-file", os.devnull, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stdin=inside, stdout=inside, stderr=inside)
    os.close(inside)
    written = b""
    try:
        while part := os.read(terminal, 65536):
            written += part
    except OSError:  # The process has closed the terminal.
        pass
    os.close(terminal)
    if process.wait():
        sys.exit(written.decode())
    return written.decode()


def draw_live_view(folder: Path) -> None:
    """Draw the live view as it was when half of the batch was done."""
    frames = [frame for frame in REDRAWN.split(run(folder, "batch.json")) if " 5/10 " in frame]
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(frames[-1].replace("\r", "").rstrip()))
    drawn = console.export_svg(title="./covers batch.json")
    # The reader's own font, instead of one from another site.
    (DOCS / "live.svg").write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL), encoding="utf-8")


def draw_gallery(folder: Path, program: str) -> None:
    """Draw the page of a batch of three models, with two covers chosen by keyboard."""
    models = [argument for model in MODELS for argument in ("--model", model)]
    run(folder, "batch.json", *models, "--style", "watercolor", "--template", "bottom-bar", "--font", "poppins")
    [page_file] = folder.glob("thumbnails/batches/*/index.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 950}, color_scheme="light")
        page.goto(page_file.as_uri())
        for key in ("j", "2", "3", "k", "k"):
            page.keyboard.press(key)
        page.wait_for_function("() => [...document.images].slice(0, 6).every((picture) => picture.naturalWidth)")
        page.wait_for_function("() => !document.querySelector('body > .said').textContent")
        page.screenshot(path=DOCS / "gallery.jpg", type="jpeg", quality=82)
        browser.close()


def main() -> None:
    """Draw both."""
    program = shutil.which("chromium")
    if program is None:
        sys.exit("Debian's chromium is not on PATH: apt-get install chromium")
    with TemporaryDirectory() as first, TemporaryDirectory() as second:
        draw_live_view(Path(first))
        draw_gallery(Path(second), program)


if __name__ == "__main__":
    main()
