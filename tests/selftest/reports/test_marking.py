"""The first difference between what was expected and what was received."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.marking import differing_spans


@pytest.mark.parametrize(
    ("expected", "received", "marked"),
    [
        ("a 4xx, nothing created: null", '201 {"id":"x"}', ("a 4xx", "201")),
        ("201 or a 4xx: the page leaves this open", "502 Bad Gateway", ("201 or a 4xx", "502")),
        ("401 with WWW-Authenticate", "403 without a challenge", ("401", "403")),
        ("201: the request is valid", "timeout after 5 s", ("201", "timeout")),
        ('"kept as sent"', '"kept as cut"', ("sent", "cut")),
        ('"longer"', '"long"', ("er", '"')),
        ('{"a":1,"b":[2,3]}', '{"a":1,"b":[2,4]}', ("3", "4")),
        ('"text"', "null", ('"text', "null")),
        ("an instant such as 2026-01-31T12:00:00.000Z", '"yesterday"', None),
        ("201", "201 with another body", None),
        ("the same", "the same", None),
    ],
)
def test_the_first_difference_is_found(expected: str, received: str, marked: tuple[str, str] | None) -> None:
    found = differing_spans(expected, received)
    shown = found and (expected[slice(*found[0])], received[slice(*found[1])])
    assert shown == marked


_TEXTS = st.text('"{}[],: abc0123…', max_size=60)


@given(st.sampled_from(["", '"', "{", "201", "a 4xx"]), _TEXTS, st.sampled_from(["", '"', "{", "500"]), _TEXTS)
def test_what_is_marked_lies_within_the_texts(lead: str, expected: str, start: str, received: str) -> None:
    texts = (lead + expected, start + received)
    for (begin, end), text in zip(differing_spans(*texts) or (), texts, strict=False):
        assert 0 <= begin <= end <= len(text)
        assert begin < end or not text
