"""JSON and JSON Lines: a whole request, or posts."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from errors import InvalidRequestError
from posts.exports import export_of, other_export
from posts.fields import normalized
from posts.json_faults import probable_cause
from posts.posts import Record

__all__ = ["Json", "Request", "looks_like_json", "looks_like_json_lines", "read_json", "read_json_lines"]

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


class Json(NamedTuple):
    """What JSON holds: a request, or the records of posts; and whether it is a known platform's export or feed."""

    request: Request | None
    records: list[Record]
    is_export: bool = False


def read_json(text: str, name: str) -> Json:
    """Return what JSON holds.

    An object without posts is a request, and so is an array whose first value is not a post.

    Raises:
        InvalidRequestError: the text is not JSON, neither an array nor an object, or an export without posts.
    """
    if (records := _exported(text)) is not None:
        return Json(None, records, is_export=True)
    value = _parsed(text, name)
    if other := other_export(value):
        raise InvalidRequestError([f"{name} is {other}"])
    if isinstance(value, dict):
        posts = next((value[key] for key in LISTS if isinstance(value.get(key), list)), None)
        if value.keys() & REQUEST_FIELDS or (posts is None and "title" not in value):
            return Json(value, [])
        value = [value] if posts is None else posts
    elif not isinstance(value, list):
        raise InvalidRequestError([f"{name} holds neither an array nor an object. Write an array of titles or posts"])
    elif not value or not isinstance(value[0], str | dict):
        return Json(value, [])
    return Json(None, [_record(each, number) for number, each in enumerate(value, 1)])


def _exported(text: str) -> list[Record] | None:
    """Return the records of a known export. Unlike a request, it may hold raw control characters."""
    try:
        return export_of(json.loads(text, strict=False))
    except (ValueError, RecursionError):
        return None


def read_json_lines(text: str, name: str) -> Iterator[Record]:
    """Yield a record for each line."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield _record(_parsed(line, name), number)
            except InvalidRequestError as error:
                yield Record(f"line {number}", {}, reason="lines that are not JSON", detail=str(error.faults[0]))


def _parsed(text: str, name: str, line: int = 1) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidRequestError([f"{name} is not JSON: {probable_cause(text, error, line)}"]) from None
    except RecursionError:
        raise InvalidRequestError(
            [f"{name} is JSON that cannot be read: it is nested too deeply. Fix it there"]
        ) from None
    except ValueError as error:
        raise InvalidRequestError([f"{name} is JSON that cannot be read: {error}. Fix it there"]) from None


def _record(value: Any, number: int) -> Record:
    where = f"post {number}"
    if isinstance(value, str):
        return Record(where, {"title": value}, verbatim=True)
    if isinstance(value, dict):
        return Record(where, normalized(value), verbatim=True)
    return Record(where, {}, reason="neither a title nor an object")
