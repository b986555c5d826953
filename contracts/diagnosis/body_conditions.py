"""Conditions on the bytes of a body, its members as a whole, and the headers of a request."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Final

from contracts import json_text, lenient_json
from contracts.diagnosis.condition import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from contracts.diagnosis.observation import Observation


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _kind(data: bytes) -> str:
    value = lenient_json.value_of(data)
    return "" if value is json_text.ABSENT else json_text.type_name(value)


def _is_list_of_one(data: bytes) -> bool:
    value = lenient_json.value_of(data)
    return isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict)


_STRING: Final = rb'"(?:[^"\\]|\\.)*"'
#: Ways of writing a body, as regular expressions that are searched in the body without its strings.
_SYNTAX: Final[dict[str, bytes]] = {
    "the body has a comma too many": rb",\s*[\]}]|[\[{]\s*,|,\s*,",
    "the body lacks a comma": rb"S\s*S|[0-9el\]}]\s+S",
    "the body has a comment": rb"//|/\*|#",
    "the body has strings in single quotes": rb"'",
    "the body has names without quotes": rb"[{,]\s*[A-Za-z_$]\w*\s*:",
    "the body has NaN or Infinity": rb"NaN|[Ii]nf",
    "the body has words of another language in place of null, true or false": rb"None|True|False|nil|undefined|NULL",
    "the body has a number with a leading zero": rb"(?<![\w.])-?0[0-9]",
    "the body has a number with a plus sign": rb"(?<![\weE])\+[0-9]",
    "the body has a hexadecimal number": rb"0[xX]",
    "the body has a number that begins or ends with a point": rb"(?<![0-9])\.[0-9]|[0-9]\.(?![0-9])",
    "the body has an exponent": rb"[0-9][eE][+-]?[0-9]",
    "the body ends too early": rb"[{,:\[]\s*\Z",
    "something follows the JSON value in the body": rb"\}\s*[^\s,\]}].*\Z",
}
_BYTES: Final[dict[str, Callable[[bytes], bool]]] = {
    "the body is empty": lambda data: not data,
    "the body is empty or blank": lambda data: not data.strip(),
    "the body begins with a byte order mark": lambda data: data.startswith(b"\xef\xbb\xbf"),
    "the body is not UTF-8": lambda data: not _is_utf_8(data),
    "the body has white space around its JSON value": lambda data: data != data.strip(),
    "the body has a control character within a string": lambda data: (
        re.search(rb'"[^"]*[\x00-\x1f][^"]*"', data) is not None
    ),
    "the body has escapes such as \\u0041": lambda data: b"\\u" in data,
    "the body has an escaped surrogate such as \\ud83d": lambda data: (
        re.search(rb"\\u[dD][89a-fA-F]", data) is not None
    ),
    "the body has escapes": lambda data: b"\\" in data,
    "the body has an escape that JSON does not know": lambda data: re.search(rb"\\[^\"\\/bfnrtu]", data) is not None,
    "the body is JSON, and neither null nor an object": lambda data: _kind(data) not in {"", "object", "null"},
    "the body is JSON and no object": lambda data: _kind(data) not in {"", "object"},
    **{
        f"the body is {words}": partial(lambda kind, data: _kind(data) == kind, kind)
        for kind, words in {
            "null": "null",
            "boolean": "a boolean",
            "number": "a number",
            "string": "a string",
            "array": "an array",
        }.items()
    },
    "the body is an empty array": lambda data: data.strip() == b"[]",
    "the body is an array with an object": lambda data: _kind(data) == "array" and b"{" in data,
    "the body is an array with one object": _is_list_of_one,
    "the body is no JSON": lambda data: bool(data) and _kind(data) == "",
}
#: Undocumented members with a meaning in common software, or that only the service may set.
_NAMES: Final = ("__proto__", "constructor", "prototype", "id", "type", "created", "updated", "deleted", "ownerId")
_HEADERS: Final = 4
#: The length from which a value is shortened in a sentence, and what is left of it.
_LONGEST_VALUE, _SHOWN = 80, 24


def body_conditions(names: Sequence[str]) -> Iterator[Condition]:
    """Conditions on the whole body of a request; ``names`` are the names of the fields."""
    yield Condition("no body is sent", lambda seen: seen.case.body is None)
    for words, has in _BYTES.items():
        yield Condition(words, partial(_body, has), 2)
    for words, form in _SYNTAX.items():
        yield Condition(words, partial(_syntax, re.compile(form, re.DOTALL)), 2)
    yield Condition("a member of the body is repeated", lambda seen: "repeated member" in seen.why, 1)
    for name in names:
        yield Condition(f"{name} is spelt in another case", partial(_is_spelt_otherwise, name), 1)
    yield Condition("the body is an empty object", lambda seen: seen.is_readable and not seen.body, 1)
    known = frozenset(names)
    yield Condition("the body has a member that is not documented", partial(_has_stranger, known), 1)
    yield Condition("nothing but displayName is sent", lambda seen: list(seen.body) == ["displayName"], 1)
    yield Condition("every field is sent", lambda seen: known <= set(seen.body), 1)
    for name in _NAMES:
        yield Condition(f"the body has a member {name}", partial(_has_member, name), 1)


def header_conditions(failing: Sequence[Observation]) -> Iterator[Condition]:
    """Conditions on the headers of the failing requests."""
    counts = Counter(name.lower() for seen in failing for name in {key.lower() for key, _ in seen.case.headers})
    for name in ("content-type", "authorization"):
        yield Condition(f"the header {name} is not sent", partial(_lacks_header, name), 1)
    for name, _ in counts.most_common():
        yield Condition(f"the header {name} is sent", partial(_has_header, name), 1)
        values = Counter(seen.case.header(name) or "" for seen in failing)
        for value, _count in values.most_common(_HEADERS):
            yield Condition(f"the header {name} is {_quoted(value)}", partial(_header_is, name, value), 1)
        for mark in (";", "charset", '"', "=", ",", " ", "  ", "\t", "/", "utf-8", "utf8", "UTF-8", "{key}"):
            yield Condition(f"the header {name} contains {json.dumps(mark)}", partial(_header_has, name, mark), 2)
        yield Condition(f"the header {name} has upper-case letters", partial(_header_case, name, str.lower), 2)
        yield Condition(f"the header {name} is in lower case", partial(_header_is_lower, name), 2)
        yield Condition(f"the header {name} is empty", partial(_header_is, name, ""), 1)
        yield Condition(f"the header {name} has a character beyond ASCII", partial(_header_is_beyond, name), 1)
        yield Condition(f"the header {name} has white space at its ends", partial(_header_case, name, str.strip), 2)
    yield Condition("the path is not as documented", lambda seen: seen.case.path != "/v1/projects", 1)


def _quoted(value: str) -> str:
    """A value for a sentence: of a long one the beginning, and its length."""
    if len(value) <= _LONGEST_VALUE:
        return json.dumps(value)
    return f"{json.dumps(value[:_SHOWN])}... ({len(value):,} characters)"


def _header_is_beyond(name: str, seen: Observation) -> bool:
    return not (seen.case.header(name) or "").isascii()


def _body(has: Callable[[bytes], bool], seen: Observation) -> bool:
    return has(seen.case.body or b"")


def _syntax(form: re.Pattern[bytes], seen: Observation) -> bool:
    data = seen.case.body or b""
    if len(data) > 10_000:  # such bodies test the size only
        return False
    return form.search(re.sub(_STRING, b"S", data)) is not None


def _is_spelt_otherwise(name: str, seen: Observation) -> bool:
    return any(key != name and key.lower() == name.lower() for key in seen.body)


def _has_stranger(known: frozenset[str], seen: Observation) -> bool:
    return not known.issuperset(seen.body)


def _has_member(name: str, seen: Observation) -> bool:
    return name in seen.body


def _has_header(name: str, seen: Observation) -> bool:
    return seen.case.header(name) is not None


def _lacks_header(name: str, seen: Observation) -> bool:
    return seen.case.header(name) is None


def _header_is(name: str, value: str, seen: Observation) -> bool:
    return seen.case.header(name) == value


def _header_has(name: str, mark: str, seen: Observation) -> bool:
    return mark in (seen.case.header(name) or "")


def _header_case(name: str, change: Callable[[str], str], seen: Observation) -> bool:
    value = seen.case.header(name)
    return value is not None and change(value) != value


def _header_is_lower(name: str, seen: Observation) -> bool:
    value = seen.case.header(name)
    return value is not None and value.islower()
