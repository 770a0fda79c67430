"""What the fields of a post's front matter, row or object mean, under all the names that blogs give them."""

from collections.abc import Mapping
from datetime import datetime

from posts.dates import as_date
from posts.slugs import parts_of

__all__ = ["CONTEXT", "KNOWN", "NAME_DATE", "TITLE", "date_of", "field_name", "named", "said_path", "text_of", "unfit"]

EXPIRY = "expirydate"
# The date in a file's name, as Jekyll has it.
NAME_DATE = "date in the name"
# Each meaning's fields, as generators and feeds call them; of several, the first that says something.
TITLE = ("title", "headline")
ADDRESS = ("permalink", "url", "path", "link")
CONTEXT = ("context", "description", "summary", "excerpt")
DATE = (
    "publishdate",
    "pubdate",
    "pubdatetime",
    "published",
    "publishedat",
    "datepublished",
    "date",
    "createdat",
    NAME_DATE,
)
YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
# A field, the values by which it leaves a record out (None: any that says something), and why.
SIGNS: list[tuple[str, tuple[str, ...] | None, str]] = [
    ("draft", YES, "drafts"),
    ("isdraft", YES, "drafts"),
    ("published", NO, "drafts"),
    ("status", ("draft", "pending", "private", "trash"), "drafts"),
    ("permalink", NO, "no posts"),
    ("headless", YES, "no posts"),
    ("eleventyexcludefromcollections", YES, "no posts"),
    ("redirectto", None, "no posts"),
]
KNOWN = {*TITLE, "slug", *ADDRESS, *CONTEXT, *DATE, EXPIRY, "extraprompt", "variation"} | {sign[0] for sign in SIGNS}


def field_name(key: object) -> str:
    """Return a field's name without what blogs write differently: ``pub_date``, ``pubDate``, ``Pub Date`` are one."""
    return "".join(character for character in str(key).casefold() if character not in "-_ ")


def named(fields: Mapping[str, object]) -> dict[str, object]:
    """Return fields under those names; of several with one name, the first."""
    result: dict[str, object] = {}
    for key, value in fields.items():
        result.setdefault(field_name(key), value)
    return result


def text_of(fields: Mapping[str, object], names: tuple[str, ...]) -> str:
    """Return the first of the fields that says something, as text; nothing where none does."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def date_of(fields: Mapping[str, object]) -> tuple[datetime | None, str]:
    """Return the post's date in UTC, or None; and a date that cannot be told, as it is written."""
    unclear = ""
    for name in DATE:
        value = fields.get(name)
        if moment := as_date(value):
            return moment, ""
        if isinstance(value, str) and value.strip() and value.casefold() not in (*YES, *NO):
            unclear = unclear or value
    return None, unclear


def said_path(fields: Mapping[str, object]) -> list[str]:
    """Return the slug that a post says it has, as the last part of its address's path where it says one."""
    if said := text_of(fields, ("slug",)):
        return parts_of(said) if "/" in said else [said.strip()]
    return next(filter(None, (parts_of(text_of(fields, (name,))) for name in ADDRESS)), [])


def unfit(fields: Mapping[str, object], now: datetime) -> str:
    """Return why a record is no post to be shown, by its own fields; nothing where it is one."""
    for name, values, why in SIGNS:
        value = fields.get(name)
        said = str(value).strip().casefold() if isinstance(value, str | bool | int) else ""
        if said and (values is None or said in values):
            return why
    date, _ = date_of(fields)
    if date and date > now:
        return "dated in the future"
    expires = as_date(fields.get(EXPIRY))
    return "expired" if expires and expires <= now else ""
