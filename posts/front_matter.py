"""The front matter of a Markdown file."""

import json
import re
import tomllib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import yaml

from posts.fields import normalized
from posts.metadata import split_metadata

__all__ = ["FrontMatterError", "split_front_matter"]

# Characters searched for front matter: a megabyte would keep the YAML parser busy for too long.
MAX_LENGTH = 200_000


class FrontMatterError(ValueError):
    """A file's front matter is invalid; the message says where and why."""


class _TextLoader(yaml.CBaseLoader):
    """Reads every scalar but null as text, so that the title 12:30 is not a number, and creates no objects."""


_TextLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_TextLoader.add_constructor("tag:yaml.org,2002:null", lambda *_: None)


def _yaml(text: str) -> Any:
    # YAML forbids tabs before its fields, and generators accept them.
    text = TABS.sub(lambda tabs: "  " * len(tabs[0]), text)
    try:
        return yaml.load(text, Loader=_TextLoader)  # noqa: S506  # A BaseLoader, which is stricter than SafeLoader.
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 2
        raise FrontMatterError(f"line {line}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise FrontMatterError(str(error).partition("\n")[0]) from None


TABS = re.compile(r"^\t+", re.MULTILINE)
# Front matter by its delimiters, and its language unless it names one.
DASHES = re.compile(r"-{3,}[ \t]*(\w*)[ \t]*\n(.*?)^(?:-{3,}|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
PLUSES = re.compile(r"\+{3,}[ \t]*()\n(.*?)^\+{3,}[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
BRACES = re.compile(r"()(\{[ \t]*\n.*?^\})[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
# YAML without its first delimiter, as older versions of Hexo write it: a title among fields that dashes end.
UNOPENED = re.compile(r"(?=(?:(?!---).*\n)*title:)(?:[A-Za-z][\w-]*:.*\n|[ \t-].*\n)+?---+[ \t]*(?:\n|\Z)")
KINDS = [(DASHES, "yaml"), (PLUSES, "toml"), (BRACES, "json")]
PARSERS: dict[str, Callable[[str], Any]] = {"yaml": _yaml, "yml": _yaml, "toml": tomllib.loads, "json": json.loads}


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
    return split_metadata(text)


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
