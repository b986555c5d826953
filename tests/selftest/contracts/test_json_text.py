"""JSON texts: what is malformed."""

from __future__ import annotations

import json

import pytest

from contracts import json_text


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
