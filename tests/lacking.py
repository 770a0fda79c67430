"""Missing programs: they skip a test, and fail it where ``SKIP_NOTHING`` is set, as ``.ci/run`` does.

``CI`` would not do: other systems set it too, where not everything is installed.
"""

import os
import shutil
from typing import NoReturn

import pytest


def lacking(why: str) -> NoReturn:
    """Skip or fail the test; ``why`` says what to install."""
    if os.environ.get("SKIP_NOTHING"):
        pytest.fail(why)
    pytest.skip(why)


def program(name: str, package: str) -> str:
    """Return the path of a program of a Debian package, looking also in /usr/sbin, where Debian puts servers."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    return found or lacking(f"no {name}: on Debian, `apt-get install {package}`")
