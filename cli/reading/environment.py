"""The environment of a local run: ``.env`` files, and defaults that a worker does not have."""

import io
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from errors import Fault, SettingsError
from settings import Settings, read_settings

__all__ = ["local_settings", "read_env_files"]

ENV_FILE = Path(".env")
# What python-dotenv and the dev server's parser, godotenv, read alike: a comment, a name, and a value. They differ in
# other characters of names, in backslashes within quotes, in which # begins a comment, and in spaces beyond ASCII.
COMMENT = re.compile(r"[ \t\n]*(?:#[^\r\n]*\n?)?")
NAME = re.compile(r"[ \t\n]*(?:export[ \t]+)?[A-Za-z0-9_.]+[ \t]*=[ \t]*")
VALUE = re.compile(
    r"""
    (?: (?: '(?: [^'\\\0] | \\(?![\\']) )*' | "(?: [^"\\$\0] | \\[nr] )*" ) [ \t]* (?: \#[^\r\n]* )?
      | (?: [^\s'"\#$\0] (?: [^\s$\0] | [ \t](?!\#) )* )? (?: [ \t]\# (?: \S | [^\S\r\n](?!\#) )* )?
    ) \n?
    """,
    re.VERBOSE,
)


def read_env_files(named: Sequence[Path] = ()) -> dict[str, str]:
    """Return the variables of the named files, or else of ``.env`` in this folder, if it exists.

    As in ``render workflows dev``, they take precedence over the environment, and a later file over an earlier one. A
    line that its parser would read differently is refused.

    Raises:
        SettingsError: a file cannot be read, listing every line to fix.
    """
    variables: dict[str, str] = {}
    faults: list[Fault] = []
    for path in named or ([ENV_FILE] if ENV_FILE.exists() else []):
        try:
            text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
        except OSError as error:
            remedy = "Check --env-file" if named else "Remove it"
            faults.append(Fault(f"{path} cannot be read: {error.strerror}. {remedy}"))
            continue
        except UnicodeDecodeError:
            faults.append(Fault(f"{path} is not in UTF-8: save it in UTF-8"))
            continue
        if text.startswith("\ufeff"):
            faults.append(
                Fault("the file begins with a byte order mark", f"{path}, line 1", "save it in UTF-8 without one")
            )
        lines = list(parse_stream(io.StringIO(text)))
        faults += [Fault(fault, f"{path}, line {_number(line)}") for line in lines if (fault := _fault(line))]
        variables |= {line.key: line.value for line in lines if line.key and line.value is not None}
    if faults:
        raise SettingsError(faults)
    return variables


def _number(line: Binding) -> int:
    """Return the number of the line; python-dotenv's is that of the first of the empty lines before it."""
    text = line.original.string
    return line.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _fault(line: Binding) -> str | None:
    """Return what is wrong with a line, without quoting it, because it may hold a key."""
    text = line.original.string
    name = NAME.match(text)
    if COMMENT.fullmatch(text) or (line.key and name and VALUE.fullmatch(text, name.end())):
        return None
    value = text[name.end() :] if name else ""
    if "$" in (line.value or "") and not value.startswith("'"):
        return "a $ would begin another variable's name; put the value in single quotes"
    quoted = value.startswith(("'", '"'))
    if quoted and "\\" in value:
        return "the dev server reads backslashes in quotes differently; leave the quotes out, or set it in the shell"
    if "#" in value and not quoted:
        return "it is unclear where a comment begins; put the value in quotes"
    return (
        "expected NAME=value, with a name of letters, digits, _ or ., and nothing but a comment after a closing quote"
    )


def local_settings(over: Mapping[str, str]) -> Settings:
    """Return the environment's settings, under ``over``; ``out`` as the store and simulated pictures are the defaults.

    Raises:
        SettingsError: naming every variable that is missing or invalid.
    """
    chosen = {**{name: text for name, text in os.environ.items() if text}, **over}
    if not chosen.keys() & {"MINIO_ENDPOINT", "MINIO_HOSTPORT"}:
        chosen.setdefault("THUMBNAILS_DIR", "out")
    if not chosen.keys() & {"OPENAI_API_KEY", "GOOGLE_API_KEY"}:
        chosen.setdefault("SIMULATE_PROVIDERS", "1")
    return read_settings(chosen)
