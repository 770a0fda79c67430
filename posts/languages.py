"""Tells in which language each of a folder's posts is, so that the others' covers get their language in the address."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from posts.fields import text_of
from posts.posts import Record
from posts.site import Site

__all__ = ["with_languages"]

# ISO 639-1's codes of languages that blogs are written in, and the codes of countries that some take for them.
CODES = (
    "af am ar as az be bg bn br bs ca cn cs cy cz da de dk el en eo es et eu fa fi fr ga gl gr gu he hi hr hu hy id is "
    "it ja jp ka kk km kn ko kr ku ky lb lo lt lv mk ml mn mr ms mt my nb ne nl nn no or pa pl ps pt ro ru sa sd se si "
    "sk sl sq sr sv sw ta te tg th tk tl tr tt tw ua ug uk ur uz vi xh yi yo zh zu"
)
LOCALE = re.compile(r"([a-z]{2})(?:[-_](?:[a-z]{2}|[a-z]{4}|\d{3}))*", re.IGNORECASE)
SUFFIX = re.compile(r"(.+)\.([A-Za-z]{2,3}(?:[-_]\w{2,4})?)")
LANGUAGE = ("lang", "locale", "languagecode")


@dataclass(frozen=True)
class _Place:
    """A post's path without its language, the language, and where that stands: a folder's depth, or as below."""

    bare: tuple[str, ...]
    language: str = ""
    depth: int = -1


IN_ITS_NAME, IN_ITS_FIELDS = -1, -2


def with_languages(records: Sequence[Record], site: Site, folder: Path) -> list[Record]:
    """Return the records of a folder, those in another than the site's default language with their language."""
    above = folder.resolve().relative_to(site.root).parts if site.root else ()
    if site.is_hugo:
        return [_of_hugo(record, above, site) for record in records]
    places = [_place(record, above, site.languages) for record in records]
    if not site.languages:
        places = _confirmed(places, [record.path for record in records], site.default)
    known = site.default and (site.languages or any(place.language == site.default for place in places))
    default = site.default if known else _default(places)
    return [
        replace(record, path=place.bare, language="" if place.language == default else place.language)
        for record, place in zip(records, places, strict=True)
    ]


def _of_hugo(record: Record, above: tuple[str, ...], site: Site) -> Record:
    """Return a record with its language by the languages' folders, or by its file's name.

    Other folders mean nothing to Hugo; beside those of all languages, they are not read.
    """
    whole = (*above, *record.path)
    found = SUFFIX.fullmatch(whole[-1])
    bare, language = record.path, site.default
    for root, name in site.folders.items():
        if whole[: len(root.parts)] == root.parts:
            bare, language = record.path[max(0, len(root.parts) - len(above)) :], name
            break
    else:
        if found and found[2].lower() in site.languages:
            bare, language = (*record.path[:-1], found[1]), found[2].lower()
        elif site.default in site.folders.values():
            return replace(record, reason="not posts")
    return replace(record, path=bare, language="" if language == site.default else language)


def _place(record: Record, above: tuple[str, ...], languages: frozenset[str]) -> _Place:
    """Return a post's place by its folders, its file's name or its front matter, if these name a language."""

    def is_language(text: str) -> bool:
        found = LOCALE.fullmatch(text)
        return _code(text) in languages if languages else bool(found and found[1].lower() in CODES.split())

    path = record.path
    found = SUFFIX.fullmatch(path[-1]) if path else None
    if found and is_language(found[2]):
        return _Place((*path[:-1], found[1]), _code(found[2]), IN_ITS_NAME)
    depth = next((number for number, part in enumerate(path[:-1]) if is_language(part)), None)
    if depth is not None:
        return _Place((*path[:depth], *path[depth + 1 :]), _code(path[depth]), depth)
    said = text_of(record.fields, LANGUAGE).strip()
    if is_language(said):
        return _Place(path, _code(said), IN_ITS_FIELDS)
    return _Place(path, next((_code(part) for part in above if languages and is_language(part)), ""))


def _confirmed(places: Sequence[_Place], paths: Iterable[tuple[str, ...]], default: str) -> list[_Place]:
    """Return the places, with a language only where the same post exists in another one too.

    A folder beside one of translations is one too. What a post's fields say counts if the site says its default.
    """
    by_post = defaultdict[tuple[str, ...], set[str]](set)
    for place in places:
        by_post[place.bare].add(place.language)
    translated = [place for place in places if place.language and len(by_post[place.bare]) > 1]
    confirmed = {(place.depth, place.language) for place in translated}
    depths = {depth for depth, _ in confirmed if depth >= 0} | ({IN_ITS_FIELDS} if default else set())
    return [
        place if place.depth in depths or (place.depth, place.language) in confirmed else _Place(path)
        for place, path in zip(places, paths, strict=True)
    ]


def _default(places: Sequence[_Place]) -> str:
    """Return the language that other languages' posts are translations of.

    It is that of the posts in no language's folder, if many of them are translated; else the language with the most
    posts; of several such, the one with the most translations, English, and the first of the alphabet.
    """
    by_post = defaultdict[tuple[str, ...], set[str]](set)
    for place in places:
        by_post[place.bare].add(place.language)
    translated = Counter(language for languages in by_post.values() if len(languages) > 1 for language in languages)
    if 0 < max(translated.values(), default=0) <= 2 * translated[""]:
        return ""
    posts = Counter(place.language for place in places if place.language)
    return min(posts, key=lambda name: (-posts[name], -translated[name], name != "en", name), default="")


def _code(text: str) -> str:
    return text.lower().replace("_", "-")
