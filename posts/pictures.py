"""The pictures that a post's fields name, under the names that generators, themes and platforms give them."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from posts.fields import field_name

__all__ = ["ENTRY_PICTURE", "NAMES", "is_address", "names_picture", "pictures_of"]

# What a feed or an export itself says is an entry's picture, whatever its address looks like.
ENTRY_PICTURE = "entrypicture"
# What a picture is called, those first on which a title is best set: others are small, or have a title already.
# fmt: off
WORDS = (
    "featured", "feature", "cover", "hero", "header", "banner", "background", "post", "page", "article", "lead", "main",
    "title", "top", "index", "big", "splash", "poster", "", "preview", "card", "teaser", "og", "opengraph", "seo",
    "social", "socialmedia", "share", "meta", "twitter", "thumbnail", "thumb",
)
NOUNS = ("image", "img", "picture", "photo", "images", "imageurl", "imgurl", "imagepath")
# Names of a picture without a noun, and those of what holds one among other fields.
ALONE = (
    "featured", "cover", "hero", "header", "banner", "background", "splash", "poster", "teaser", "thumbnail", "thumb",
)
OTHERS = ("headercover", "coverurl", "thumbnailurl", "photos", "ogimageoverride")
# What holds a picture among other fields, and where it is inside of a picture's object.
HOLDERS = ("extra", "params", "seo", "og", "opengraph", "social", "meta")
INNER = ("image", "feature", "path", "src", "url", "file", "filename", "original", "large", "overlayimage", "facebook")
# fmt: on
NAMES = (*(f"{word}{noun}" for word in WORDS for noun in (*NOUNS, *([""] if word in ALONE else []))), *OTHERS)
KINDS = r"avif|bmp|gif|heic|heif|jfif|jpe?g|png|svg|tiff?|webp"
IS_PICTURE = re.compile(rf"[^/\\]\.(?:{KINDS})(?:[?#&].*)?", re.IGNORECASE)
IS_OTHER = re.compile(r"\.(?:css|html?|js|m4a|m4v|mov|mp3|mp4|ogg|pdf|webm|zip)\Z", re.IGNORECASE)
ADDRESS = re.compile(r"(?:https?:)?//[^\s/]+/\S", re.IGNORECASE)
# A picture as Markdown or Obsidian embeds it.
EMBEDDED = re.compile(r"!?\[\[([^\]|]+)(?:\|[^\]]*)?\]\]|!\[[^\]]*\]\(<?([^)>\s]+)>?[^)]*\)")
# The name of a picture that stands in for a missing one, or shows the author or the site.
STANDS_IN = re.compile(
    r"(?:(?:blog|card|cover|hero|image|og|post|site|social|twitter)[-_]?)*"
    r"(?:avatar|default|fallback|favicon|logo|no[-_]?image|placeholder)"
    r"(?:[-_]?(?:bg|blog|card|cover|header|hero|image|img|large|og|post|share|small|social|thumb|thumbnail|\d+))*",
    re.IGNORECASE,
)
AVATAR = re.compile(
    r"gravatar\.com/|//avatars\d*\.githubusercontent\.com/|/avatars?/|/social_previews?/", re.IGNORECASE
)
MAX_LENGTH, MOST = 2_000, 50


def pictures_of(fields: Mapping[str, object]) -> list[str]:
    """Return the addresses and paths of a post's pictures, the best first. ``fields`` have normalized names."""
    said = fields.get(ENTRY_PICTURE)
    of_entry = [said] if isinstance(said, str) and said and not _stands_in(said) else []
    others = (*_inside(fields, set()), *_resources(fields.get("resources")), *_head(fields.get("head")))
    return list(dict.fromkeys([*of_entry, *others]))


def is_address(text: str) -> bool:
    """Return whether a picture is at an address, and not in a file of the blog's."""
    return bool(ADDRESS.match(text))


def names_picture(text: str) -> bool:
    """Return whether a text is a picture's path or address by its look."""
    if len(text) > MAX_LENGTH or "\n" in text or _stands_in(text):
        return False
    return bool(IS_PICTURE.search(text)) or (is_address(text) and not IS_OTHER.search(urlsplit(text).path))


def _inside(fields: Mapping[str, object], seen: set[int]) -> Iterator[str]:
    """Yield the pictures in fields with normalized names. ``seen`` has the objects' ids: YAML's may hold themselves."""
    for name in NAMES:
        if name in fields:
            yield from _pictures(fields[name], seen)
    for name in HOLDERS:
        if isinstance(held := fields.get(name), Mapping):
            yield from _of_object(held, seen)


def _of_object(held: Mapping[object, object], seen: set[int]) -> Iterator[str]:
    if id(held) not in seen and len(seen) < MOST:
        seen.add(id(held))
        inner = {field_name(key): value for key, value in held.items()}
        for name in INNER:
            yield from _pictures(inner.get(name), seen)
        yield from _inside(inner, seen)


def _pictures(value: object, seen: set[int]) -> Iterator[str]:
    if isinstance(value, str):
        yield from [text] if names_picture(text := _plain(value)) else []
    elif isinstance(value, Mapping):
        yield from _of_object(value, seen)
    elif isinstance(value, list) and id(value) not in seen and len(seen) < MOST:
        seen.add(id(value))
        for each in value[:MOST]:
            yield from _pictures(each, seen)


def _plain(text: str) -> str:
    """Return the address or path in a text that may embed it, as Markdown and Obsidian do."""
    embedded = EMBEDDED.fullmatch(text.strip()) if len(text) <= MAX_LENGTH else None
    return embedded[1] or embedded[2] if embedded else text.strip()


def _resources(value: object) -> Iterator[str]:
    """Yield Hugo's resources of a page bundle that are named as the post's picture."""
    for each in value[:MOST] if isinstance(value, list) else []:
        if isinstance(each, Mapping) and field_name(each.get("name", each.get("title", ""))) in NAMES:
            yield from _pictures(each.get("src"), set())


def _head(value: object) -> Iterator[str]:
    """Yield the post's picture in VitePress's tags of a head: ``["meta", {"property": "og:image", ...}]``."""
    for each in value[:MOST] if isinstance(value, list) else []:
        match each:
            case ["meta", {"property": "og:image", "content": content}]:
                yield from _pictures(content, set())


def _stands_in(text: str) -> bool:
    name = urlsplit(text).path.rpartition("/")[2].partition(".")[0] if "[" not in text else ""
    return bool(STANDS_IN.fullmatch(name) or AVATAR.search(text))
