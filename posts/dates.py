"""Dates as blogs write them."""

import re
from datetime import UTC, date, datetime

from dateutil.parser import parse

__all__ = ["as_date"]


def as_date(value: object) -> datetime | None:
    """Return a date in UTC, or None where the value holds none that can be told; a date without a zone is in UTC."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day, tzinfo=UTC)
    elif isinstance(value, str) and len(value) < 100 and re.search(r"(?<!\d)\d{4}(?!\d)", value):
        try:
            moment = parse(value, default=datetime(2000, 1, 1, tzinfo=UTC), ignoretz=False)
        except (ValueError, OverflowError, ArithmeticError, TypeError, AttributeError):
            return None
    else:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
