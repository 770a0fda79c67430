"""Turns records into posts with plain titles and contexts and unique slugs, and counts the rest."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from errors import InvalidRequestError
from posts.beginning import first_paragraph
from posts.fields import CONTEXT, KNOWN, TEXT, TITLE, date_of, reason_to_skip, slug_path, text_of
from posts.own_pictures import SitePictures, own_pictures
from posts.pictures import ENTRY_PICTURE, HOLDERS, NAMES
from posts.plain import plain_summary, plain_title, shortened
from posts.posts import KINDS, LeftOut, Post, Posts, Record, Tally, lines_of
from posts.slugs import choose_slug
from text import brief, canonical, clean_text, one_line

__all__ = ["gather"]

MAX_CONTEXT = 500
PICTURES = {ENTRY_PICTURE, *NAMES, *HOLDERS}
OF_NO_FOLDER = SitePictures()
OLDEST = datetime.min.replace(tzinfo=UTC)
# What decoding leaves of a character that cannot be read.
UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def gather(
    kind: str, name: str, records: Iterable[Record], now: datetime, pictures: SitePictures = OF_NO_FOLDER
) -> Posts:
    """Return the posts among the records, in their order, and the rest. ``now`` is in the zone of dates without one.

    ``pictures`` are the site's, which are no post's own.

    Raises:
        InvalidRequestError: there are no posts.
    """
    left_out, remarks = list[LeftOut](), Tally()
    found: list[tuple[Record, Post]] = []
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for record in records:
        title = _title(record)
        identity = clean_text(title), _path(record)[-1:]
        what, detail = _fault(record, title, now)
        if not what and record.verbatim and identity in seen:
            what, detail = "duplicates", brief(title)
        if what:
            left_out.append(LeftOut(record.where, what, detail))
        else:
            seen.add(identity)
            _remark_on_title(record, title, remarks)
            found.append((record, _post(record, title, now, remarks)))
    if not found:
        rest = f": {'; '.join(lines_of(left_out))}" if left_out else ""
        raise InvalidRequestError([f"{name} has no posts{rest}. It was read as {KINDS[kind]}"])
    posts = _with_slugs(found, remarks)
    images = own_pictures([record for record, _ in found], [post.slug for post in posts], pictures, remarks)
    posts = tuple(replace(post, image=_encodable(image)) for post, image in zip(posts, images, strict=True))
    return Posts(kind, canonical(_encodable(name)), posts, tuple(left_out), remarks.lines(), zone=now.tzinfo or UTC)


def _fault(record: Record, title: str, now: datetime) -> tuple[str, str]:
    """Return why a record is left out, and more about this one; both are empty if it is a post."""
    if record.reason:
        return record.reason, record.detail
    if reason := reason_to_skip(record.fields, now):
        return reason, ""
    if not clean_text(title):
        return "without a title", ""
    if UNREADABLE in title:
        return "whose titles cannot be read", brief(clean_text(title))
    variation = _variation(record)
    if variation and not (variation.isascii() and variation.isdigit() and len(variation) < 10):
        return "with a variation that is no number", f"{brief(clean_text(title))}: {brief(variation)!r}"
    return "", ""


def _title(record: Record) -> str:
    written = _encodable(text_of(record.fields, TITLE))
    if not written.strip():
        return one_line(_encodable(record.heading)).strip()
    return one_line(written).strip() if record.verbatim else plain_title(written, markdown=record.markdown)


def _remark_on_title(record: Record, title: str, remarks: Tally) -> None:
    written = one_line(_encodable(text_of(record.fields, TITLE))).strip()
    if not written:
        remarks["titles taken from the first heading"].append(f"{brief(record.where)}: {brief(title)}")
    elif title != written:
        remarks["titles with markup removed"].append(brief(written))


def _post(record: Record, title: str, now: datetime, remarks: Tally) -> Post:
    date, unrecognized = date_of(record.fields, now.tzinfo or UTC)
    if unrecognized:
        remarks["unrecognized dates"].append(f"{brief(record.where)}: {brief(unrecognized)}")
    extra_prompt = ""
    if record.verbatim:
        extra_prompt = clean_text(_encodable(text_of(record.fields, ("extraprompt",))))
        for unused in sorted(record.fields.keys() - KNOWN - PICTURES):
            remarks[f"unused values of {brief(unused)}"].append(record.where)
    variation = int(_variation(record) or 0)
    return Post(title, "", _context(record, title, remarks), extra_prompt, variation, date, record.where)


def _context(record: Record, title: str, remarks: Tally) -> str:
    """Return what the post is about, up to MAX_CONTEXT characters: its summary, or else its first paragraph."""
    summary = _readable(text_of(record.fields, CONTEXT))
    context = clean_text(summary) if record.verbatim else plain_summary(summary, markdown=record.markdown)
    if len(context) > MAX_CONTEXT:
        remarks[f"summaries cut to {MAX_CONTEXT} characters"].append(brief(title))
    if not context:
        context = first_paragraph(_readable(record.text or text_of(record.fields, TEXT)), markdown=record.markdown)
        if context:
            remarks["contexts taken from the first paragraph"].append(brief(title))
    return shortened(context, MAX_CONTEXT)


def _variation(record: Record) -> str:
    return text_of(record.fields, ("variation",)).strip() if record.verbatim else ""


def _with_slugs(found: list[tuple[Record, Post]], remarks: Tally) -> tuple[Post, ...]:
    """Give each post a unique slug. If two ask for the same one, the older keeps it: a new post moves no old cover.

    Those in the site's default language come first.
    """
    # Lines are ordered as they stand: a line's number is no name.
    where = ["" if record.verbatim else record.where for record, _ in found]
    by_age = sorted(
        range(len(found)),
        key=lambda number: (found[number][0].language, found[number][1].date or OLDEST, where[number], number),
    )
    posts, taken = [post for _, post in found], set[str]()
    asked = Counter(f"{path[-1]}.{record.language}".casefold() for record, _ in found if (path := _path(record)))
    for number in by_age:
        record, post = found[number]
        path, title = _path(record), clean_text(post.title)
        slug = choose_slug(path, title, title if record.verbatim else record.where, taken, record.language)
        taken.add(slug.casefold())
        own = f"{path[-1]}.{record.language}" if path and record.language else path[-1] if path else ""
        if own not in ("", slug):
            remarks["changed slugs"].append(f"{brief(own)} -> {slug}")
        is_alone = bool(path) and asked[f"{path[-1]}.{record.language}".casefold()] == 1
        posts[number] = replace(post, slug=slug, slug_made=not is_alone)
    return tuple(posts)


def _path(record: Record) -> tuple[str, ...]:
    """Return the folders of a post, followed by its own slug or else its file's name."""
    own = slug_path(record.fields, markdown=record.markdown)
    return tuple(
        canonical(_encodable(part))
        for part in (own if len(own) > 1 else (*record.path[:-1], *(own or record.path[-1:])))
    )


def _encodable(text: str) -> str:
    """Return a text without lone surrogates."""
    return text.encode(errors="ignore").decode()


def _readable(text: str) -> str:
    """Return a text without lone surrogates and what cannot be read."""
    return _encodable(text).replace(UNREADABLE, "")
