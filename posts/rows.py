"""Posts as rows of CSV, or as one title on each line."""

import csv
import io
import re
from collections.abc import Iterator

from errors import InvalidRequestError
from posts.fields import TITLE, field_name, normalized
from posts.posts import Record
from text import brief, clean_text

__all__ = ["delimiter_of", "read_csv", "read_lines"]

DELIMITERS = ",;\t"
MAX_TITLE = 1_000
# The line that tells Excel a delimiter.
SEPARATOR = re.compile(r"sep=([,;|\t])\n", re.IGNORECASE)


def delimiter_of(text: str) -> str:
    """Return the CSV delimiter, if the first line names it or a title among several columns, else an empty string."""
    if named := SEPARATOR.match(text):
        return named[1]
    header = text.partition("\n")[0]
    return next((each for each in DELIMITERS if each in header and _has_title(_header(header, each))), "")


def read_csv(text: str, name: str) -> Iterator[Record]:
    """Yield a record for each row of CSV with a header, delimited by commas, semicolons, tabs or what it names.

    Raises:
        InvalidRequestError: there is no title column, or a row is invalid.
    """
    named = SEPARATOR.match(text)
    header = text[named.end() if named else 0 :].partition("\n")[0]
    delimiter = delimiter_of(text) or max(DELIMITERS, key=header.count)
    columns = _header(header, delimiter)
    if not _has_title(columns):
        found = brief(", ".join(clean_text(column) for column in columns))
        raise InvalidRequestError([f'{name} has no column "title", only {found}. Rename one in its first line'])
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    if named:
        next(rows.reader)
    try:
        for row in rows:
            if any(row.get(None) or ()):  # Where DictReader puts the values that have no column.
                raise InvalidRequestError(
                    [f"{name}, line {rows.line_num}: more values than columns. Quote each text that contains a comma"]
                )
            fields = {column: value for column, value in row.items() if column and value}
            yield Record(f"line {rows.line_num}", normalized(fields), verbatim=True)
    except csv.Error as error:
        raise InvalidRequestError(
            [f"{name}, line {rows.line_num}: not CSV ({error}). Quote each text that contains quotes, and double them"]
        ) from None


def read_lines(text: str, name: str) -> Iterator[Record]:
    """Yield a record for each line that is not empty.

    Raises:
        InvalidRequestError: a line is too long for a title.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_TITLE:
            raise InvalidRequestError([f"{name}, line {number}: too long for a title. Put one title on each line"])
        if line.strip():
            yield Record(f"line {number}", {"title": line}, verbatim=True)


def _header(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
    except csv.Error:
        return []


def _has_title(columns: list[str]) -> bool:
    return any(field_name(column.strip()) in TITLE for column in columns)
