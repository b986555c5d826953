from __future__ import annotations

import json

import pytest

from contracts.exchange import Response
from contracts.kinds.error_messages import code_of, message_without_values


def _message(body: object, sent: object = None) -> str:
    text = body if isinstance(body, str) else json.dumps(body)
    return message_without_values(Response(500, (), text.encode()), sent)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"message": "invalid input for integer: 1.5"}, {"message": "invalid input for integer: 0.25"}),
        ({"message": 'duplicate key "abc"'}, {"message": 'duplicate key "xyz"'}),
        ({"message": "no row 5f1c-22", "time": "2026-01-01"}, {"message": "no row 77aa-01", "time": "2027-01-01"}),
        ("<h1>Pool exhausted after 30 s</h1>", "<h1>Pool exhausted after 31 s</h1>"),
    ],
)
def test_values_do_not_tell_failures_apart(one: object, other: object) -> None:
    assert _message(one) == _message(other) != ""


def test_what_was_sent_is_no_part_of_the_message() -> None:
    said = {
        _message({"error": f"cannot store {name}"}, {"displayName": name}) for name in ("a b-1", "Größe: x", "7 up")
    }
    assert said == {"cannot store"}


@pytest.mark.parametrize("name", [" key", "any k", "key ", "many keys"])
def test_a_word_of_the_message_is_no_value_because_a_text_looks_like_it(name: str) -> None:
    assert _message({"error": "too many keys here"}, {"metadata": {name: 1}}).startswith("too many keys") is (
        name != "many keys"
    )


@pytest.mark.parametrize("code", ["22P02", "P2002", "ORA-00942", "E_17", 1366])
def test_a_code_is_a_part_of_the_message(code: str | int) -> None:
    said = _message({"statusCode": 500, "error": {"code": code, "message": "cannot store"}})
    assert said == f"{code} cannot store"
    assert code_of(f"500 {said}") == f"500 {code}"


@pytest.mark.parametrize("code", ["a8f3-77", "REQUEST-20260101", "500", 500, 7, True, None, {}])
def test_an_id_and_the_status_are_no_codes(code: object) -> None:
    assert _message({"code": code, "message": "cannot store"}) == "cannot store"


def test_a_code_alone_says_nothing() -> None:
    assert _message({"code": "E13", "message": "Internal Server Error"}) == ""
    assert code_of("500 at /displayName") == code_of("500") == ""


def test_other_messages_are_other_failures() -> None:
    texts = ("value out of range", "invalid byte sequence", "index row size exceeds maximum")
    assert len({_message({"message": text}) for text in texts}) == len(texts)


@pytest.mark.parametrize(
    "body",
    [
        *("", "{}", "null", "[" * 5_000, "<html><h1>500 Internal Server Error</h1></html>"),
        {"statusCode": 500, "error": "Internal Server Error"},
        {"message": "Something went wrong."},
    ],
)
def test_a_message_that_says_nothing_has_no_message(body: object) -> None:
    assert _message(body) == ""
