"""Turns records into posts with plain titles and contexts and unique slugs, and counts the rest."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from errors import InvalidRequestError
from posts.fields import CONTEXT, KNOWN, TITLE, date_of, reason_to_skip, slug_path, text_of
from posts.plain import plain_summary, plain_title, shortened
from posts.posts import KINDS, Post, Posts, Record, Tally
from posts.slugs import choose_slug
from text import brief, clean_text, one_line

__all__ = ["gather"]

MAX_CONTEXT = 500
OLDEST = datetime.min.replace(tzinfo=UTC)


def gather(kind: str, name: str, records: Iterable[Record], now: datetime) -> Posts:
    """Return the posts among the records, in their order, and count the rest.

    Raises:
        InvalidRequestError: a post's variation is not a number, or there are no posts.
    """
    left_out, remarks, faults = Tally(), Tally(), list[str]()
    found: list[tuple[Record, Post]] = []
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for record in records:
        if reason := record.fault or reason_to_skip(record.fields, now):
            left_out[reason].append(record.where)
        elif not clean_text(title := _title(record, remarks)):
            left_out["without a title"].append(record.where)
        elif (identity := (clean_text(title), _path(record)[-1:])) in seen and record.verbatim:
            left_out["duplicates"].append(f"{brief(record.where)}: {brief(title)}")
        else:
            seen.add(identity)
            variation = _variation(record, clean_text(title), faults)
            found.append((record, _post(record, title, variation, remarks)))
    if faults:
        raise InvalidRequestError(faults)
    if not found:
        rest = f": {'; '.join(left_out.lines())}" if left_out else ""
        raise InvalidRequestError([f"{name} has no posts{rest}. It was read as {KINDS[kind]}"])
    return Posts(kind, _encodable(name), _with_slugs(found, remarks), left_out.lines(), remarks.lines())


def _title(record: Record, remarks: Tally) -> str:
    written = _encodable(text_of(record.fields, TITLE) or record.heading)
    as_written = one_line(written).strip()
    if record.verbatim:
        return as_written
    title = plain_title(written, markdown=record.markdown)
    if title and title != as_written:
        remarks["titles with markup removed"].append(brief(as_written))
    if title and not text_of(record.fields, TITLE):
        remarks["titles taken from the first heading"].append(f"{brief(record.where)}: {brief(title)}")
    return title


def _post(record: Record, title: str, variation: int, remarks: Tally) -> Post:
    summary = _encodable(text_of(record.fields, CONTEXT))
    context = clean_text(summary) if record.verbatim else plain_summary(summary, markdown=record.markdown)
    if len(context) > MAX_CONTEXT:
        remarks[f"summaries cut to {MAX_CONTEXT} characters"].append(brief(title))
    date, unrecognized = date_of(record.fields)
    if unrecognized:
        remarks["unrecognized dates"].append(f"{brief(record.where)}: {brief(unrecognized)}")
    extra_prompt = ""
    if record.verbatim:
        extra_prompt = clean_text(_encodable(text_of(record.fields, ("extraprompt",))))
        for unused in sorted(record.fields.keys() - KNOWN):
            remarks[f"unused values of {brief(unused)}"].append(record.where)
    return Post(title, "", shortened(context, MAX_CONTEXT), extra_prompt, variation, date, record.where)


def _variation(record: Record, title: str, faults: list[str]) -> int:
    text = text_of(record.fields, ("variation",)).strip() if record.verbatim else ""
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        faults.append(f'The variation of "{brief(title)}" ({record.where}) is {brief(text)!r}: give 0, 1, 2, ...')
        return 0
    return int(text or 0)


def _with_slugs(found: list[tuple[Record, Post]], remarks: Tally) -> tuple[Post, ...]:
    """Give each post a unique slug. If two ask for the same one, the older keeps it: a new post moves no old cover."""
    # Lines are ordered as they stand: a line's number is no name.
    where = ["" if record.verbatim else record.where for record, _ in found]
    by_age = sorted(range(len(found)), key=lambda number: (found[number][1].date or OLDEST, where[number], number))
    posts, taken = [post for _, post in found], set[str]()
    for number in by_age:
        record, post = found[number]
        path, title = _path(record), clean_text(post.title)
        slug = choose_slug(path, title, title if record.verbatim else record.where, taken)
        taken.add(slug.casefold())
        if path and path[-1] not in ("", slug):
            remarks["changed slugs"].append(f"{brief(path[-1])} -> {slug}")
        posts[number] = replace(post, slug=slug)
    return tuple(posts)


def _path(record: Record) -> tuple[str, ...]:
    """Return the folders of a post, followed by its own slug or else its file's name."""
    own = slug_path(record.fields, markdown=record.markdown)
    return tuple(map(_encodable, own if len(own) > 1 else (*record.path[:-1], *(own or record.path[-1:]))))


def _encodable(text: str) -> str:
    """Return a text without lone surrogates."""
    return text.encode(errors="ignore").decode()
