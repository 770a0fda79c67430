"""A folder of Markdown posts, as Hugo, Astro, Jekyll and Eleventy lay them out."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from posts.fields import NAME_DATE
from posts.front_matter import FrontMatterError, first_heading, split_front_matter
from posts.posts import Record
from posts.slugs import without_date

__all__ = ["ENDINGS", "read_folder", "read_post"]

ENDINGS = (".md", ".mdx", ".markdown")
LONGEST_HEAD = 1_000_000
NO_POSTS = (
    "readme",
    "license",
    "licence",
    "contributing",
    "changelog",
    "code_of_conduct",
    "security",
    "404",
    "agents",
    "claude",
)
SKIPPED_FOLDERS = ("node_modules", "vendor")
INDEX = re.compile(r"index(\.[a-z]{2}(?:-[a-z]{2,4})?)?", re.IGNORECASE)
DATE = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:[-_]|$)")


def read_folder(folder: Path) -> Iterator[Record]:
    """Yield a record for each Markdown file below a folder, in the order of their paths."""
    places = sorted(_places(folder))
    jekyll = any("_posts" in place.parts[:-1] for place in places)
    alone = len(places) == 1
    for place in places:
        where = os.fsencode(place.as_posix()).decode(errors="replace")
        if why := _no_post(folder, place, jekyll=jekyll, alone=alone):
            yield Record(where, {}, fault=why)
            continue
        try:
            head = _head(folder / place)
        except OSError as error:
            yield Record(f"{where}: {error.strerror}", {}, fault="that cannot be read")
        else:
            yield read_post(head, where, _path(folder.resolve(), place))


def read_post(text: str, where: str, path: Sequence[str]) -> Record:
    """Return the record of one Markdown file."""
    try:
        fields, below = split_front_matter(text)
    except FrontMatterError as error:
        return Record(f"{where}: {error}", {}, fault="with front matter that cannot be read")
    dated = DATE.match(path[-1])
    if dated:
        fields[NAME_DATE] = dated[1]
    return Record(where, fields, (*path[:-1], without_date(path[-1])), first_heading(below), markdown=True)


def _places(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".") and each not in SKIPPED_FOLDERS]
        for file in files:
            if file.lower().endswith(ENDINGS):
                yield (Path(parent) / file).relative_to(folder)


def _no_post(folder: Path, place: Path, *, jekyll: bool, alone: bool) -> str:
    """Return why a file is no post by its place alone; nothing where it may be one."""
    path, folders, stem = folder / place, place.parts[:-1], place.stem.lower()
    if "_drafts" in folders:
        return "drafts"
    if any(part.startswith(("_", ".")) and part != "_posts" for part in place.parts) or stem in NO_POSTS:
        return "no posts"
    if jekyll and "_posts" not in folders:
        return "no posts"
    if INDEX.fullmatch(stem) and not folders and not alone:
        return "no posts"
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        return "no files of this folder"
    return ""


def _path(folder: Path, place: Path) -> list[str]:
    """Return the folders and the name of a post; its folder is its name where the file is a page bundle's."""
    path = [os.fsencode(part).decode(errors="replace") for part in (*place.parts[:-1], place.stem)]
    if index := INDEX.fullmatch(path[-1]):
        path.pop()
        name = path.pop() if path else os.fsencode(folder.name).decode(errors="replace")
        path.append(name + (index[1] or ""))
    return path


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(LONGEST_HEAD).decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
