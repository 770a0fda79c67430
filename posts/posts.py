"""A source's posts, what was left out, and what was changed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from text import clean_text

__all__ = ["KINDS", "Post", "Posts", "Record", "Tally"]

KINDS = {
    "markdown": "a folder of Markdown posts, or one such file",
    "feed": "an RSS or Atom feed, as a file or an http(s) address",
    "csv": "CSV whose first line names its columns, including title",
    "lines": "a text file with one title on each line",
    "json": "JSON: generateBatch's input, or an array of titles or posts",
    "jsonl": "JSON Lines: a title or a post on each line",
}
EXAMPLES = 3


@dataclass(frozen=True)
class Record:
    """One file, feed entry, row or line, which may be a post.

    ``where`` identifies it in messages, and is unique and the same in every run. ``fields`` have normalized names.
    ``path`` is a file's folders and name, ``heading`` the text's first heading. ``fault`` says why the record is known
    not to be a post. A ``verbatim`` record was written for these tasks: its title stays as it is, and it may have
    ``extra_prompt`` and ``variation``. Other records lose their HTML markup and, if ``markdown``, their Markdown too.
    """

    where: str
    fields: Mapping[str, object]
    path: tuple[str, ...] = ()
    heading: str = ""
    fault: str = ""
    verbatim: bool = False
    markdown: bool = False


@dataclass(frozen=True)
class Post:
    """One post for the tasks, with its source and its date in UTC, if any."""

    title: str
    slug: str
    context: str = ""
    extra_prompt: str = ""
    variation: int = 0
    date: datetime | None = None
    where: str = ""

    def as_prompt(self) -> dict[str, Any]:
        """Return the post as one of ``generateBatch``'s prompts, without empty fields."""
        optional = {"context": self.context, "extra_prompt": self.extra_prompt, "variation": self.variation}
        return {"title": self.title, "slug": self.slug, **{name: value for name, value in optional.items() if value}}


class Tally(defaultdict[str, list[str]]):
    """Records by remark."""

    def __init__(self) -> None:
        super().__init__(list)

    def lines(self) -> tuple[str, ...]:
        """Return a line for each remark, with its count and first examples, such as ``drafts (2): a.md, b.md``."""
        lines = []
        for remark, found in self.items():
            more = ["\N{HORIZONTAL ELLIPSIS}"] if len(found) > EXAMPLES else []
            lines.append(f"{remark} ({len(found)}): {', '.join([*map(clean_text, found[:EXAMPLES]), *more])}")
        return tuple(lines)


@dataclass(frozen=True)
class Posts:
    """A source's posts.

    ``kind`` is one of KINDS; ``name`` is the source's own, the same in every run. ``left_out`` counts the records that
    are not posts, ``remarks`` what was changed or not used. If the source is a whole request, ``request`` is
    generateBatch's input (an array in order, or an object by name) and there are no posts.
    """

    kind: str
    name: str
    posts: tuple[Post, ...] = ()
    left_out: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    request: list[Any] | dict[str, Any] | None = None

    @property
    def prompts(self) -> list[dict[str, Any]]:
        """The posts as ``generateBatch``'s first input."""
        return [post.as_prompt() for post in self.posts]
