"""From records to posts: titles and contexts as text, slugs that tell the posts apart, and the rest counted."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from errors import InvalidRequestError
from posts.fields import CONTEXT, KNOWN, TITLE, date_of, said_path, text_of, unfit
from posts.plain import plain_summary, plain_title, shortened
from posts.posts import KINDS, Post, Posts, Record, Tally
from posts.slugs import choose_slug
from text import brief, clean_text

__all__ = ["gather"]

LONGEST_CONTEXT = 500
OLDEST = datetime.min.replace(tzinfo=UTC)


def gather(kind: str, name: str, records: Iterable[Record], now: datetime) -> Posts:
    """Return the posts among the records, in their order, and count the rest.

    Raises:
        InvalidRequestError: a post's variation is no number, or there is no post.
    """
    left_out, remarks, faults = Tally(), Tally(), list[str]()
    found: list[tuple[Record, Post]] = []
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for record in records:
        if why := record.fault or unfit(record.fields, now):
            left_out.add(why, record.where)
        elif not (title := _title(record, remarks)):
            left_out.add("without a title", record.where)
        elif (again := (title, _path(record)[-1:])) in seen and record.verbatim:
            left_out.add("duplicates", f"{brief(record.where)}: {brief(title)}")
        else:
            seen.add(again)
            variation = _variation(record, title, faults)
            found.append((record, _post(record, title, variation, remarks)))
    if faults:
        raise InvalidRequestError(faults)
    if not found:
        rest = f": {'; '.join(map(str, left_out.counted()))}" if left_out.counted() else ""
        raise InvalidRequestError([f"{name} has no posts{rest}. It was read as {KINDS[kind]}"])
    return Posts(kind, name, _with_slugs(found, remarks), left_out.counted(), remarks.counted())


def _title(record: Record, remarks: Tally) -> str:
    said = text_of(record.fields, TITLE) or record.heading
    as_written = clean_text(_whole(said))
    if record.verbatim:
        return as_written
    title = plain_title(_whole(said), markdown=record.markdown)
    if title and title != as_written:
        remarks.add("titles with markup taken out", brief(as_written))
    if title and not text_of(record.fields, TITLE):
        remarks.add("titles taken from the first heading", f"{brief(record.where)}: {brief(title)}")
    return title


def _post(record: Record, title: str, variation: int, remarks: Tally) -> Post:
    said = text_of(record.fields, CONTEXT)
    context = clean_text(_whole(said)) if record.verbatim else plain_summary(_whole(said), markdown=record.markdown)
    if len(context) > LONGEST_CONTEXT:
        remarks.add(f"summaries cut to {LONGEST_CONTEXT} characters", brief(title))
    date, unclear = date_of(record.fields)
    if unclear:
        remarks.add("dates that cannot be told", f"{brief(record.where)}: {brief(unclear)}")
    extra_prompt = ""
    if record.verbatim:
        extra_prompt = clean_text(_whole(text_of(record.fields, ("extraprompt",))))
        for unused in sorted(record.fields.keys() - KNOWN):
            remarks.add(f"values of {brief(unused)}, which is not used", record.where)
    return Post(title, "", shortened(context, LONGEST_CONTEXT), extra_prompt, variation, date, record.where)


def _variation(record: Record, title: str, faults: list[str]) -> int:
    said = text_of(record.fields, ("variation",)).strip() if record.verbatim else ""
    if said and not (said.isascii() and said.isdigit() and len(said) < 10):
        faults.append(f'The variation of "{brief(title)}" ({record.where}) is {brief(said)!r}: give 0, 1, 2, ...')
        return 0
    return int(said or 0)


def _with_slugs(found: list[tuple[Record, Post]], remarks: Tally) -> tuple[Post, ...]:
    """Give each post its slug. Of two that say the same slug the older post keeps it, so that a new one moves none."""
    by_age = sorted(range(len(found)), key=lambda number: (found[number][1].date or OLDEST, found[number][0].where))
    posts, taken = [post for _, post in found], set[str]()
    for number in by_age:
        record, post = found[number]
        path = _path(record)
        slug = choose_slug(path, post.title, record.where, taken)
        taken.add(slug.casefold())
        if path and slug != path[-1]:
            remarks.add("slugs made anew", f"{brief(path[-1])} -> {slug}")
        posts[number] = replace(post, slug=slug)
    return tuple(posts)


def _path(record: Record) -> tuple[str, ...]:
    """Return the slug that a post says it has, or its file's name, after the folders that it is in."""
    said = said_path(record.fields)
    return tuple(map(_whole, said if len(said) > 1 else (*record.path[:-1], *(said or record.path[-1:]))))


def _whole(text: str) -> str:
    """Return a text without halves of surrogate pairs, which are no characters."""
    return text.encode(errors="ignore").decode()
