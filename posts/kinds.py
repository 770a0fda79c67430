"""Detects a source's kind from its content, or from its name's ending if the content is ambiguous."""

import codecs
import re
import unicodedata

from errors import InvalidRequestError
from posts.json_source import looks_like_json, looks_like_json_lines
from posts.markdown import ENDINGS
from posts.posts import KINDS
from posts.rows import delimiter_of

__all__ = ["as_text", "kind_of"]

BY_ENDING = {
    **dict.fromkeys(ENDINGS, "markdown"),
    **dict.fromkeys((".rss", ".atom", ".xml"), "feed"),
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **dict.fromkeys((".txt", ".text", ""), "lines"),
    ".json": "json",
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
}
BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PAGE = re.compile(rb"<!doctype\s+html|<html\b", re.IGNORECASE)
FEED_LINK = re.compile(rb"<link\b[^<>]*\bapplication/(?:rss|atom)\+xml[^<>]*>", re.IGNORECASE)
ADDRESS = re.compile(rb"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)


def kind_of(data: bytes, source: str, ending: str) -> str:
    """Return one of KINDS. ``ending`` is the source's file extension, in lower case and with its dot.

    Raises:
        InvalidRequestError: the source is of no supported kind.
    """
    start = _without_byte_order_mark(data[:1_000])
    if start.startswith(b"<") and ending not in ENDINGS:
        if PAGE.match(start):
            raise InvalidRequestError([f"{source} is a web page, not a feed. {_feed_of(data)}"])
        return "feed"
    if BY_ENDING.get(ending) in ("markdown", "json", "jsonl"):
        return BY_ENDING[ending]
    if ending not in BY_ENDING and not _is_text(data):
        raise _unsupported(source)
    text = as_text(data, source)
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


def as_text(data: bytes, source: str) -> str:
    """Return a file's text with its line endings normalized.

    Raises:
        InvalidRequestError: the file is not in UTF-8.
    """
    wide = len(data) > 3 and (not any(data[:100:2]) or not any(data[1:100:2]))
    if wide or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InvalidRequestError([f"{source} is in UTF-16. Save it in UTF-8"])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidRequestError(
            [f"{source} is not in UTF-8: line {line} has the byte 0x{data[error.start]:02x}. Save it in UTF-8"]
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unsupported(source: str) -> InvalidRequestError:
    return InvalidRequestError([f"{source} is not a supported source. Give one of: {'; '.join(KINDS.values())}"])


def _is_text(data: bytes) -> bool:
    """Return whether a file's start is UTF-8 text without control characters."""
    text = codecs.getincrementaldecoder("utf-8-sig")(errors="replace").decode(data[:10_000])
    return "\ufffd" not in text and not any(
        unicodedata.category(character) == "Cc" and not character.isspace() for character in text
    )


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
