"""What a source gave: its posts, what was left out, and what was changed on the way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from text import clean_text

__all__ = ["KINDS", "Counted", "Post", "Posts", "Record", "Tally"]

KINDS = {
    "markdown": "a folder of Markdown posts, or one such file",
    "feed": "an RSS or Atom feed, as a file or an http(s) address",
    "csv": "CSV whose first line names its columns, one of them title",
    "lines": "a text file with one title on each line",
    "json": "JSON: generateBatch's input, or an array of titles or posts",
    "jsonl": "JSON Lines: a title or a post on each line",
}
EXAMPLES = 3


@dataclass(frozen=True)
class Record:
    """What one file, feed entry, row or line says, before anyone asks whether it is a post.

    ``where`` names it in messages, and is its own in every run; ``fields`` are named as ``posts.fields`` has them;
    ``path`` are a file's folders and its name, and ``heading`` is the text's first. A record that is known to be no
    post says why in ``fault``. ``verbatim`` marks what was written for these tasks: its title is taken as it stands,
    and it may hold ``extra_prompt`` and ``variation``. From others HTML's marks are taken out, and in ``markdown``
    Markdown's too.
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
    """One post, as the tasks take it; besides, where it was found, and its date in UTC where it has one."""

    title: str
    slug: str
    context: str = ""
    extra_prompt: str = ""
    variation: int = 0
    date: datetime | None = None
    where: str = ""

    def as_prompt(self) -> dict[str, Any]:
        """Return the post as one of ``generateBatch``'s prompts; what is not said is left out."""
        said = {"context": self.context, "extra_prompt": self.extra_prompt, "variation": self.variation}
        return {"title": self.title, "slug": self.slug, **{name: value for name, value in said.items() if value}}


@dataclass(frozen=True)
class Counted:
    """How many records one remark holds for, and the first few of them."""

    what: str
    count: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        """The remark as one line, such as ``2 drafts (a.md, b.md)``."""
        more = ", \N{HORIZONTAL ELLIPSIS}" if self.count > len(self.examples) else ""
        return f"{self.count} {self.what} ({', '.join(self.examples)}{more})"


class Tally:
    """Counts records by remark, in the order in which the remarks first came up."""

    def __init__(self, counted: Iterable[Counted] = ()) -> None:
        """Take what was counted before."""
        self._counted = {each.what: each for each in counted}

    def add(self, what: str, example: str) -> None:
        """Count one more record."""
        before = self._counted.get(what, Counted(what, 0, ()))
        examples = (*before.examples, clean_text(example))[:EXAMPLES]
        self._counted[what] = Counted(what, before.count + 1, examples)

    def counted(self) -> tuple[Counted, ...]:
        """Return what was counted."""
        return tuple(self._counted.values())


@dataclass(frozen=True)
class Posts:
    """What a source gave.

    ``kind`` is what it was read as, and ``name`` is the source's own, the same in every run. ``left_out`` counts what
    became no post, ``remarks`` what was changed or could not be used. Where the source is a request of its own,
    ``request`` is that (generateBatch's inputs in their order, or by name) and there are no posts.
    """

    kind: str
    name: str
    posts: tuple[Post, ...] = ()
    left_out: tuple[Counted, ...] = ()
    remarks: tuple[Counted, ...] = ()
    request: list[Any] | dict[str, Any] | None = None

    @property
    def prompts(self) -> list[dict[str, Any]]:
        """The posts as ``generateBatch``'s first input."""
        return [post.as_prompt() for post in self.posts]
