"""What a site generator's configuration says of a blog: its languages and its time zone."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

import yaml

__all__ = ["Site", "site_of"]

# How far above the posts a configuration may be.
MOST_LEVELS = 6
MAX_BYTES = 1_000_000
HUGO = [
    f"{folder}{name}.{ending}"
    for folder in ("", "config/_default/")
    for name in ("hugo", "config", "languages")
    for ending in ("toml", "yaml", "yml", "json")
]
# By which a file config.toml is known as Hugo's or Zola's.
HUGO_KEYS = {
    "baseurl",
    "base_url",
    "defaultcontentlanguage",
    "default_language",
    "languagecode",
    "languages",
    "theme",
    "title",
}
JEKYLL = ["_config.yml", "_config.yaml", "_config.toml"]
SCRIPTS = [
    f"{name}.{ending}"
    for name in ("astro.config", "docusaurus.config", "next.config", "eleventy.config", ".eleventy")
    for ending in ("mjs", "js", "ts", "cjs", "mts")
]
WORDS = re.compile(r"[^\s\"'`,;:=()\[\]{}<>]+")
PICTURE = re.compile(r".+?\.(?:avif|gif|jpe?g|png|svg|webp)\b", re.IGNORECASE)
DEFAULT = re.compile(r"\bdefault(?:Locale|Language)\s*[:=]\s*[\"']([A-Za-z]{2,3}(?:[-_]\w+)?)[\"']")
LOCALES = re.compile(r"\b(?:locales|languages)\s*[:=]\s*\[([^\]]*)\]")
QUOTED = re.compile(r"[\"']([A-Za-z]{2,3}(?:[-_]\w+)?)[\"']")


@dataclass(frozen=True)
class Site:
    """A site's languages and zone, as far as its configuration says them.

    ``root`` is the folder of the configuration, or None if there is none. ``folders`` are those of each language's
    content, below the root. Languages are in lower case; Hugo knows them only by ``folders`` and by files' names.
    ``has_resources`` says that a picture beside a post's ``index.md`` may be the post's, as in Hugo, but not in Zola.
    ``pictures`` are the pictures that the configuration names, such as the one for posts without their own.
    """

    root: Path | None = None
    default: str = ""
    languages: frozenset[str] = frozenset()
    folders: Mapping[PurePosixPath, str] = field(default_factory=dict)
    zone: tzinfo | None = None
    is_hugo: bool = False
    has_resources: bool = False
    pictures: frozenset[str] = frozenset()


def site_of(folder: Path) -> Site:
    """Return what the nearest configuration says, in a folder or above it."""
    folder = folder.resolve()
    for root in [folder, *folder.parents][:MOST_LEVELS]:
        for read in (_hugo, _jekyll, _script):
            if site := read(root):
                return replace(site, pictures=_pictures(root))
    return Site()


def _pictures(root: Path) -> frozenset[str]:
    params = root.glob("config/_default/params.*")
    texts = map(_text, [*(root / name for name in (*HUGO, *JEKYLL, *SCRIPTS)), *params])
    named = (PICTURE.match(word) for text in texts for word in WORDS.findall(text))
    return frozenset(each[0].lstrip("./") for each in named if each)


def _hugo(root: Path) -> Site | None:
    found = [values for name in HUGO if (values := _values(root / name))]
    if not any(values.keys() & HUGO_KEYS for values in found):
        return None
    by_file = {path.stem.partition(".")[2]: _parsed(path) for path in root.glob("config/_default/languages.*.*")}
    languages: dict[str, Any] = {}
    for values in [*found, {"languages": by_file}]:
        languages |= {name: _lowered(each) for name, each in _lowered(values.get("languages")).items()}
    said = {key: value for values in reversed(found) for key, value in values.items()}
    # Zola's name is the second. Hugo's default is English, if the site is in it.
    named = str(said.get("defaultcontentlanguage") or said.get("default_language") or "").lower()
    default = named or ("en" if "en" in languages else next(iter(languages), ""))
    names = frozenset({default, *languages}) if languages else frozenset()
    return Site(root, default, names, _folders(languages), _zone(said.get("timezone")), True, "base_url" not in said)


def _folders(languages: Mapping[str, Mapping[str, Any]]) -> dict[PurePosixPath, str]:
    said = {name: str(values.get("contentdir") or "").strip("/") for name, values in languages.items()}
    return {PurePosixPath(folder): name for name, folder in said.items() if folder}


def _values(path: Path) -> dict[str, Any]:
    values = _lowered(_parsed(path))
    return {"languages": values} if values and path.stem == "languages" else values


def _jekyll(root: Path) -> Site | None:
    values = next((_lowered(found) for name in JEKYLL if (found := _parsed(root / name))), None)
    if values is None:
        return None
    # Jekyll's plugins name languages and their default in several ways, Hexo in one: the first is the default.
    listed = (values.get(name) for name in ("languages", "locales", "language"))
    found = next((each for each in listed if isinstance(each, list)), [])
    names = [str(name).lower() for name in found if name != "default"]
    said = [str(values.get(name) or "") for name in ("default_lang", "default_language", "lang")]
    default = next(filter(None, [*said, *names]), "").lower()
    return Site(root, default, frozenset(names), {}, _zone(values.get("timezone")))


def _script(root: Path) -> Site | None:
    text = next((text for name in SCRIPTS if (text := _text(root / name))), None)
    if text is None:
        return None
    default, locales = DEFAULT.search(text), LOCALES.search(text)
    names = [name.lower() for name in QUOTED.findall(locales[1])] if locales else []
    return Site(root, default[1].lower() if default else "", frozenset(names))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES).decode(errors="replace")
    except OSError:
        return ""


def _parsed(path: Path) -> Any:
    """Return a configuration's values, or None if there is none or it cannot be read: then it says nothing."""
    text = _text(path)
    try:
        if path.suffix == ".toml":
            return tomllib.loads(text)
        return json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=yaml.CSafeLoader)
    except (ValueError, yaml.YAMLError, RecursionError):
        return None


def _lowered(values: object) -> dict[str, Any]:
    return {str(key).lower(): value for key, value in values.items()} if isinstance(values, Mapping) else {}


def _zone(name: object) -> tzinfo | None:
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else None
    except (ValueError, OSError, KeyError):  # zoneinfo's ZoneInfoNotFoundError is a KeyError.
        return None
