"""The fields of a post's front matter, row or object, under every name in ``fields.toml`` that blogs give them."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

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

TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
TITLE, ADDRESS, CONTEXT, TEXT = TABLE["title"], TABLE["address"], TABLE["context"], TABLE["text"]
DATE, EXPIRY = TABLE["date"], TABLE["expiry"]
NAME_DATE = DATE[-1]
YES, NO = TABLE["yes"], TABLE["no"]
EXCLUSIONS = TABLE["exclusions"]
KNOWN = {*TITLE, "slug", *ADDRESS, *CONTEXT, *TEXT, *DATE, *EXPIRY, "extraprompt", "variation"} | {
    each["field"].partition(".")[0] for each in EXCLUSIONS
}
TIME_ZONES = {name: hours * 3600 for name, hours in TABLE["zones"].items()}
HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
# 31.12.2026, as in much of Europe.
DAY_FIRST = re.compile(r"\s*\d{1,2}\.\s*\d{1,2}\.\s*\d{4}\b")


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


def text_of(fields: Mapping[str, object], names: Sequence[str]) -> str:
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
    for exclusion in EXCLUSIONS:
        value = _inside(fields, exclusion["field"])
        text = str(value).strip().casefold() if isinstance(value, str | bool | int) else ""
        if text and text in exclusion.get("values", [text]):
            return str(exclusion["reason"])
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
