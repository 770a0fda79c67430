"""The front matter and first heading of a Markdown file."""

import json
import re
import tomllib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import yaml

from posts.fields import normalized

__all__ = ["FrontMatterError", "first_heading", "split_front_matter"]

# Characters searched for front matter and heading: a megabyte would keep the YAML parser busy for too long.
MAX_LENGTH = 200_000


class FrontMatterError(ValueError):
    """A file's front matter is invalid; the message says where and why."""


class _TextLoader(yaml.CBaseLoader):
    """Reads every scalar but null as text, so that the title 12:30 is not a number, and creates no objects."""


_TextLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_TextLoader.add_constructor("tag:yaml.org,2002:null", lambda *_: None)


def _yaml(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_TextLoader)  # noqa: S506  # A BaseLoader, which is stricter than SafeLoader.
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 2
        raise FrontMatterError(f"line {line}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise FrontMatterError(str(error).partition("\n")[0]) from None


# Front matter by its delimiters, and its language unless it names one.
DASHES = re.compile(r"-{3,}[ \t]*(\w*)[ \t]*\n(.*?)^(?:-{3,}|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
PLUSES = re.compile(r"\+{3,}[ \t]*()\n(.*?)^\+{3,}[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
BRACES = re.compile(r"()(\{[ \t]*\n.*?^\})[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
# YAML without its first delimiter, as older versions of Hexo write it: a title among fields that dashes end.
UNOPENED = re.compile(r"(?=(?:(?!---).*\n)*title:)(?:[A-Za-z][\w-]*:.*\n|[ \t-].*\n)+?---+[ \t]*(?:\n|\Z)")
KINDS = [(DASHES, "yaml"), (PLUSES, "toml"), (BRACES, "json")]
PARSERS: dict[str, Callable[[str], Any]] = {"yaml": _yaml, "yml": _yaml, "toml": tomllib.loads, "json": json.loads}
FENCE = re.compile(r" {0,3}(```+|~~~+)")
HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)")
UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
# A line that starts with one of these is not a paragraph, so dashes below it do not make it a heading.
NOT_A_PARAGRAPH = ("    ", "\t", ">", "-", "*", "+", "|", "<")
ATTRIBUTES = re.compile(r"\{:?[ \t]*[#.][^{}]*\}$")


def split_front_matter(text: str) -> tuple[dict[str, object], str]:
    """Return a file's fields, with normalized names, and the text below them.

    Raises:
        FrontMatterError: the front matter is invalid.
    """
    text = text.lstrip("\ufeff").lstrip()
    if text.startswith("{"):
        with suppress(ValueError, RecursionError):  # It may be a shortcode, or damaged, which is reported below.
            fields, end = json.JSONDecoder().raw_decode(text[:MAX_LENGTH])
            return normalized(fields), text[end:]
    if UNOPENED.match(text, 0, MAX_LENGTH):
        text = f"---\n{text}"
    for pattern, language in KINDS:
        if match := pattern.match(text, 0, MAX_LENGTH):
            return _fields(match[2], (match[1] or language).lower()), text[match.end() :]
    return {}, text


def first_heading(text: str) -> str:
    """Return the first level-one heading outside of code, else the first heading, else an empty string."""
    fence, before, first = "", "", ""
    for line in text[:MAX_LENGTH].split("\n"):
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
            before = "" if line.startswith(NOT_A_PARAGRAPH) else line.strip()
    return first


def _fields(text: str, language: str) -> dict[str, object]:
    if language not in PARSERS:
        raise FrontMatterError(f"{language} is not supported")
    try:
        fields = PARSERS[language](text) or {}
    except FrontMatterError:
        raise
    except (ValueError, RecursionError) as error:
        raise FrontMatterError(str(error).partition("\n")[0]) from None
    if not isinstance(fields, dict):
        raise FrontMatterError("it has no fields")
    return normalized({str(key): value for key, value in fields.items()})


def _bare(heading: str) -> str:
    """Return a heading without the closing ``#`` marks and attributes after it."""
    bare = heading.strip().rstrip("#")
    heading = bare if bare.endswith((" ", "\t")) else heading
    return ATTRIBUTES.sub("", heading.strip()).strip()
