"""What a test needs and the machine lacks: skipped, and on CI a failure."""

import os
import shutil
from typing import NoReturn

import pytest


def lacking(why: str) -> NoReturn:
    """End the test; ``why`` says what to install."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def program(name: str, package: str) -> str:
    """Return the path of a program that Debian's package has; Debian keeps servers where users do not look."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    return found or lacking(f"no {name}: on Debian, `apt-get install {package}`")
