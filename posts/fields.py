"""The fields of a post's front matter, row or object, under every name that blogs give them."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo

from dateutil.parser import parse

from posts.slugs import path_parts

__all__ = [
    "CONTEXT",
    "KNOWN",
    "NAME_DATE",
    "TEXT",
    "TITLE",
    "as_date",
    "date_of",
    "field_name",
    "normalized",
    "reason_to_skip",
    "slug_path",
    "text_of",
]

EXPIRY = ("expirydate", "unpublishdate")
# The date in a file's name, as in Jekyll.
NAME_DATE = "date in the name"
# The names of each field, in order of precedence: the first non-empty one counts.
TITLE = ("title", "headline")
ADDRESS = ("permalink", "url", "path", "link")
HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
CONTEXT = ("context", "description", "summary", "excerpt", "customexcerpt", "subtitle", "brief", "metadescription")
# A post's whole text, from whose beginning a context can be made.
TEXT = ("content", "contentmarkdown", "bodymarkdown", "contenthtml", "contenttext", "html", "bodyhtml", "body")
DATE = (
    "publishdate",
    "pubdate",
    "pubdatetime",
    "published",
    "publishedat",
    "datepublished",
    "postdate",
    "dateadded",
    "date",
    "createdat",
    NAME_DATE,
)
# 31.12.2026, as in much of Europe.
DAY_FIRST = re.compile(r"\s*\d{1,2}\.\s*\d{1,2}\.\s*\d{4}\b")
# Time zones by hours from UTC, and below in seconds by name. Ambiguous names, such as IST, are not here.
# fmt: off
ZONES = {
    -8: "PST", -7: "PDT MST", -6: "MDT CST", -5: "CDT EST", -4: "EDT", 0: "WET", 1: "WEST BST CET", 2: "CEST EET",
    3: "EEST MSK", 9: "JST KST", 10: "AEST", 11: "AEDT", 12: "NZST", 13: "NZDT",
}
# fmt: on
TIME_ZONES = {name: hours * 3600 for hours, names in ZONES.items() for name in names.split()}
YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
# fmt: off
UNPUBLISHED = (
    "archived", "auto-draft", "draft", "future", "hidden", "inherit", "pending", "private", "scheduled", "skip",
    "soft_trashed", "trash", "unpublished",
)
# fmt: on
# Hugo's ``build`` was ``_build``; field_name makes them the same. ``link`` makes no page that could show a cover.
NEVER = (*NO, "never", "link")
# A field, or one inside of it, the values that exclude its record (None: any value), and the reason.
EXCLUSIONS: list[tuple[str, tuple[str, ...] | None, str]] = [
    ("draft", YES, "drafts"),
    ("isdraft", YES, "drafts"),
    ("published", NO, "drafts"),
    ("ispublished", NO, "drafts"),
    ("status", UNPUBLISHED, "drafts"),
    ("permalink", NO, "not posts"),
    ("permalink.build", NO, "not posts"),
    ("render", NEVER, "not posts"),
    ("build.render", NEVER, "not posts"),
    ("output", NO, "not posts"),
    ("headless", YES, "not posts"),
    ("eleventyexcludefromcollections", YES, "not posts"),
    ("redirectto", None, "not posts"),
    *((name, NO, 'with "cover: false"') for name in ("cover", "extra.cover", "params.cover")),
]
KNOWN = {*TITLE, "slug", *ADDRESS, *CONTEXT, *TEXT, *DATE, *EXPIRY, "extraprompt", "variation"} | {
    name.partition(".")[0] for name, _, _ in EXCLUSIONS
}


def as_date(value: object, zone: tzinfo) -> datetime | None:
    """Return a date in UTC, or None if it is not recognized. ``zone`` is that of a date without one."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001
    elif isinstance(value, str) and len(value) < 100 and re.search(r"(?<!\d)\d{4}(?!\d)", value):
        try:
            moment = parse(
                value,
                default=datetime(2000, 1, 1),  # noqa: DTZ001
                dayfirst=bool(DAY_FIRST.match(value)),
                # A function, as dateutil would warn of names that are not in a table.
                tzinfos=lambda name, offset: TIME_ZONES.get(name, offset),
            )
        except (ValueError, ArithmeticError, TypeError, AttributeError):
            return None
    else:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def field_name(key: object) -> str:
    """Return a field's name in one spelling: ``pub_date``, ``pubDate`` and ``Pub Date`` become the same."""
    return "".join(character for character in str(key).casefold() if character not in "-_ ")


def normalized(fields: Mapping[str, object]) -> dict[str, object]:
    """Return the fields under their normalized names. The first of several with the same name counts."""
    result: dict[str, object] = {}
    for key, value in fields.items():
        result.setdefault(field_name(key), value)
    return result


def text_of(fields: Mapping[str, object], names: tuple[str, ...]) -> str:
    """Return the first non-empty field as text, or an empty string."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def date_of(fields: Mapping[str, object], zone: tzinfo) -> tuple[datetime | None, str]:
    """Return the post's date in UTC, or None; and, if no date is recognized, the first one as written."""
    unrecognized = ""
    for name in DATE:
        value = fields.get(name)
        if moment := as_date(value, zone):
            return moment, ""
        if isinstance(value, str) and value.strip() and value.casefold() not in (*YES, *NO):
            unrecognized = unrecognized or value
    return None, unrecognized


def slug_path(fields: Mapping[str, object], *, markdown: bool = False) -> list[str]:
    """Return the path whose last part is the post's own slug, from its slug or address; empty if it gives neither.

    In ``markdown`` a ``link`` with a host is another site's page, which the post is about.
    """
    if slug := text_of(fields, ("slug",)):
        return path_parts(slug) if "/" in slug else [slug.strip()]
    addresses = {name: text_of(fields, (name,)) for name in ADDRESS}
    if markdown and HOST.match(addresses["link"].strip()):
        del addresses["link"]
    return next(filter(None, map(path_parts, addresses.values())), [])


def reason_to_skip(fields: Mapping[str, object], now: datetime) -> str:
    """Return why a record's fields exclude it (draft, future, expired, ...), or an empty string.

    ``now`` is in the zone of dates without one.
    """
    for name, values, reason in EXCLUSIONS:
        value = _inside(fields, name)
        text = str(value).strip().casefold() if isinstance(value, str | bool | int) else ""
        if text and (values is None or text in values):
            return reason
    zone = now.tzinfo or UTC
    published, _ = date_of(fields, zone)
    if published and published > now:
        return "dated in the future"
    ends = (as_date(fields.get(name), zone) for name in EXPIRY)
    return "expired" if any(end and end <= now for end in ends) else ""


def _inside(fields: Mapping[str, object], name: str) -> object:
    outer, _, inner = name.partition(".")
    value = fields.get(outer)
    return value.get(inner) if inner and isinstance(value, Mapping) else None if inner else value
