"""Posts as rows of CSV, and as titles with one on each line."""

import csv
import io
from collections.abc import Iterator

from errors import InvalidRequestError
from posts.fields import TITLE, field_name, named
from posts.posts import Record
from text import brief, clean_text

__all__ = ["delimiter_of", "read_csv", "read_lines"]

DELIMITERS = ",;\t"
LONGEST_TITLE = 1_000


def delimiter_of(text: str) -> str:
    """Return what stands between the columns, by a first line that names a title among others; nothing else."""
    header = text.partition("\n")[0]
    return next((each for each in DELIMITERS if each in header and _has_title(_header(header, each))), "")


def read_csv(text: str, name: str) -> Iterator[Record]:
    """Yield a record for each row of CSV with a header; its columns are divided by commas, semicolons or tabs.

    Raises:
        InvalidRequestError: no column is the title's, or a row cannot be read.
    """
    header = text.partition("\n")[0]
    delimiter = delimiter_of(text) or max(DELIMITERS, key=header.count)
    columns = _header(header, delimiter)
    if not _has_title(columns):
        shown = ", ".join(clean_text(column) for column in columns)
        raise InvalidRequestError([f'{name} has no column "title" but {brief(shown)}. Name one so in its first line'])
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in rows:
            said = {column: value for column, value in row.items() if column and value}
            yield Record(f"line {rows.line_num}", named(said), verbatim=True)
    except csv.Error as error:
        raise InvalidRequestError(
            [f"{name}, line {rows.line_num}: not CSV ({error}). Put quotes around a text that holds some"]
        ) from None


def read_lines(text: str, name: str) -> Iterator[Record]:
    """Yield a record for each line that is not empty.

    Raises:
        InvalidRequestError: a line is longer than any title.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_TITLE:
            raise InvalidRequestError([f"{name}, line {number}, is longer than a title. Write one title on each line"])
        if line.strip():
            yield Record(f"line {number}", {"title": line}, verbatim=True)


def _header(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
    except csv.Error:
        return []


def _has_title(columns: list[str]) -> bool:
    return any(field_name(column.strip()) in TITLE for column in columns)
