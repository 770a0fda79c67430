"""A folder of Markdown posts, in the layouts of Hugo, Astro, Jekyll and Eleventy."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from posts.fields import CONTEXT, NAME_DATE, TITLE, text_of
from posts.front_matter import FrontMatterError, first_heading, split_front_matter
from posts.posts import Record
from posts.slugs import without_date

__all__ = ["ENDINGS", "path_of", "read_folder", "read_post"]

ENDINGS = (".md", ".mdx", ".markdown")
# Posts in other formats. Only in a folder of nothing but posts can they be told from pages.
OTHER_ENDINGS = (".html", ".adoc", ".org", ".rst")
# Bytes read of each file.
MAX_BYTES = 1_000_000
NOT_POSTS = re.compile(
    "readme|licen[cs]e|contributing|changelog|code_of_conduct|security|404|agents|claude", re.IGNORECASE
)
SKIPPED_FOLDERS = ("node_modules", "vendor")
INDEX = re.compile(r"index(\.[a-z]{2}(?:-[a-z]{2,4})?)?", re.IGNORECASE)
DATE = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:[-_]|$)")


def read_folder(folder: Path) -> Iterator[Record]:
    """Yield a record for each Markdown file below a folder, in the order of their paths."""
    files = sorted(_files(folder))
    jekyll = any("_posts" in file.parts[:-1] for file in files)
    alone = len(files) == 1
    # Hugo, which an _index.md gives away, takes what is beside and below an index.md as parts of that post.
    hugo = any(file.stem.startswith("_index") for file in files)
    bundles = {file.parent for file in files if hugo and INDEX.fullmatch(file.stem)} - {Path()}
    for file in files:
        where = os.fsencode(file.as_posix()).decode(errors="replace")
        inside = file.parents[1:] if INDEX.fullmatch(file.stem) else file.parents
        resource = not bundles.isdisjoint(inside)
        if reason := "not posts" if resource else _reason_to_skip(folder, file, jekyll=jekyll, alone=alone):
            yield Record(where, {}, fault=reason)
            continue
        try:
            text = _text(folder / file)
        except OSError as error:
            yield Record(f"{where}: {error.strerror}", {}, fault="that cannot be read")
        else:
            record = read_post(text, where, path_of(folder.resolve(), file))
            shown = (text_of(record.fields, TITLE) or record.heading, text_of(record.fields, CONTEXT))
            yield replace(record, fault="not in UTF-8") if "\ufffd" in "".join(shown) else record


def read_post(text: str, where: str, path: Sequence[str]) -> Record:
    """Return the record of one Markdown file."""
    try:
        fields, body = split_front_matter(text)
    except FrontMatterError as error:
        return Record(f"{where}: {error}", {}, fault="invalid front matter")
    dated = DATE.match(path[-1])
    if dated:
        fields[NAME_DATE] = dated[1]
    return Record(where, fields, (*path[:-1], without_date(path[-1])), first_heading(body), markdown=True)


def _files(folder: Path) -> Iterator[Path]:
    """Yield the folder's posts, relative to it."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".") and each not in SKIPPED_FOLDERS]
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


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(MAX_BYTES).decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
