"""``covers.toml``, a blog's own file: the options that it always asks for."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from cli.reading.options import DECLARED, OF_THE_SOURCE, Options, key
from errors import Fault, InvalidRequestError
from text import brief, clean_text, unknown

__all__ = ["BLOG_FILE", "BlogFileError", "with_blog_file"]

BLOG_FILE = Path("covers.toml")
KEYS = {key(name): name for name, declared in DECLARED.items() if not declared.get("once")}
ONLY_GIVEN = {key(name) for name, declared in DECLARED.items() if declared.get("once")}
# Of names, and of values that a vendor or Render gave out. Whether a name is one of ours does not matter.
SECRET_NAME = re.compile(r"(?:^|[_-])(?:api[_-]?key|access[_-]?key|key|secret|token|password|passwd)s?$", re.IGNORECASE)
SECRET_VALUE = re.compile(r"(?:sk-|rnd_|AIza)[\w-]{8,}")


class BlogFileError(InvalidRequestError):
    """The blog's file cannot be used."""

    code = "blog_file"
    summary = f"{BLOG_FILE} cannot be used"


def with_blog_file(options: Options, path: Path = BLOG_FILE) -> Options:
    """Return the options, completed from the blog's file in this folder, if there is one.

    The command line wins. What the file says of its source does not hold for another one.

    Raises:
        BlogFileError: the file cannot be read, or says what is not understood; every fault, with its line.
    """
    if not path.exists() or options.verb == "init":
        return options
    values, places = _read(path)
    others = OF_THE_SOURCE if options.source or options.prompts else frozenset()
    taken = [name for name in values if not options.has(name) and name not in others]
    return replace(options, **{name: values[name] for name in taken}, places={name: places[name] for name in taken})


def _read(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options' values, and where each stands, such as ``style in covers.toml, line 3``."""
    text = _text(path)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BlogFileError([f"{path}: {error}. Put texts in quotes, and lists in square brackets"]) from None
    values, places, faults = dict[str, Any](), dict[str, str](), list[Fault]()
    for written, value in found.items():
        where = f"{path}, line {_line(text, written)}"
        name = KEYS.get(written.replace("-", "_"), "")
        if what := _fault(written, name, value):
            faults.append(Fault(f"{brief(clean_text(written))} {what}", where))
        elif name:
            values[name], places[name] = _value(name, value), f"{written} in {where}"
    if faults:
        raise BlogFileError(faults)
    return values, places


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise BlogFileError([f"{path} cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise BlogFileError([f"{path} is not in UTF-8: save it in UTF-8"]) from None


def _line(text: str, name: str) -> int:
    """Return the number of the line that a name stands in; tomllib does not keep it."""
    found = re.search(rf"^[ \t]*\[*[ \t]*[\"']?{re.escape(name)}\b", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _fault(written: str, name: str, value: object) -> str:
    """Return what is wrong with a name and its value, without quoting what may be a key."""
    if SECRET_NAME.search(written) or any(SECRET_VALUE.match(each) for each in _texts(value)):
        return "looks like a key, and this file is for everyone to read. Put keys into .env, such as OPENAI_API_KEY=..."
    if written in ONLY_GIVEN:
        return "is for one call. Take it out, and give it on the command line"
    if not name:
        more = " Variables stand in .env." if written.isupper() else ""
        return f"is no option: {unknown('name', written, list(KEYS))}{more}"
    if must_be := _misfit(DECLARED[name], value):
        return f"{must_be}, not {brief(repr(value))}"
    return "is empty. Give a value, or take the line out" if any(not each.strip() for each in _texts(value)) else ""


def _misfit(declared: Any, value: object) -> str:
    """Return what a value must be, or "" if it is."""
    if declared.get("action") == "append":
        fits = isinstance(value, str) or (isinstance(value, list) and value and all(isinstance(v, str) for v in value))
        return "" if fits else 'must be a list of texts, such as ["one", "two"]'
    if declared.get("action") == "store_true":
        return "" if isinstance(value, bool) else "must be true or false, without quotes"
    if isinstance(value, bool):
        return "must be text in quotes" if declared.get("type") is not int else "must be a whole number"
    if declared.get("type") is int:
        return "" if isinstance(value, int) else "must be a whole number, without quotes"
    return "" if isinstance(value, (str, *declared.get("unquoted", ()))) else "must be text in quotes"


def _texts(value: object) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _value(name: str, value: Any) -> Any:
    """Return a value as the command line would give it. No shell has replaced ``~``."""
    declared = DECLARED[name]
    make = declared.get("type", str)
    if declared.get("action") == "append":
        return [_made(make, each) for each in _texts(value)]
    return value if isinstance(value, bool) else _made(make, value)


def _made(make: Any, value: Any) -> Any:
    if make is int:
        return value
    return make(str(Path(value).expanduser()) if isinstance(value, str) and value.startswith("~") else str(value))
