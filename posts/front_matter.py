"""Front matter and first heading of a Markdown file."""

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

import yaml

from posts.fields import named

__all__ = ["FrontMatterError", "first_heading", "split_front_matter"]

# What may stand before a heading in a post is short; so is front matter, whose parser is no match for a megabyte.
LONGEST = 200_000


class FrontMatterError(ValueError):
    """A file's front matter cannot be read; the message says where and why."""


class _AsWritten(yaml.CBaseLoader):
    """Reads every scalar as the text that is written, so that the title 12:30 is no number, and makes no objects."""


_AsWritten.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_AsWritten.add_constructor("tag:yaml.org,2002:null", lambda *_: None)


def _yaml(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_AsWritten)  # noqa: S506  # It is a BaseLoader, which is safer than the safe one.
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 2
        raise FrontMatterError(f"line {line}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise FrontMatterError(str(error).partition("\n")[0]) from None


# What front matter begins with, and the language it is in where it does not say so itself.
DASHES = re.compile(r"-{3,}[ \t]*(\w*)[ \t]*\n(.*?)^(?:-{3,}|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
PLUSES = re.compile(r"\+{3,}[ \t]*()\n(.*?)^\+{3,}[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
BRACES = re.compile(r"()(\{[ \t]*\n.*?^\})[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
KINDS = [(DASHES, "yaml"), (PLUSES, "toml"), (BRACES, "json")]
PARSERS: dict[str, Callable[[str], Any]] = {"yaml": _yaml, "yml": _yaml, "toml": tomllib.loads, "json": json.loads}
FENCE = re.compile(r" {0,3}(```+|~~~+)")
HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)")
UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
# A line that begins so is no paragraph, and a line of dashes below it no heading's.
NO_PARAGRAPH = ("    ", "\t", ">", "-", "*", "+", "|", "<")
ATTRIBUTES = re.compile(r"\{:?[ \t]*[#.][^{}]*\}$")


def split_front_matter(text: str) -> tuple[dict[str, object], str]:
    """Return a file's fields, under the names of ``posts.fields``, and the text below; no fields where it has none.

    Raises:
        FrontMatterError: it begins with front matter that cannot be read.
    """
    text = text.lstrip("\ufeff").lstrip()
    for whole, language in KINDS:
        if match := whole.match(text, 0, LONGEST):
            return _fields(match[2], (match[1] or language).lower()), text[match.end() :]
    return {}, text


def first_heading(text: str) -> str:
    """Return the first heading of level one, or else the first of all, outside of code; nothing where there is none."""
    fence, before, first = "", "", ""
    for line in text[:LONGEST].split("\n"):
        if mark := FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = ""
            before = ""
        elif not fence:
            if marks := HEADING.match(line):
                level, heading = len(marks[1]), _bare(marks[2])
            elif before and (underline := UNDERLINE.match(line)):
                level, heading = "=-".index(underline[1][0]) + 1, _bare(before)
            else:
                level, heading = 0, ""
            if heading and level == 1:
                return heading
            first = first or heading
            before = "" if line.startswith(NO_PARAGRAPH) else line.strip()
    return first


def _fields(text: str, language: str) -> dict[str, object]:
    if language not in PARSERS:
        raise FrontMatterError(f"is in {language}, which is not read")
    try:
        fields = PARSERS[language](text) or {}
    except FrontMatterError:
        raise
    except (ValueError, RecursionError) as error:
        raise FrontMatterError(str(error).partition("\n")[0]) from None
    if not isinstance(fields, dict):
        raise FrontMatterError("holds no fields")
    return named({str(key): value for key, value in fields.items()})


def _bare(heading: str) -> str:
    """Return a heading without the attributes and the closing marks that may stand behind it."""
    bare = heading.strip().rstrip("#")
    heading = bare if bare.endswith((" ", "\t")) else heading
    return ATTRIBUTES.sub("", heading.strip()).strip()
