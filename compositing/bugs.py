"""Tells bugs of this program from faults of what it is given."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from errors import CompositingError, ThumbnailError

__all__ = ["composing"]

logger = logging.getLogger(__name__)


@contextmanager
def composing(what: object) -> Iterator[None]:
    """Turn any exception in this block, except a ThumbnailError or MemoryError, into a CompositingError, and log it.

    ``what`` is composed, as a log line names it.

    Raises:
        CompositingError: there is a bug.
    """
    try:
        yield
    except (ThumbnailError, MemoryError):
        raise
    except Exception as bug:
        logger.exception("%s: composing failed, which is a bug", what)
        raise CompositingError(bug) from bug
