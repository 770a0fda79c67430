"""The fields of a feed's entries: RSS, Atom, and what WordPress and Blogger add to them in their exports."""

import html
import re
import tomllib
from pathlib import Path
from urllib.parse import unquote, urljoin
from xml.etree.ElementTree import Element

from posts.pictures import ENTRY_PICTURE, names_picture
from posts.posts import Record

__all__ = ["ATOM", "ENTRIES", "FIELDS", "RSS_1", "record_of", "value_of"]

TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _tag(name: str) -> str:
    """Return an element's name as the parser gives it, with its namespace in braces in place of a prefix."""
    prefix, colon, local = name.rpartition(":")
    return f"{{{TABLE['namespaces'][prefix]}}}{local}" if colon else name


ATOM, RSS_1 = _tag("atom:"), _tag("rss1:")
# Older exports of Blogger tell posts by a category, and comments by what they reply to.
IN_REPLY_TO = "{http://purl.org/syndication/thread/1.0}in-reply-to"
ENTRIES = ("item", f"{RSS_1}item", f"{ATOM}entry")
FIELDS: dict[str, str] = {_tag(name): field for name, field in TABLE["fields"].items()}
# WordPress's export is RSS with more elements, in namespaces that begin like this, by version.
WORDPRESS = ("{http://wordpress.org/export/", "{https://wordpress.org/export/")
WORDPRESS_FIELDS: dict[str, str] = TABLE["wordpress"]
# Where it says which attachment is a post's picture.
THUMBNAIL = "_thumbnail_id"
# A picture whatever its address looks like, and what is one by its kind or address.
PICTURES, MEDIA = (_tag("media:thumbnail"), _tag("itunes:image")), ("enclosure", _tag("media:content"))
# Blogger's thumbnails are 72 pixels wide. The same address has them in other widths.
SMALL = re.compile(r"(?<=/)s72(?:-w\d+-h\d+)?-c(?=/)|(?<==)s72(?:-w\d+-h\d+)?-c\Z")
# Characters kept of each field: a context needs only the beginning of a text.
MAX_TEXT = 20_000


def record_of(entry: Element, seen: set[str], number: int) -> Record:
    """Return an entry's record. ``seen`` identifies the entries before it, of which several may have the same link."""
    fields = _fields(entry)
    title, link = fields.get("title", ""), fields.get("link", "")
    both = f"{link} ({title})"
    where = both if link and link in seen else link or title or f"entry {number}"
    fault = "duplicates" if title and both in seen else ""
    if fields.get("posttype", "post").casefold() != "post":
        fault = "not posts"
    seen |= {where, both}
    return Record(where, fields, reason=fault)


def _fields(entry: Element) -> dict[str, str]:
    fields: dict[str, str] = {}
    for element in entry:
        name = FIELDS.get(element.tag)
        if element.tag == f"{ATOM}category" and (element.get("scheme") or "").endswith("#kind"):
            fields["posttype"] = (element.get("term") or "").rpartition("#")[2]
        elif element.tag == IN_REPLY_TO:
            fields["posttype"] = "comment"
        if element.tag.startswith(WORDPRESS):
            of_wordpress = element.tag.rpartition("}")[2]
            name = WORDPRESS_FIELDS.get(of_wordpress)
            if of_wordpress == "postmeta" and element.findtext("{*}meta_key", "").strip() == THUMBNAIL:
                fields["thumbnailid"] = element.findtext("{*}meta_value", "").strip()
        if name and not fields.get(name):
            fields[name] = value_of(element, name)
    guid = fields.pop("guid", "")
    if not fields.get("link") and guid.startswith(("http://", "https://")):
        fields["link"] = guid
    if picture := next(filter(None, map(_picture, entry.iter())), ""):
        fields[ENTRY_PICTURE] = urljoin(fields.get("link", ""), SMALL.sub("s1600", picture))
    return {**fields, "slug": unquote(fields["slug"])} if "slug" in fields else fields


def value_of(element: Element, field: str) -> str:
    """Return an element's text, or its address if the field is a link."""
    return _address(element) if field == "link" else _text(element)[:MAX_TEXT]


def _text(element: Element) -> str:
    """Return an element's text as HTML. In Atom it is plain text unless ``type`` is ``html``."""
    text = "".join(element.itertext()).strip()
    return html.escape(text, quote=False) if element.tag.startswith(ATOM) and element.get("type") != "html" else text


def _address(element: Element) -> str:
    if not element.tag.startswith(ATOM):
        return "".join(element.itertext()).strip()
    return (element.get("href") or "").strip() if element.get("rel", "alternate") == "alternate" else ""


def _picture(element: Element) -> str:
    """Return the address of the picture that an element of an entry is, or an empty string."""
    address = (element.get("url") or element.get("href") or "").strip()
    kind = element.get("type") or element.get("medium") or ""
    if element.tag in PICTURES:
        return address
    if element.tag in MEDIA or element.get("rel") == "enclosure":
        return address if kind.startswith("image") or (not kind and names_picture(address)) else ""
    text = (element.findtext("url") or element.text or "").strip() if element.tag == "image" else ""
    return text if names_picture(text) else ""
