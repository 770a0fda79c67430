"""JSON that blogs and their platforms export or serve, by its shape: Ghost, WordPress, JSON Feed, Hashnode, dev.to."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from posts.fields import normalized
from posts.pictures import ENTRY_PICTURE
from posts.posts import Record

__all__ = ["export_of", "other_export"]

Values = Mapping[str, Any]
# The types of posts, and what older versions of Ghost say of a post that is no page.
POSTS, NOT_A_PAGE = ("post", "article", "newsletter"), (None, False, 0, "0")
# How WordPress ends an excerpt that it made itself.
CUT = re.compile(r"\s*\[(?:&hellip;|&#8230;|\N{HORIZONTAL ELLIPSIS}|\.\.\.)\](?=\s*(?:</p>\s*)?\Z)")


def export_of(value: object) -> list[Record] | None:
    """Return the posts of a known platform's JSON, or None if it is another one's."""
    found = (read(value) for read in (_ghost, _json_feed, _wordpress, _hashnode, _dev_to))
    return next((records for records in found if records is not None), None)


def other_export(value: object) -> str:
    """Return what known JSON without posts is, and what to give instead, or an empty string."""
    if not isinstance(value, Mapping):
        return ""
    for names, what in OTHERS.items():
        if names <= value.keys():
            return what
    return ""


# By the names that they have at the top.
OTHERS = {
    frozenset(
        {"contentTypes", "entries"}
    ): "an export from Contentful. Give the site's feed, or CSV with a column title",
    frozenset({"tumblr", "posts"}): "an export from Tumblr. Give the blog's feed, https://<blog>.tumblr.com/rss",
    frozenset({"code", "message", "data"}): "an error that WordPress's REST API answered. Open its address to see why",
    frozenset({"routes", "namespaces"}): "the index of WordPress's REST API. Give /wp-json/wp/v2/posts?per_page=100",
}


def _ghost(value: object) -> list[Record] | None:
    match value:
        case {"db": [{"data": {"posts": [*posts]}}, *_]} | {"data": {"posts": [*posts]}}:
            return _records(posts, lambda post: post)
    return None


def _json_feed(value: object) -> list[Record] | None:
    match value:
        case {"version": str(version), "items": [*items]} if "jsonfeed.org" in version:
            return _records(items, lambda item: item)
    return None


def _wordpress(value: object) -> list[Record] | None:
    posts = value if isinstance(value, list) else [value]
    if not posts or not all(isinstance(post, Mapping) and isinstance(post.get("title"), Mapping) for post in posts):
        return None
    return _records(posts, _of_wordpress)


def _of_wordpress(post: Values) -> Values:
    texts = {name: _text(post.get(name)) for name in ("title", "excerpt", "content")}
    texts["excerpt"] = CUT.sub("", texts["excerpt"])
    # Dates without a zone are the site's; those in GMT do not say so.
    date = f"{post['date_gmt']}Z" if post.get("date_gmt") else post.get("date")
    return {**post, **texts, "date": date, ENTRY_PICTURE: _featured(post)}


def _featured(post: Values) -> str:
    """Return the address of a post's featured picture, or which one it is if only its number is known."""
    match post:
        case {"_embedded": {"wp:featuredmedia": [{"source_url": str(address)}, *_]}} if address:
            return address
        case {"jetpack_featured_media_url": str(address)} if address:
            return address
        case {"featured_media": int(number)} if number:
            return f"media {number}, whose address the answer does not have"
    return ""


def _hashnode(value: object) -> list[Record] | None:
    posts = value.get("posts") if isinstance(value, Mapping) else value
    match posts:
        case [{"contentMarkdown": _}, *_]:
            return _records([*posts], lambda post: {**post, "draft": post.get("isActive") is False}, markdown=True)
    return None


def _dev_to(value: object) -> list[Record] | None:
    match value:
        case [{"type_of": "article", "title": str()}, *_]:
            # The site makes a social_image of every title.
            return _records([*value], lambda post: {**post, "social_image": None}, markdown=True)
    return None


def _records(posts: list[Any], fields: Callable[[Values], Values], *, markdown: bool = False) -> list[Record]:
    records, seen = [], set[str]()
    for number, post in enumerate(posts, 1):
        if not isinstance(post, Mapping):
            records.append(Record(f"post {number}", {}, reason="neither a title nor an object"))
            continue
        where = next((str(post[name]) for name in ("slug", "url", "id") if post.get(name)), f"post {number}")
        where = f"{where} ({number})" if where in seen else where
        seen.add(where)
        present = {name: value for name, value in normalized(fields(post)).items() if value is not None}
        reason = "" if present.get("type", "post") in POSTS and present.get("page") in NOT_A_PAGE else "not posts"
        records.append(Record(where, present, reason=reason, markdown=markdown))
    return records


def _text(value: object) -> str:
    """Return a text, or the one in an object such as WordPress's ``{"rendered": "..."}``."""
    inner = value.get("rendered", value.get("raw")) if isinstance(value, Mapping) else value
    return inner if isinstance(inner, str) else ""
