"""RSS and Atom feeds. defusedxml refuses hostile XML: it expands no entity and opens no address.

feedparser, which recovers malformed XML too, makes "AT&T; and R&D;" of a title with bare ampersands, expands entities,
and bounds no memory; so ``posts/mending.py`` mends what defusedxml then parses.
"""

import html
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from errors import InvalidRequestError
from posts.decoding import decode
from posts.entries import ATOM, ENTRIES, FIELDS, RSS_1, record_of, value_of
from posts.mending import mended, without_forbidden
from posts.pictures import ENTRY_PICTURE
from posts.posts import Record

__all__ = ["Feed", "read_feed"]

ROOTS = ("rss", "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF", f"{ATOM}feed")
FEEDS = ("channel", f"{RSS_1}channel", f"{ATOM}feed")
# Other XML that looks like a blog's.
NOT_FEEDS = {
    "urlset": "a sitemap, which has no titles",
    "sitemapindex": "a list of sitemaps, which has no titles",
    "opml": "a list of feeds (OPML), not a feed",
    "html": "a web page, not a feed",
}
# Where a feed begins. Servers put white space and warnings before it.
START, MOST_BEFORE = re.compile(r"<(?:\?xml|!DOCTYPE|rss|feed|(?:\w+:)?RDF)\b", re.IGNORECASE), 10_000
DECLARED = re.compile(rb"<\?xml\b[^<>]*\bencoding\s*=\s*[\"']([A-Za-z][\w.:-]*)")
DECLARATION = re.compile(r"\A<\?xml\b[^<>]*\?>\s*")
MAX_ELEMENTS, MAX_DEPTH = 1_000_000, 100


@dataclass(frozen=True)
class Feed:
    """A feed: its title and the host of its site (each empty if it has none), its entries, and what was mended."""

    title: str
    host: str
    records: list[Record]
    remarks: tuple[str, ...] = ()


def read_feed(data: bytes, name: str, charset: str = "") -> Feed:
    """Return a feed, in whatever encoding and however malformed. ``charset`` is the encoding that a server declares.

    Raises:
        InvalidRequestError: the data is not an RSS or Atom feed, or is unsafe XML.
    """
    declared = DECLARED.search(data[:MOST_BEFORE])
    decoded = decode(data, [each for each in (charset, declared[1].decode() if declared else "") if each])
    start = START.search(decoded.text[:MOST_BEFORE])
    text, forbidden = without_forbidden(DECLARATION.sub("", decoded.text[start.start() if start else 0 :], count=1))
    remarks = [*decoded.remarks]
    if forbidden:
        remarks.append(f"characters that XML forbids were taken out ({forbidden})")
    try:
        return _parsed(text, name, remarks)
    except ParseError as error:
        text, cut = mended(text)
        remarks.append(f"the feed is not well-formed XML and was mended (1): {error}")
        remarks += ["its last entry has no end and was left out (1)"] if cut else []
    try:
        return _parsed(text, name, remarks)
    except ParseError as error:
        raise InvalidRequestError(
            [f"{name} is XML that cannot be read: {error}. Give another feed of the blog"]
        ) from None


def _parsed(text: str, name: str, remarks: Sequence[str]) -> Feed:
    """Return the feed of well-formed XML.

    Raises:
        ParseError: it is not well-formed.
        InvalidRequestError: it is no feed, or unsafe.
    """
    about, records, seen = dict[str, str](), list[Record](), set[str]()
    try:
        for element, path in _elements(text.encode(errors="replace"), name):
            if element.tag in ENTRIES:
                records.append(record_of(element, seen, len(records) + 1))
            elif path and path[-1] in FEEDS and (field := FIELDS.get(element.tag)):
                about[field] = about.get(field) or value_of(element, field)
    except ParseError:
        raise
    except (DefusedXmlException, ValueError) as error:
        raise InvalidRequestError(
            [f"{name} is XML that cannot be read safely: {error}. Give another feed of the blog, or a list of titles"]
        ) from None
    host = about.get("link", "").partition("//")[2].partition("/")[0]
    return Feed(html.unescape(about.get("title", "")), host, _with_attachments(records), tuple(remarks))


def _with_attachments(records: list[Record]) -> list[Record]:
    """Return the records of WordPress's export, those with a picture among its attachments with that one's address."""
    addresses = {record.fields.get("postid"): record.fields.get("attachment") for record in records}

    def attached(record: Record) -> Record:
        number = record.fields.get("thumbnailid")
        found = addresses.get(number) or f"attachment {number}, which the export does not have"
        return replace(record, fields={**record.fields, ENTRY_PICTURE: found}) if number else record

    return list(map(attached, records))


def _elements(data: bytes, name: str) -> Iterator[tuple[Element, list[str]]]:
    """Yield each entry, and each element outside of entries, with its ancestors' tags; then free its memory."""
    path: list[str] = []
    entry = 0
    for number, (event, element) in enumerate(iterparse(io.BytesIO(data), events=("start", "end"))):
        if event == "start":
            if not path and element.tag not in ROOTS:
                root = element.tag.rpartition("}")[2]
                what = NOT_FEEDS.get(root.lower(), f"<{root}> XML, not a feed")
                raise InvalidRequestError([f"{name} is {what}. Give an RSS 2.0 or Atom feed"])
            if number > MAX_ELEMENTS or len(path) > MAX_DEPTH:
                raise ValueError("it has too many elements")
            path.append(element.tag)
            entry = entry or (len(path) if element.tag in ENTRIES else 0)
            continue
        path.pop()
        if entry and len(path) >= entry:
            continue
        entry = 0
        yield element, path
        element.clear()
