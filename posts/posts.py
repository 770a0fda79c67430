"""A source's posts, what was left out, and what was changed."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from text import clean_text

__all__ = ["KINDS", "PICTURED", "REMEDIES", "LeftOut", "Post", "Posts", "Record", "Tally", "lines_of"]

TABLE = tomllib.loads(Path(__file__).with_name("sources.toml").read_text(encoding="utf-8"))
KINDS: dict[str, str] = TABLE["kinds"]
REMEDIES: dict[str, str] = TABLE["remedies"]
WAYS: dict[str, str] = TABLE["ways"]
PICTURED = "with a picture of their own"
EXAMPLES = 3


@dataclass(frozen=True)
class LeftOut:
    """A record that is not among the posts.

    ``where`` identifies it, ``what`` is what it is counted as, such as ``drafts``, and ``detail`` says more about this
    one. ``remedy`` is empty if nothing is to be done.
    """

    where: str
    what: str
    detail: str = ""

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return REMEDIES.get(self.what) or WAYS.get(self.what, "")

    @property
    def is_fault(self) -> bool:
        """Whether something is wrong with it."""
        return self.what in REMEDIES

    def __str__(self) -> str:
        return clean_text(f"{self.where}: {self.detail}" if self.detail else self.where)


@dataclass(frozen=True)
class Record:
    """One file, feed entry, row or line, which may be a post.

    ``where`` identifies it in messages, and is unique and the same in every run. ``fields`` have normalized names.
    ``path`` is a file's folders and name, ``heading`` the text's first heading without its markup, ``text`` the text's
    beginning, from which a context can be made. ``reason`` and ``detail`` say why the record is known not to be a post.
    ``language`` is empty in the site's default one. A ``verbatim`` record was written for these tasks: its title stays
    as it is, and it may have ``extra_prompt`` and ``variation``. Other records lose their HTML markup and, if
    ``markdown``, their Markdown too.
    """

    where: str
    fields: Mapping[str, object]
    path: tuple[str, ...] = ()
    heading: str = ""
    text: str = ""
    reason: str = ""
    detail: str = ""
    language: str = ""
    verbatim: bool = False
    markdown: bool = False


@dataclass(frozen=True)
class Post:
    """One post for the tasks, with its source and its date in UTC, if any.

    ``image`` is the picture that its source says is its own: an address, or a path as its generator reads it; "" if
    there is none. ``slug_made`` says that nobody gave the slug: it was made from the title, or lengthened, as several
    posts asked for it.
    """

    title: str
    slug: str
    context: str = ""
    extra_prompt: str = ""
    variation: int = 0
    date: datetime | None = None
    where: str = ""
    image: str = ""
    slug_made: bool = False

    def as_prompt(self) -> dict[str, Any]:
        """Return the post as one of ``generateBatch``'s prompts, without empty fields."""
        optional = {
            "slug_made": self.slug_made,
            "context": self.context,
            "extra_prompt": self.extra_prompt,
            "variation": self.variation,
        }
        return {"title": self.title, "slug": self.slug, **{name: value for name, value in optional.items() if value}}


class Tally(defaultdict[str, list[str]]):
    """Records by remark."""

    def __init__(self) -> None:
        super().__init__(list)

    def lines(self) -> tuple[str, ...]:
        """Return a line for each remark, with its count and first examples, such as ``changed slugs (1): a -> b``."""
        return tuple(_line(remark, found, EXAMPLES) for remark, found in self.items())


def lines_of(left_out: Iterable[LeftOut], *, verbose: bool = False) -> tuple[str, ...]:
    """Return a line for each reason, such as ``drafts (2): a.md, b.md``.

    It names every record with a fault, and the first examples of those that are as they should be; ``verbose`` names
    all.
    """
    by_reason: dict[str, list[LeftOut]] = {}
    for each in left_out:
        by_reason.setdefault(each.what, []).append(each)
    return tuple(
        _line(what, [*map(str, found)], len(found) if verbose or found[0].is_fault else EXAMPLES, found[0].remedy)
        for what, found in by_reason.items()
    )


def _line(what: str, found: Sequence[str], most: int, remedy: str = "") -> str:
    more = ["\N{HORIZONTAL ELLIPSIS}"] if len(found) > most else []
    named = ", ".join([*map(clean_text, found[:most]), *more])
    return f"{what} ({len(found)}): {named}{f'. {remedy}' if remedy else ''}"


@dataclass(frozen=True)
class Posts:
    """A source's posts.

    ``kind`` is one of KINDS; ``name`` is the source's own, the same in every run. ``left_out`` are the records that
    are not posts, ``remarks`` what was changed or not used. If the source is a whole request, ``request`` is
    generateBatch's input (an array in order, or an object by name) and there are no posts. ``zone`` is that of dates
    without one.
    """

    kind: str
    name: str
    posts: tuple[Post, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    remarks: tuple[str, ...] = ()
    request: list[Any] | dict[str, Any] | None = None
    zone: tzinfo = UTC

    @property
    def prompts(self) -> list[dict[str, Any]]:
        """The posts as ``generateBatch``'s first input."""
        return [post.as_prompt() for post in self.posts]
