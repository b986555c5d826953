"""Instants are parsed as in the RFCs, with every version of Python and every local time zone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from contracts.instants import http_date, instant

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000"])
def test_a_date_header_is_utc_in_each_of_its_spellings(zone: str) -> None:
    read = http_date(f"Tue, 24 Nov 2026 06:44:09 {zone}")
    assert read is not None
    assert read.timestamp() == 1795502649


@pytest.mark.parametrize(
    "text", [None, "", "yesterday", "Tue, 99 Nov 2026 06:44:09 GMT", "Tue, 24 Nov 99999 06:44:09 GMT"]
)
def test_what_is_no_date_has_no_instant(text: str | None) -> None:
    assert http_date(text) is None


@pytest.mark.parametrize(
    ("text", "is_instant"),
    [
        ("2026-11-24T23:59:60Z", True),
        ("2026-11-24T00:00:00.123456789+05:30", True),
        ("2026-11-24T24:00:00Z", False),
        ("2026-11-24T25:10:00Z", False),
        ("2026-11-24T06:44:09", False),
        ("2026-11-24 06:44:09Z", False),
    ],
)
def test_the_hours_of_rfc_3339_end_with_23(text: str, is_instant: bool) -> None:
    assert (instant(text) is not None) is is_instant
