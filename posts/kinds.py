"""Detects a source's kind from its content, or from its name's ending if the content is ambiguous."""

import re
import unicodedata
from pathlib import Path

from errors import InvalidRequestError
from posts.decoding import BYTE_ORDER_MARKS, decode, with_plain_breaks
from posts.json_source import looks_like_json, looks_like_json_lines
from posts.markdown import ENDINGS
from posts.posts import KINDS
from posts.rows import delimiter_of

__all__ = ["kind_of", "other_folder"]

BY_ENDING = {
    **dict.fromkeys(ENDINGS, "markdown"),
    **dict.fromkeys((".rss", ".atom", ".xml"), "feed"),
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **dict.fromkeys((".txt", ".text", ""), "lines"),
    ".json": "json",
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
}
# What is no text, by its first bytes, and what to do instead.
PACKED = {
    b"PK\x03\x04": "a ZIP archive, as exports often are. Unpack it, and give the folder or file in it",
    b"%PDF": "a PDF. Give the blog's folder, feed or export",
    b"SQLite format 3": "a database. Give the blog's folder, feed or export",
}
SQL = re.compile(
    r"(?:--|/\*).*\n(?:.*\n){0,60}?\s*(?:CREATE TABLE|INSERT INTO|DROP TABLE|SET )|\s*(?:CREATE TABLE|INSERT INTO)",
    re.I,
)
MOVABLE_TYPE = re.compile(r"(?:[A-Z ]+: .*\n){2,}-----\n")
# How Medium names its pages: by date, title and a digest.
MEDIUM = re.compile(r"(?:draft|\d{4}-\d\d-\d\d)_.*-[0-9a-f]{8,12}\.html")
# Up to so many files are an export's folder, and a JSON file among them its posts.
MOST_FILES = 5
PAGE = re.compile(rb"<!doctype\s+html|<html\b", re.IGNORECASE)
FEED_LINK = re.compile(rb"<link\b[^<>]*\bapplication/(?:rss|atom)\+xml[^<>]*>", re.IGNORECASE)
ADDRESS = re.compile(rb"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)


def kind_of(data: bytes, source: str, ending: str) -> str:
    """Return one of KINDS. ``ending`` is the source's file extension, in lower case and with its dot.

    Raises:
        InvalidRequestError: the source is of no supported kind.
    """
    start = _without_byte_order_mark(data[:1_000])
    for mark, what in PACKED.items():
        if start.startswith(mark):
            raise InvalidRequestError([f"{source} is {what}"])
    if start.startswith(b"<") and ending not in ENDINGS:
        if PAGE.match(start):
            raise InvalidRequestError([f"{source} is a web page, not a feed. {_feed_of(data)}"])
        return "feed"
    if BY_ENDING.get(ending) in ("markdown", "json", "jsonl"):
        return BY_ENDING[ending]
    if ending not in BY_ENDING and not _is_text(data):
        raise _unsupported(source)
    text = with_plain_breaks(decode(data).text)
    if other := _other_export(text):
        raise InvalidRequestError([f"{source} is {other}"])
    if text.startswith(("---\n", "+++\n")):
        return "markdown"
    if looks_like_json_lines(text):
        return "jsonl"
    if looks_like_json(text):
        return "json"
    if delimiter_of(text):
        return "csv"
    if ending not in BY_ENDING or not _is_text(data):
        raise _unsupported(source)
    return BY_ENDING[ending]


def other_folder(folder: Path) -> str:
    """Return what a folder without Markdown is that another source of the same blog should replace, or an empty string.

    It looks at the names of what is in it, as exports have them.
    """
    names = sorted(path.name for path in folder.iterdir())
    if (posts := folder / "posts.csv").is_file():
        return f"an export from Substack. Give the file {posts} in it"
    json = next((name for name in names if name.endswith(".json")), "")
    if json and len(names) <= MOST_FILES:
        return f"a folder without Markdown. Give the file {folder / json} in it, if that has the posts"
    pages = [*folder.glob("*.html"), *folder.glob("posts/*.html")]
    if any(MEDIUM.fullmatch(page.name) for page in pages):
        return "an export from Medium, web pages. Give the blog's feed: https://medium.com/feed/@you"
    return "web pages, not Markdown. Give the blog's feed" if pages else ""


def _other_export(text: str) -> str:
    """Return what a text is that only another program reads, and what to give instead, or an empty string."""
    if SQL.match(text, 0, 10_000):
        return "a database's dump. Export the blog itself, as WordPress's Tools > Export does, or give its feed"
    if MOVABLE_TYPE.match(text, 0, 10_000):
        return "an export in Movable Type's format. Give the blog's feed, or a CSV file with a column title"
    return ""


def _unsupported(source: str) -> InvalidRequestError:
    return InvalidRequestError([f"{source} is not a supported source. Give one of: {'; '.join(KINDS.values())}"])


def _is_text(data: bytes) -> bool:
    """Return whether a file's start is text without control characters."""
    text = decode(data[:10_000]).text
    return not any(unicodedata.category(character) == "Cc" and not character.isspace() for character in text)


def _without_byte_order_mark(start: bytes) -> bytes:
    for mark in BYTE_ORDER_MARKS:
        start = start.removeprefix(mark)
    return start.lstrip(b"\x00 \t\r\n")


def _feed_of(data: bytes) -> str:
    link = FEED_LINK.search(data[:200_000])
    address = ADDRESS.search(link[0]) if link else None
    if not address:
        return "Give its feed, which is often at /feed, /rss.xml, /atom.xml or /index.xml"
    return f"Give its feed: the page names {address[1].decode(errors='replace')}"
