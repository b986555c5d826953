"""Retry-After: how long to wait, by the clock of the server."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from contracts.exchange import Case, Exchange, Headers, Response
from tests.harness.client.retry_after import retry_after

NOW = 1_795_502_649.0
FALLBACK = 0.25
#: Seconds that are waited where the moment is there already: one that asks at once again and again is no good.
AT_LEAST = 0.1


def _asked(*headers: tuple[str, str]) -> float:
    named: Headers = headers
    return retry_after(Exchange(Case(None), Response(429, named, b"")), FALLBACK, now=lambda: NOW)


def _date(seconds: float) -> str:
    return formatdate(NOW + seconds, usegmt=True)


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7), (" 7 ", 7), ("0", AT_LEAST), (_date(9), 9), (_date(-9), AT_LEAST)]
)
def test_seconds_and_a_date_are_understood(value: str, seconds: float) -> None:
    assert _asked(("Retry-After", value)) == seconds


@pytest.mark.parametrize("hours", [-5, -0.1, 0.1, 5])
def test_a_date_is_relative_to_the_clock_of_the_server(hours: float) -> None:
    wrong = hours * 3600
    assert _asked(("Date", _date(wrong)), ("Retry-After", _date(wrong + 9))) == 9
    assert _asked(("Retry-After", _date(wrong + 9)), ("Date", _date(wrong + 10))) == AT_LEAST


@pytest.mark.parametrize("date", ["", "today", "0", "Wed, 25 Nov"])
def test_a_date_header_that_is_none_leaves_our_own_clock(date: str) -> None:
    assert _asked(("Date", date), ("Retry-After", _date(9))) == 9


def test_seconds_do_not_depend_on_any_clock() -> None:
    assert _asked(("Date", _date(-7200)), ("Retry-After", "9")) == 9


@pytest.mark.parametrize(
    "value", ["", "soon", "-1", "1.5", "\u0663", "99 Nov", "9" * 400, "31536000", "Fri, 01 Jan 99999 00:00:00 GMT"]
)
def test_an_unreadable_retry_after_uses_the_fallback(value: str) -> None:
    assert _asked(("Retry-After", value)) == FALLBACK


def test_a_missing_retry_after_uses_the_fallback() -> None:
    assert _asked(("Date", _date(0))) == FALLBACK
    assert retry_after(Exchange(Case(None), None), FALLBACK) == FALLBACK
