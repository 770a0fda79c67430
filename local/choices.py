"""Reads the choices that a batch's page saved, and says what applying them did."""

import json
from pathlib import Path

from errors import InvalidRequestError
from tasks.checks import check_request
from tasks.choices import Applied
from tasks.requests import ChoicesRequest, bind

__all__ = ["applied_text", "read_choices"]


def read_choices(path: Path) -> ChoicesRequest:
    """Return the choices of a file.

    Raises:
        InvalidRequestError: the file cannot be read, or is not what the page saves.
    """
    try:
        values = json.loads(path.read_bytes())
        if not isinstance(values, dict):
            raise ValueError("it is not an object")
        return check_request(ChoicesRequest, bind(ChoicesRequest, [], values), settings=None)
    except OSError as error:
        raise InvalidRequestError(
            [f"{path} cannot be read: {error.strerror}. Name the file that the page saved"]
        ) from None
    except (InvalidRequestError, ValueError, RecursionError) as error:
        why = error.faults[0] if isinstance(error, InvalidRequestError) else error
        raise InvalidRequestError([f"{path} is not a file of choices ({why}). Save it again on the page"]) from None


def applied_text(applied: Applied) -> str:
    """Return what applying choices did, as lines of text."""
    number = len(applied["changed"])
    covers = "1 cover" if number == 1 else f"{number} covers"
    counted = f"{covers} changed, {applied['unchanged']} chosen already"
    return "\n".join([*applied["changed"], counted, f"page: {applied['page_url']}"])
