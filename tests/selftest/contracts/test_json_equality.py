"""Comparing JSON values of any depth, and finding their first difference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.json_equality import first_difference, same

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
    assert same(value, value)
    assert first_difference(value, value) is None


@given(VALUES, VALUES)
def test_two_values_differ_where_the_pointer_says_so(one: Any, other: Any) -> None:
    found = first_difference(one, other)
    assert (found is None) == same(one, other)
    if found is not None:
        assert not same(found[1], found[2])


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
    found = first_difference(sent, received)
    assert (found[0] if found else None) == pointer


def test_depth_is_no_matter() -> None:
    found = first_difference(_deep(600, 1), _deep(600, 2))
    assert found is not None
    assert found[0].count("/") == 600
    assert found[1:] == (1, 2)
