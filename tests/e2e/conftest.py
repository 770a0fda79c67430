"""What the tests of whole processes share: a browser, and the Render CLI's dev server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from testing.emulator import Emulator
from testing.minio_server import MinioServer
from testing.render_cli import DevServer


@pytest.fixture(scope="module")  # While it is open, a test that is asynchronous finds a loop that runs already.
def browser(chromium_program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def dev_server(
    render_program: str, emulator: Emulator, minio: MinioServer, bucket: str, tmp_path: Path
) -> Iterator[DevServer]:
    variables = {**emulator.environment, **minio.environment, "MINIO_BUCKET": bucket}
    with DevServer(render_program, variables, tmp_path) as dev_server:
        yield dev_server
