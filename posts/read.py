"""Reads posts from a folder, a file, a URL, or standard input."""

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import urlsplit

from errors import InvalidRequestError
from posts.feed import read_feed
from posts.fetch import fetch
from posts.gather import gather
from posts.json_source import read_json, read_json_lines
from posts.kinds import as_text, kind_of
from posts.markdown import path_of, read_folder, read_post
from posts.plain import plain_title
from posts.posts import KINDS, Posts, Record
from posts.rows import read_csv, read_lines
from text import brief, clean_text

__all__ = ["STDIN", "read_posts"]

MAX_BYTES = 50_000_000
STDIN = "standard input"
ADDRESS = re.compile(r"https?://", re.IGNORECASE)
# Folder names that do not identify a blog.
GENERIC = re.compile("_?posts|post|blog|content|articles|pages|src|source|data|docs|en|web", re.IGNORECASE)
# The readers of text. JSON is not among them, as it may hold a request.
READERS: dict[str, Callable[[str, str], Iterable[Record]]] = {
    "markdown": lambda text, source: [read_post(text, source, [_name_of(source)])],
    "csv": read_csv,
    "lines": read_lines,
    "jsonl": read_json_lines,
}


def read_posts(
    source: str,
    *,
    kind: str | None = None,
    stdin: BinaryIO | None = None,
    now: datetime | None = None,
) -> Posts:
    """Return the posts of a folder, a file, an http(s) URL or, for ``-``, standard input.

    ``kind`` is one of KINDS; None detects it. Posts dated after ``now`` are left out.

    Raises:
        InvalidRequestError: the source cannot be read, or has no posts.
    """
    now = now or datetime.now(UTC)
    if kind is not None and kind not in KINDS:
        raise InvalidRequestError([f'unknown kind of source "{brief(clean_text(kind))}". Valid: {", ".join(KINDS)}'])
    if source == "-":
        data = _bounded((stdin or sys.stdin.buffer).read(MAX_BYTES + 1), STDIN)
        return _read(data, STDIN, STDIN, "", kind, now)
    if ADDRESS.match(source):
        data, address = fetch(source), urlsplit(source)
        name, ending = f"{address.hostname}{address.path}", PurePosixPath(address.path).suffix.lower()
        return _read(data, source, name, ending, kind, now)
    try:
        path = Path(source)
        if path.is_dir():
            return _read_folder(path, source, kind, now)
        with path.open("rb") as file:
            data = _bounded(file.read(MAX_BYTES + 1), source)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidRequestError(
            [f"{source} cannot be read: {reason}. Give a folder, a file, or an http:// or https:// address"]
        ) from None
    return _read(data, source, f"{_identifying(path.parent)}/{path.stem}", path.suffix.lower(), kind, now)


def _name_of(source: str) -> str:
    """Return the name of a single file, which is its folder's if it is a page bundle; "" for standard input."""
    if source == STDIN:
        return ""
    path = Path(urlsplit(source).path if ADDRESS.match(source) else source)
    return path_of(path.resolve().parent, Path(path.name))[-1]


def _identifying(folder: Path) -> str:
    """Return a folder's path from the last part on that identifies a blog."""
    parts = folder.resolve().parts[1:]
    specific = [number for number, part in enumerate(parts) if not GENERIC.fullmatch(part)]
    return "/".join(parts[specific[-1] :] if specific else parts[-1:])


def _bounded(data: bytes, source: str) -> bytes:
    if len(data) > MAX_BYTES:
        raise InvalidRequestError([f"{source} is larger than {MAX_BYTES // 1_000_000} MB. Split it"])
    return data


def _read_folder(path: Path, source: str, kind: str | None, now: datetime) -> Posts:
    if kind not in (None, "markdown"):
        raise InvalidRequestError([f"{source} is a folder, but {kind} is read from a file. Give the file"])
    posts = gather("markdown", _identifying(path) or source, read_folder(path), now)
    newest_first = sorted(posts.posts, key=lambda post: post.date or datetime.min.replace(tzinfo=UTC), reverse=True)
    return replace(posts, posts=tuple(newest_first))


def _read(data: bytes, source: str, name: str, ending: str, kind: str | None, now: datetime) -> Posts:
    kind = kind or kind_of(data, source, ending)
    if kind == "feed":
        title, host, records = read_feed(data, source)
        title = plain_title(title, markdown=False)
        return gather(kind, clean_text(f"{title} ({host or name})") if title else name, records, now)
    text = as_text(data, source)
    if kind == "json":
        request, records = read_json(text, source)
        return gather(kind, name, records, now) if request is None else Posts(kind, name, request=request)
    return gather(kind, name, READERS[kind](text, source), now)
