"""Instants in responses: RFC 3339 in JSON, and the Date header of HTTP."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_INSTANT = re.compile(
    # Newer versions of Python accept the hour 24 of ISO 8601, which RFC 3339 does not have.
    r"\d{4}-\d{2}-\d{2}[Tt](?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)


def instant(text: str) -> datetime | None:
    """The instant of an RFC 3339 date-time, None for other texts."""
    if not _INSTANT.fullmatch(text):
        return None
    # datetime has no leap seconds; RFC 3339 allows second 60.
    text = re.sub(r":60(?=[.Zz+-])", ":59", text)
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.upper()))
    except ValueError:
        return None


def http_date(value: str | None) -> datetime | None:
    """The instant of a Date header, None if it is missing or invalid.

    The zone ``-0000`` is UTC of an unknown place (RFC 5322, section 3.3), not the local time of this machine.
    """
    try:
        date = parsedate_to_datetime(value) if value else None
    except (ValueError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date and date.tzinfo is None else date
