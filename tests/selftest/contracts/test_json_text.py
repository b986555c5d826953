"""Comparing JSON values: by value, in place, and however deep they are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import json_text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([0.5, 1.0, 1e300]) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


def _deep(levels: int, bottom: Any) -> Any:
    for level in range(levels):
        bottom = [bottom] if level % 2 else {"in": bottom}
    return bottom


@given(VALUES)
def test_a_value_is_the_same_as_itself(value: Any) -> None:
    assert json_text.same(value, value)
    assert json_text.first_difference(value, value) is None


@given(VALUES, VALUES)
def test_two_values_differ_where_the_pointer_says_so(one: Any, other: Any) -> None:
    found = json_text.first_difference(one, other)
    assert (found is None) == json_text.same(one, other)
    if found is not None:
        assert not json_text.same(found[1], found[2])


@pytest.mark.parametrize(
    ("sent", "received", "pointer"),
    [
        ({"a": 1}, {"a": 1.0}, None),
        ({"a": 1}, {"a": True}, "/a"),
        ({"a": 1}, {"a": None}, "/a"),
        ({"a": [1, 2]}, {"a": [1, 3]}, "/a/1"),
        ({"a": [1, {"b": [2]}, 1]}, {"a": [{"b": [2]}, 1, 1]}, "/a"),  # another order
        ({"a": [1, 1, 2]}, {"a": [1, 2, 2]}, "/a/1"),
        ({"a": [1]}, {"a": [1, 1]}, "/a"),
        ({"a/b": {"~": "x"}}, {"a/b": {"~": "y"}}, "/a~1b/~0"),
        ({"a": 1}, {}, "/a"),
        ({}, {"b": 1}, "/b"),
        ({"a": 2**53 + 1}, {"a": 2.0**53}, None),
        ({"a": 1}, {"a": 10**400}, "/a"),
        (_deep(5_000, 1), _deep(5_000, 1), None),
    ],
)
def test_the_first_difference(sent: Any, received: Any, pointer: str | None) -> None:
    found = json_text.first_difference(sent, received)
    assert (found[0] if found else None) == pointer


def test_depth_is_no_matter() -> None:
    found = json_text.first_difference(_deep(600, 1), _deep(600, 2))
    assert found is not None
    assert found[0].count("/") == 600
    assert found[1:] == (1, 2)


def test_a_list_that_shows_a_very_deep_value_stays_readable() -> None:
    deep = b'{"data":[{"id":"a","metadata":' + b'{"in":[' * 4_000 + b'"]}{["' + b"]}" * 4_000 + b'},{"id":"b"}]}'
    assert [project["id"] for project in json_text.loads_lenient(deep)["data"]] == ["a", "b"]


@pytest.mark.parametrize("digits", ["9" * 5_000, "-" + "8" * 20_000])
def test_a_list_that_shows_a_very_long_integer_stays_readable(digits: str) -> None:
    value = json_text.loads_lenient(b'{"id":"a","metadata":{"n":' + digits.encode() + b"}}")
    assert value["id"] == "a"
    assert abs(value["metadata"]["n"]) == float("inf")


@pytest.mark.parametrize("value", [b"{},", b"[],", b'"ab",'])
def test_a_list_of_a_million_small_values_is_not_read(value: bytes) -> None:
    # Eight threads with a hundred megabytes each are too much.
    with pytest.raises(ValueError, match="too many values"):
        json_text.loads_lenient(b'{"data":[' + value * 800_000 + b"{}]}")
    assert len(json_text.loads_lenient(b'{"data":[' + value * 90_000 + b"{}]}")["data"]) == 90_001


@pytest.mark.parametrize("data", [b"", b"{", b'{"a":1}x', b"\xff\xfe\xff"])
def test_what_is_no_json_stays_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        json_text.loads_lenient(data)
