"""JSON and JSON Lines: a whole request, or posts."""

import json
from collections.abc import Iterator
from typing import Any

from errors import InvalidRequestError
from posts.fields import normalized
from posts.json_faults import probable_cause
from posts.posts import Record

__all__ = ["Request", "looks_like_json", "looks_like_json_lines", "read_json", "read_json_lines"]

# generateBatch's input: its arguments in order, or by name.
Request = list[Any] | dict[str, Any]
# Names that a request has and a post does not, and the names under which other tools list their posts.
REQUEST_FIELDS = {"prompts", "models", "style", "template", "font"}
LISTS = ("posts", "items", "articles", "entries", "pages")
# What a value in an array may start with, wrong quotes included.
OPENINGS = ("{", "[", '"', "'", "\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}", "]")


def looks_like_json(text: str) -> bool:
    """Return whether a text starts like JSON."""
    start = text.lstrip()
    return start.startswith("{") or (start.startswith("[") and start[1:].lstrip().startswith((*OPENINGS, "//", "/*")))


def looks_like_json_lines(text: str) -> bool:
    """Return whether a text has several lines and each starts and ends like an object."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and all(line.startswith("{") and line.endswith("}") for line in lines)


def read_json(text: str, name: str) -> tuple[Request | None, list[Record]]:
    """Return a request, or None and the records of posts.

    An object without posts is a request, and so is an array whose first value is not a post.

    Raises:
        InvalidRequestError: the text is not JSON, or neither an array nor an object.
    """
    value = _parsed(text, name)
    if isinstance(value, dict):
        posts = next((value[key] for key in LISTS if isinstance(value.get(key), list)), None)
        if value.keys() & REQUEST_FIELDS or (posts is None and "title" not in value):
            return value, []
        value = [value] if posts is None else posts
    elif not isinstance(value, list):
        raise InvalidRequestError([f"{name} holds neither an array nor an object. Write an array of titles or posts"])
    elif not value or not isinstance(value[0], str | dict):
        return value, []
    return None, [_record(each, number) for number, each in enumerate(value, 1)]


def read_json_lines(text: str, name: str) -> Iterator[Record]:
    """Yield a record for each line.

    Raises:
        InvalidRequestError: a line is not JSON.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _record(_parsed(line, name, number), number)


def _parsed(text: str, name: str, line: int = 1) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidRequestError([f"{name} is not JSON: {probable_cause(text, error, line)}"]) from None
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError([f"{name} is JSON that cannot be read: {error}. Fix it there"]) from None


def _record(value: Any, number: int) -> Record:
    where = f"post {number}"
    if isinstance(value, str):
        return Record(where, {"title": value}, verbatim=True)
    if isinstance(value, dict):
        return Record(where, normalized(value), verbatim=True)
    return Record(where, {}, fault="neither a title nor an object")
