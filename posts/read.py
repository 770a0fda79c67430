"""Reads posts from a folder, a file, a URL, or standard input."""

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from errors import InvalidRequestError
from posts.decoding import Decoded, decode, with_plain_breaks
from posts.feed import read_feed
from posts.fetch import download
from posts.gather import gather
from posts.json_source import read_json, read_json_lines
from posts.kinds import kind_of, other_folder
from posts.markdown import path_of, read_folder, read_post
from posts.own_pictures import SitePictures
from posts.plain import plain_title
from posts.posts import KINDS, Posts, Record
from posts.rows import read_csv, read_lines
from posts.site import site_of
from posts.unpacking import DamagedError, TooLargeError, is_gzip, unpacked
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
    now = now or datetime.now().astimezone()
    if kind is not None and kind not in KINDS:
        raise InvalidRequestError([f'unknown kind of source "{brief(clean_text(kind))}". Valid: {", ".join(KINDS)}'])
    if source == "-":
        data = _bounded((stdin or sys.stdin.buffer).read(MAX_BYTES + 1), STDIN)
        return _read(_Source(data, STDIN, STDIN), kind, now)
    if ADDRESS.match(source):
        return _read_address(source, kind, now)
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
    ending = _ending(path.name)
    stem = path.name.removesuffix(".gz").removesuffix(ending) if is_gzip(data) else path.stem
    return _read(_Source(data, source, f"{_identifying(path.parent)}/{stem}", ending), kind, now)


def _read_address(source: str, kind: str | None, now: datetime) -> Posts:
    """Return the posts at an address. What is there may be anyone's: only a feed is read, unless a kind is named."""
    found, address = download(source), urlsplit(source)
    name, ending = f"{address.hostname}{address.path}", _ending(address.path)
    return _read(_Source(found.data, source, name, ending, found.charset), kind, now, only_feeds=kind is None)


def _ending(name: str) -> str:
    """Return a file's extension in lower case, without that of its compression."""
    return PurePosixPath(name.lower().removesuffix(".gz")).suffix


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


def _plain(data: bytes, source: str) -> bytes:
    if not is_gzip(data):
        return data
    try:
        return unpacked(data, MAX_BYTES)
    except TooLargeError:
        return _bounded(bytes(MAX_BYTES + 1), source)
    except DamagedError as error:
        raise InvalidRequestError([f"{source} is gzip that cannot be read: {error}. Pack it again"]) from None


def _read_folder(path: Path, source: str, kind: str | None, now: datetime) -> Posts:
    if kind not in (None, "markdown"):
        raise InvalidRequestError([f"{source} is a folder, but {kind} is read from a file. Give the file"])
    site = site_of(path)
    records = read_folder(path, site)
    if not records and (other := other_folder(path)):
        raise InvalidRequestError([f"{source} is {other}"])
    zone = site.zone or now.tzinfo
    pictures = SitePictures(site.pictures, site.root or path)
    posts = gather("markdown", _identifying(path) or source, records, now.astimezone(zone), pictures)
    newest_first = sorted(posts.posts, key=lambda post: post.date or datetime.min.replace(tzinfo=UTC), reverse=True)
    return replace(posts, posts=tuple(newest_first))


@dataclass(frozen=True)
class _Source:
    """A source's bytes: what messages call it, its name for its batch, its extension, and the encoding declared."""

    data: bytes
    shown: str
    name: str
    ending: str = ""
    charset: str = ""


def _read(source: _Source, kind: str | None, now: datetime, *, only_feeds: bool = False) -> Posts:
    source = replace(source, data=_plain(source.data, source.shown))
    kind = kind or kind_of(source.data, source.shown, source.ending)
    if kind == "feed":
        return _read_feed(source, now)
    decoded = decode(source.data, [source.charset] if source.charset else [])
    text = with_plain_breaks(decoded.text)
    json = read_json(text, source.shown) if kind == "json" else None
    if only_feeds and not (json and json.is_export):
        kinds = ", ".join(KINDS)
        raise InvalidRequestError(
            [f"{source.shown} is not a feed. Give the blog's feed, or say with --kind what is there: {kinds}"]
        )
    if json and json.request is not None:
        return Posts(kind, source.name, request=_exact(json.request, decoded, source.shown))
    posts = gather(kind, source.name, json.records if json else READERS[kind](text, source.shown), now)
    return replace(posts, remarks=(*decoded.remarks, *posts.remarks))


def _read_feed(source: _Source, now: datetime) -> Posts:
    feed = read_feed(source.data, source.shown, source.charset)
    title = plain_title(feed.title, markdown=False)
    name = clean_text(f"{title} ({feed.host or source.name})") if title else source.name
    posts = gather("feed", name, feed.records, now)
    return replace(posts, remarks=(*feed.remarks, *posts.remarks))


def _exact(request: list[Any] | dict[str, Any], decoded: Decoded, source: str) -> list[Any] | dict[str, Any]:
    """Return a request whose encoding is certain: nothing in it may differ from what was asked for."""
    if decoded.encoding.startswith("utf-") and not decoded.unreadable:
        return request
    raise InvalidRequestError([f"{source} is not in UTF-8. Save it in UTF-8"])
