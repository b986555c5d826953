"""Lenient parsing: what a service may store and show can be read."""

from __future__ import annotations

import pytest

from contracts import lenient_json
from contracts.json_text import ABSENT


def test_a_list_that_shows_a_very_deep_value_stays_readable() -> None:
    deep = b'{"data":[{"id":"a","metadata":' + b'{"in":[' * 4_000 + b'"]}{["' + b"]}" * 4_000 + b'},{"id":"b"}]}'
    assert [project["id"] for project in lenient_json.loads(deep)["data"]] == ["a", "b"]


@pytest.mark.parametrize("digits", ["9" * 5_000, "-" + "8" * 20_000])
def test_a_list_that_shows_a_very_long_integer_stays_readable(digits: str) -> None:
    value = lenient_json.loads(b'{"id":"a","metadata":{"n":' + digits.encode() + b"}}")
    assert value["id"] == "a"
    assert abs(value["metadata"]["n"]) == float("inf")


@pytest.mark.parametrize("value", [b"{},", b"[],", b'"ab",'])
def test_a_list_of_a_million_small_values_is_not_read(value: bytes) -> None:
    # Eight threads with a hundred megabytes each are too much.
    with pytest.raises(ValueError, match="too many values"):
        lenient_json.loads(b'{"data":[' + value * 800_000 + b"{}]}")
    assert len(lenient_json.loads(b'{"data":[' + value * 90_000 + b"{}]}")["data"]) == 90_001


@pytest.mark.parametrize("data", [b"", b"{", b'{"a":1}x', b"\xff\xfe\xff"])
def test_what_is_no_json_stays_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        lenient_json.loads(data)
    assert lenient_json.value_of(data) is ABSENT
    assert lenient_json.object_of(data) is None
