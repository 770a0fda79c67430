"""Fixtures for end-to-end tests: a browser, and the Render CLI's dev server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.browsing import open_browser
from tests.support.emulator import Emulator
from tests.support.minio_server import MinioServer
from tests.support.render_cli import DevServer


@pytest.fixture(scope="module")  # While it is open, its event loop runs, so asynchronous tests cannot.
def browser(chromium_program: str) -> Iterator[Browser]:
    with open_browser(chromium_program) as browser:
        yield browser


@pytest.fixture
def dev_server(
    request: pytest.FixtureRequest,
    render_program: str,
    emulator: Emulator,
    minio: MinioServer,
    bucket: str,
    tmp_path: Path,
) -> Iterator[DevServer]:
    more = getattr(request, "param", {})
    variables = {**emulator.environment, **minio.environment, "MINIO_BUCKET": bucket, **more}
    with DevServer(render_program, variables, tmp_path) as dev_server:
        yield dev_server
