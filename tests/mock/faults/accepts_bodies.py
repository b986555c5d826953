"""Accepted bodies that are not a JSON object, not JSON, or not UTF-8."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_JSON = "request.body.json"
_TYPE = "request.body.type"
_REQUIRED = "request.body.required"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


#: Without NaN and Infinity, which the standard library reads: to accept these is a mistake of its own.
_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _malformed(call: Call) -> bool:
    return call.refusal is not None and call.refusal.body.get("code") == "FST_ERR_CTP_INVALID_JSON_BODY"


def _read(call: Call, text: str) -> None:
    """Goes on with another text where that is a JSON object."""
    if text == _text(call):  # what is wrong with it is something else
        return
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict):
        call.refusal, call.value = None, value


def _outside_strings(text: str, expression: str, replacement: str) -> str:
    """Replaces an expression everywhere but in the string literals of a text."""
    pieces, end = [], 0
    for literal in _STRING.finditer(text):
        pieces += [re.sub(expression, replacement, text[end : literal.start()]), literal.group()]
        end = literal.end()
    return "".join(pieces) + re.sub(expression, replacement, text[end:])


def _text(call: Call) -> str:
    return call.body.decode("utf-8", "replace")


@fault("parsed", breaks=_JSON)
def accepts_a_trailing_comma(call: Call) -> None:
    """Accepts a comma after the last member."""
    if _malformed(call):
        _read(call, re.sub(r",(\s*[}\]])", r"\1", _text(call)))


@fault("parsed", breaks=_JSON)
def accepts_comments(call: Call) -> None:
    """Accepts comments."""
    if _malformed(call):
        _read(call, _outside_strings(_text(call), r"/\*.*?\*/|//[^\n]*", ""))


@fault("parsed", breaks=_JSON)
def reads_yaml(call: Call) -> None:
    """Reads the body as YAML: single quotes and bare names pass."""
    if _malformed(call) and call.body.strip()[:1] == b"{":
        try:
            value = yaml.safe_load(_text(call))
        except (yaml.YAMLError, ValueError, RecursionError):
            return
        if isinstance(value, dict) and isinstance(value.get("displayName"), str):
            call.refusal, call.value = None, {str(name): item for name, item in value.items()}


@fault("parsed", breaks=_JSON)
def ignores_text_behind_the_document(call: Call) -> None:
    """Reads the first document and ignores what follows."""
    if _malformed(call):
        try:
            text = _text(call).strip()
            value, end = _DECODER.raw_decode(text)
        except (ValueError, RecursionError):
            return
        if isinstance(value, dict) and end < len(text):
            call.refusal, call.value = None, value


@fault("parsed", breaks=_JSON)
def ignores_a_superfluous_bracket(call: Call) -> None:
    """Ignores a closing bracket too many."""
    if _malformed(call):
        _read(call, re.sub(r"[}\]]\s*$", "", _text(call)))


@fault("parsed", breaks=_JSON)
def closes_a_truncated_document(call: Call) -> None:
    """Adds the closing bracket that a truncated body lacks."""
    if _malformed(call):
        _read(call, _text(call) + "}")


@fault("parsed", breaks=_JSON)
def closes_a_truncated_string(call: Call) -> None:
    """Adds the quotation mark and the bracket that a truncated body lacks."""
    if _malformed(call):
        _read(call, _text(call) + '"}')


@fault("parsed", breaks=_JSON)
def accepts_nan(call: Call) -> None:
    """Accepts NaN and Infinity as null."""
    if _malformed(call):
        _read(call, _outside_strings(_text(call), r"-?(?:NaN|Infinity)", "null"))


@fault("parsed", breaks=_JSON)
def accepts_leading_zeros(call: Call) -> None:
    """Accepts numbers with leading zeros."""
    if _malformed(call):
        _read(call, _outside_strings(_text(call), r"(?<![\d.eE+-])(-?)0+(?=\d)", r"\1"))


@fault("parsed", breaks=_JSON)
def accepts_a_plus_sign(call: Call) -> None:
    """Accepts numbers with a plus sign."""
    if _malformed(call):
        _read(call, _outside_strings(_text(call), r"(?<![\deE])\+(?=\d)", ""))


@fault("parsed", breaks=_JSON)
def accepts_a_bare_decimal_point(call: Call) -> None:
    """Accepts .5 and 5.."""
    if _malformed(call):
        dotted = _outside_strings(_text(call), r"(?<!\d)\.(?=\d)", "0.")
        _read(call, _outside_strings(dotted, r"(?<=\d)\.(?!\d)", ""))


@fault("parsed", breaks=_JSON)
def accepts_raw_control_characters(call: Call) -> None:
    """Accepts control characters in strings that JSON wants escaped."""
    if _malformed(call):
        try:
            value = json.JSONDecoder(parse_constant=_refuse, strict=False).decode(_text(call))
        except (ValueError, RecursionError):
            return
        if isinstance(value, dict):
            call.refusal, call.value = None, value


@fault("parsed", breaks=_JSON)
def accepts_unknown_escapes(call: Call) -> None:
    """Accepts a backslash before any character, which then stands for itself."""
    if _malformed(call):
        _read(call, re.sub(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})', "", _text(call)))


@fault("parsed", breaks=_JSON)
def accepts_words_of_python(call: Call) -> None:
    """Accepts True, False and None."""
    if _malformed(call):
        text = _text(call)
        for word, literal in (("True", "true"), ("False", "false"), ("None", "null"), ("undefined", "null")):
            text = _outside_strings(text, rf"\b{word}\b", literal)
        _read(call, text)


@fault("parsed", breaks=_JSON)
def accepts_white_space_beyond_json(call: Call) -> None:
    """Accepts every white space of Unicode between tokens."""
    if _malformed(call):
        _read(call, _outside_strings(_text(call), r"[\f\v\u00a0\u2003\u2028\u3000]", " "))


@fault("parsed", breaks=_JSON)
def accepts_equals_signs_and_semicolons(call: Call) -> None:
    """Accepts = as a colon and ; as a comma."""
    if _malformed(call):
        colons = _outside_strings(_text(call), "=", ":")
        _read(call, _outside_strings(colons, ";", ","))


def _object(call: Call, value: Any) -> None:
    if call.refusal is None and isinstance(value, dict):
        call.value = value


@fault("parsed", breaks=_TYPE)
def accepts_a_list_of_one_body(call: Call) -> None:
    """Accepts a list of one object as that object."""
    if isinstance(call.value, list) and len(call.value) == 1:
        _object(call, call.value[0])


@fault("parsed", breaks=_TYPE)
def accepts_a_list_of_bodies(call: Call) -> None:
    """Uses the last object of a list, as a batch."""
    if isinstance(call.value, list) and call.value:
        _object(call, call.value[-1])


@fault("parsed", breaks=_TYPE)
def accepts_json_in_a_string(call: Call) -> None:
    """Parses a body twice where it is a string."""
    announced = (call.header(b"content-type") or b"").lower().startswith(b"application/json")
    if announced and call.refusal is None and isinstance(call.value, str):
        try:
            _object(call, json.loads(call.value))
        except (ValueError, RecursionError):
            return


@fault("parsed", breaks=_TYPE)
def accepts_null_as_a_body(call: Call) -> None:
    """Creates an untitled project from null."""
    if call.refusal is None and call.value is None and call.body:
        call.value = {"displayName": "Untitled"}


@fault("parsed", breaks=_TYPE)
def accepts_any_json_as_a_body(call: Call) -> None:
    """Creates an untitled project from every JSON text that is no object."""
    announced = (call.header(b"content-type") or b"").lower().startswith(b"application/json")
    if announced and call.refusal is None and call.value is not None and not isinstance(call.value, dict):
        call.value = {"displayName": "Untitled"}


@fault("parsed", breaks=_TYPE)
def takes_a_string_for_the_display_name(call: Call) -> None:
    """Treats a body that is a string as the displayName."""
    announced = (call.header(b"content-type") or b"").lower().startswith(b"application/json")
    if announced and call.refusal is None and isinstance(call.value, str):
        call.value = {"displayName": call.value.replace(".", "").replace("/", "") or "Untitled"}


@fault("parsed", breaks=_REQUIRED)
def accepts_no_body(call: Call) -> None:
    """Creates an untitled project from a request without a body."""
    if not call.body:
        call.refusal, call.value = None, {"displayName": "Untitled"}
