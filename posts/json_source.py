"""JSON and JSON Lines: a request of its own, or posts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from errors import InvalidRequestError
from posts.fields import named
from posts.json_faults import probable_cause
from posts.posts import Record

__all__ = ["JsonInput", "looks_like_json", "looks_like_json_lines", "read_json", "read_json_lines"]

# What a request names and a post does not, and under which name other tools keep their posts.
REQUEST = {"prompts", "models", "style", "template", "font"}
LISTS = ("posts", "items", "articles", "entries", "pages")
# What a value in an array may begin with, also where a person wrote it who does not know JSON's quotes.
OPENINGS = ("{", "[", '"', "'", "\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}", "]")


def looks_like_json(text: str) -> bool:
    """Say whether a text is meant as JSON, by how it begins."""
    start = text.lstrip()
    return start.startswith("{") or (start.startswith("[") and start[1:].lstrip().startswith((*OPENINGS, "//", "/*")))


def looks_like_json_lines(text: str) -> bool:
    """Say whether each of several lines is an object or an array of its own, by how they begin and end."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and all(line.startswith("{") and line.endswith("}") for line in lines)


@dataclass(frozen=True)
class JsonInput:
    """What JSON holds: a request of its own, as an array or an object, or posts."""

    request: list[Any] | dict[str, Any] | None = None
    records: tuple[Record, ...] = ()


def read_json(text: str, name: str) -> JsonInput:
    """Return what JSON holds. An object without posts and an array that begins with no post are a request.

    Raises:
        InvalidRequestError: it is not JSON, or neither an array nor an object.
    """
    value = _parsed(text, name)
    if isinstance(value, dict):
        posts = next((value[key] for key in LISTS if isinstance(value.get(key), list)), None)
        if value.keys() & REQUEST or (posts is None and "title" not in value):
            return JsonInput(request=value)
        return _posts([value] if posts is None else posts)
    if not isinstance(value, list):
        raise InvalidRequestError([f"{name} holds neither an array nor an object. Write an array of titles or posts"])
    if not value or not isinstance(value[0], str | dict):
        return JsonInput(request=value)
    return _posts(value)


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
        raise InvalidRequestError([f"{name} is not JSON that can be read: {error}. Mend it there"]) from None


def _posts(values: list[Any]) -> JsonInput:
    return JsonInput(records=tuple(_record(value, number) for number, value in enumerate(values, 1)))


def _record(value: Any, number: int) -> Record:
    where = f"post {number}"
    if isinstance(value, str):
        return Record(where, {"title": value}, verbatim=True)
    if isinstance(value, dict):
        return Record(where, named(value), verbatim=True)
    return Record(where, {}, fault="neither a title nor an object")
