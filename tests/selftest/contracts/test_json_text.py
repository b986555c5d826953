"""JSON texts: what is malformed, and lenient parsing of responses."""

from __future__ import annotations

import json

import pytest

from contracts import json_text


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


@pytest.mark.parametrize(
    ("text", "kinds", "message"),
    [
        ('{"a":"\t"}', ("an unescaped control character in a string",), " (character 6)"),
        ('{"a":1,}', ("a member name without double quotes",), " (character 7)"),
        ('{"a":True}', ("something else where a JSON value is expected",), " (character 5)"),
        ('{"a":"b"}]', ("text behind the value",), " (character 9)"),
        ("[-Infinity]", ("a number that JSON does not have", "-Infinity, which JSON does not have"), ""),
    ],
)
def test_a_malformed_text_is_described_in_words_about_the_text(text: str, kinds: tuple[str, ...], message: str) -> None:
    with pytest.raises(json_text.MalformedJSON) as caught:
        json_text.parse(text.encode())
    assert (caught.value.kinds, str(caught.value)) == (kinds, kinds[-1] + message)


@pytest.mark.parametrize("text", ["", "1 2", '"\n"', '"a', '"\\q"', '"\\u12"', "{a:1}", '{"a" 1}', "[1 2]", '{"a":1,}'])
def test_no_message_of_the_parser_is_shown_as_it_is(text: str) -> None:
    with pytest.raises(json.JSONDecodeError) as parsers:
        json.loads(text)
    with pytest.raises(json_text.MalformedJSON) as ours:
        json_text.parse(text.encode())
    assert parsers.value.msg not in str(ours.value)
