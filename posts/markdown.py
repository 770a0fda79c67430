"""A folder of Markdown posts, in the layouts of Hugo, Astro, Jekyll and Eleventy."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from posts.beginning import first_heading
from posts.decoding import decode, with_plain_breaks
from posts.fields import NAME_DATE, TITLE, text_of
from posts.front_matter import FrontMatterError, split_front_matter
from posts.languages import with_languages
from posts.metadata import split_properties
from posts.pictures import ENTRY_PICTURE, names_picture, pictures_of
from posts.posts import Record
from posts.site import Site
from posts.slugs import without_date

__all__ = ["ENDINGS", "path_of", "read_folder", "read_post"]

ENDINGS = (".md", ".mdx", ".markdown")
# Posts in other formats. Only in a folder of nothing but posts can they be told from pages.
OTHER_ENDINGS = (".html", ".adoc", ".org", ".rst")
# Bytes read of each file.
MAX_BYTES = 1_000_000
# Characters kept of each post's text: a context needs only its beginning.
MAX_TEXT = 20_000
# Names in brackets are a router's patterns.
NOT_POSTS = re.compile(
    r"readme|licen[cs]e|contributing|changelog|code_of_conduct|security|404|agents|claude|\[.*\]", re.IGNORECASE
)
SKIPPED_FOLDERS = ("node_modules", "vendor")
INDEX = re.compile(r"index(\.[a-z]{2}(?:-[a-z]{2,4})?)?", re.IGNORECASE)
# What the name of a page bundle's file has in it that is the post's picture: Hugo looks for the first, then the others.
RESOURCES = (("feature",), ("cover", "thumbnail"))
# What Notion's exports append to a name.
NOTION = re.compile(r"(?<=.) [0-9a-f]{32}$")
DATE = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:[-_]|$)")


def read_folder(folder: Path, site: Site) -> list[Record]:
    """Return a record for each Markdown file below a folder, in the order of their paths.

    Raises:
        OSError: the folder itself cannot be read.
    """
    next(folder.iterdir(), None)
    unread: list[Record] = []
    files = sorted(_files(folder, unread))
    jekyll = any("_posts" in file.parts[:-1] for file in files)
    alone = len(files) == 1
    # Hugo, which an _index.md gives away, takes what is beside and below an index.md as parts of that post.
    hugo = any(file.stem.startswith("_index") for file in files)
    bundles = {file.parent for file in files if hugo and INDEX.fullmatch(file.stem)} - {Path()}
    records = []
    for file in files:
        inside = file.parents[1:] if INDEX.fullmatch(file.stem) else file.parents
        resource = not bundles.isdisjoint(inside)
        try:
            reason = "not posts" if resource else _reason_to_skip(folder, file, jekyll=jekyll, alone=alone)
            record = Record(_shown(file), {}, reason=reason) if reason else _read_file(folder, file)
            records.append(_with_resource(record, folder / file) if site.has_resources and not reason else record)
        except OSError as error:
            records.append(Record(_shown(file), {}, reason="that cannot be read", detail=error.strerror or ""))
    posts = iter(with_languages([record for record in records if not record.reason], site, folder))
    return [*unread, *(record if record.reason else next(posts) for record in records)]


def _with_resource(record: Record, file: Path) -> Record:
    """Return a post with the picture beside its ``index.md`` that Hugo takes for a post that names none, if any."""
    if not INDEX.fullmatch(file.stem) or pictures_of(record.fields):
        return record
    beside = sorted(path.name for path in file.parent.iterdir() if names_picture(path.name))
    found = (name for words in RESOURCES for name in beside if any(word in name.lower() for word in words))
    name = next(found, "")
    return replace(record, fields={**record.fields, ENTRY_PICTURE: name}) if name else record


def _read_file(folder: Path, file: Path) -> Record:
    with (folder / file).open("rb") as opened:
        data = opened.read(MAX_BYTES)
    return read_post(with_plain_breaks(decode(data).text), _shown(file), path_of(folder.resolve(), file))


def read_post(text: str, where: str, path: Sequence[str]) -> Record:
    """Return the record of one Markdown file."""
    try:
        fields, body = split_front_matter(text)
    except FrontMatterError as error:
        return Record(where, {}, reason="invalid front matter", detail=str(error))
    own = NOTION.sub("", path[-1])
    if own != path[-1]:
        fields, body = split_properties(body)
    dated = DATE.match(own)
    if dated:
        fields[NAME_DATE] = dated[1]
    heading = "" if text_of(fields, TITLE) else first_heading(body)
    name = (*path[:-1], without_date(own))
    return Record(where, fields, name, heading, body[:MAX_TEXT], markdown=True)


def _shown(path: Path) -> str:
    return os.fsencode(path.as_posix()).decode(errors="replace")


def _files(folder: Path, unread: list[Record]) -> Iterator[Path]:
    """Yield the folder's posts, relative to it, and add the folders below it that cannot be read to ``unread``."""

    def leave_out(parent: Path, reason: str, detail: str = "") -> None:
        unread.append(Record(f"{_shown(parent.relative_to(folder))}/", {}, reason=reason, detail=detail))

    def fail(error: OSError) -> None:
        leave_out(Path(error.filename), "that cannot be read", error.strerror or "")

    for parent, folders, files in os.walk(folder, onerror=fail):
        folders[:] = [each for each in sorted(folders) if not each.startswith(".") and each not in SKIPPED_FOLDERS]
        for linked in filter(
            os.path.islink, (Path(parent) / each for each in folders)
        ):  # Unlike pathlib's, for any path.
            leave_out(linked, "not files of this folder")
        for file in files:
            path = (Path(parent) / file).relative_to(folder)
            if file.lower().endswith(ENDINGS) or ("_posts" in path.parts and file.lower().endswith(OTHER_ENDINGS)):
                yield path


def _reason_to_skip(folder: Path, file: Path, *, jekyll: bool, alone: bool) -> str:
    """Return why a file is not a post, judged by its path alone, or an empty string."""
    path, folders, stem = folder / file, file.parts[:-1], file.stem
    if "_drafts" in folders:
        return "drafts"
    hidden = any(part.startswith(("_", ".")) and part != "_posts" for part in file.parts)
    home_page = INDEX.fullmatch(stem) and not folders and not alone
    if hidden or home_page or NOT_POSTS.fullmatch(stem) or (jekyll and "_posts" not in folders):
        return "not posts"
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        return "not files of this folder"
    return "" if file.name.lower().endswith(ENDINGS) else "not Markdown"


def path_of(folder: Path, file: Path) -> list[str]:
    """Return a post's folders and name. A page bundle (``name/index.md``) is named by its folder."""
    path = [os.fsencode(part).decode(errors="replace") for part in (*file.parts[:-1], file.stem)]
    if index := INDEX.fullmatch(path[-1]):
        path.pop()
        name = path.pop() if path else os.fsencode(folder.name).decode(errors="replace")
        path.append(name + (index[1] or ""))
    return path
