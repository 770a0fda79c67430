"""Posts as rows of CSV, or as one title on each line."""

import csv
import io
import re
from collections.abc import Iterator, Mapping

from errors import InvalidRequestError
from posts.fields import TITLE, field_name, normalized
from posts.posts import Record
from text import brief

__all__ = ["delimiter_of", "read_csv", "read_lines"]

DELIMITERS = ",;\t"
# Substack's posts.csv: what is a post, and the columns that say something of it.
SUBSTACK_POSTS = (None, "newsletter", "podcast", "adhoc_email", "restack")
SUBSTACK_COLUMNS = ("title", "subtitle", "post_date", "is_published")
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
        InvalidRequestError: there is no title column.
    """
    named = SEPARATOR.match(text)
    header = text[named.end() if named else 0 :].partition("\n")[0]
    delimiter = delimiter_of(text) or max(DELIMITERS, key=header.count)
    columns = _header(header, delimiter)
    if not _has_title(columns):
        found = brief(", ".join(columns))
        raise InvalidRequestError([f'{name} has no column "title", only {found}. Rename one in its first line'])
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    if named:
        next(rows.reader)
    while True:
        start = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Record(f"line {max(start, 2)}", {}, reason="rows that are not CSV", detail=str(error))
            continue
        if row is None:
            return
        where = f"line {rows.line_num}"
        if any(row.get(None) or ()):  # Where DictReader puts the values that have no column.
            yield Record(where, {}, reason="rows with more values than columns")
        else:
            yield _of_substack(where, {column: value for column, value in row.items() if column and value})


def _of_substack(where: str, fields: Mapping[str, str]) -> Record:
    """Return a row's record. Substack's export has a post's slug in its id, and says which rows are pages."""
    number, dot, name = fields.get("post_id", "").partition(".")
    if not (dot and number.isdigit() and "is_published" in fields):
        return Record(where, normalized(fields), verbatim=True)
    reason = "" if fields.get("type") in SUBSTACK_POSTS else "not posts"
    known = {column: fields[column] for column in SUBSTACK_COLUMNS if column in fields}
    return Record(where, normalized({**known, "slug": name}), reason=reason, verbatim=True)


def read_lines(text: str, name: str) -> Iterator[Record]:
    """Yield a record for each line that is not empty."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_TITLE:
            yield Record(f"line {number}", {}, reason="lines too long for a title")
        elif line.strip():
            yield Record(f"line {number}", {"title": line}, verbatim=True)


def _header(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
    except csv.Error:
        return []


def _has_title(columns: list[str]) -> bool:
    return any(field_name(column.strip()) in TITLE for column in columns)
