"""What the tests in a browser share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browsing import open_browser


@pytest.fixture(scope="module")  # While it is open, a test that is asynchronous finds a loop that runs already.
def browser(chromium_program: str) -> Iterator[Browser]:
    with open_browser(chromium_program) as browser:
        yield browser
