"""What the tests of providers share."""

from collections.abc import Iterator

import pytest

from tests.emulator import Emulator


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator
