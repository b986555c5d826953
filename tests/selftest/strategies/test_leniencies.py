"""Services that accept a class of invalid requests: some case that must be refused shows each such mistake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from contracts.expectation import Expectation, Expected
from tests.selftest.strategies.judged_cases import CONTRACT, LIST, MAIL, NAME, Body, judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.exchange import Case


def accepts(clause: str, predicate: Callable[[Body], object] = lambda _: True) -> Callable[[Case, Expectation], object]:
    def shows(_: Case, expected: Expectation) -> object:
        broken = [violation.clause for violation in expected.violations]
        return broken == [clause] and predicate(expected.body if isinstance(expected.body, dict) else {})

    return shows


def sent(clause: str, part: bytes) -> Callable[[Case, Expectation], object]:
    return lambda case, expected: [v.clause for v in expected.violations] == [clause] and part in (case.body or b"")


def header(name: str, value: str | None) -> Callable[[Case, Expectation], object]:
    return lambda case, expected: expected.isolated and case.header(name) == value


def typed(field: str, predicate: Callable[[Any], object]) -> Callable[[Case, Expectation], object]:
    return accepts(f"request.{field}.type", lambda body: predicate(body.get(field)))


def item(place: Callable[[list[Any]], list[Any]]) -> Callable[[Case, Expectation], object]:
    """Only some items are looked at: ``place`` picks these."""
    return accepts(
        f"request.{LIST}.items.type", lambda body: all(isinstance(one, str) for one in place(body.get(LIST, [0])))
    )


JSON_CLAUSE, PATTERN, ADDRESS = "request.body.json", "request.displayName.pattern", "request.alertReceiverEmail.pattern"
#: Classes of invalid requests that one service takes.
LENIENCIES: dict[str, Callable[[Case, Expectation], object]] = {
    **{f"any {field.path}": accepts(f"request.{field.path}.type") for field in CONTRACT.fields},
    **{f"a null {name}": accepts(f"request.{name}.null") for name in (NAME, "metadata", LIST)},
    "null items": accepts(f"request.{LIST}.items.null"),
    "a missing name": accepts("request.displayName.required"),
    "a missing name if there is anything else": accepts("request.displayName.required", lambda b: len(b) > 1),
    "an empty object": accepts("request.displayName.required", lambda b: b == {}),
    "a name in lower case": accepts("request.displayName.required", lambda b: "displayname" in b),
    "numbers as names": typed(NAME, lambda v: isinstance(v, int) and not isinstance(v, bool)),
    "true as a name": typed(NAME, lambda v: v is True),
    "false as a name": typed(NAME, lambda v: v is False),
    "0 as a name": typed(NAME, lambda v: v == 0 and not isinstance(v, bool)),
    "arrays as names": typed(NAME, lambda v: v == ["x"]),
    "empty arrays as names": typed(NAME, lambda v: v == []),
    "objects as names": typed(NAME, lambda v: isinstance(v, dict) and v),
    "numbers as ids": typed("externalId", lambda v: isinstance(v, int | float) and not isinstance(v, bool)),
    "booleans as ids": typed("externalId", lambda v: isinstance(v, bool)),
    "texts of digits as jobs": typed("maxConcurrentJobs", lambda v: v == "5"),
    "an empty text as jobs": typed("maxConcurrentJobs", lambda v: v == ""),
    "texts with white space as jobs": typed("maxConcurrentJobs", lambda v: v == " 5 "),
    "texts with an exponent as jobs": typed("maxConcurrentJobs", lambda v: v == "1e3"),
    "hexadecimal texts as jobs": typed("maxConcurrentJobs", lambda v: v == "0x10"),
    "booleans as jobs": typed("maxConcurrentJobs", lambda v: isinstance(v, bool)),
    "arrays of one number as jobs": typed("maxConcurrentJobs", lambda v: v == [5]),
    "empty arrays as jobs": typed("maxConcurrentJobs", lambda v: v == []),
    "arrays as metadata": typed("metadata", lambda v: isinstance(v, list)),
    "empty arrays as metadata": typed("metadata", lambda v: v == []),
    "JSON texts as metadata": typed("metadata", lambda v: isinstance(v, str) and v[:1] == "{"),
    "empty texts as metadata": typed("metadata", lambda v: v == ""),
    "numbers as metadata": typed("metadata", lambda v: isinstance(v, int) and not isinstance(v, bool)),
    "booleans as metadata": typed("metadata", lambda v: isinstance(v, bool)),
    "a text as list": typed(LIST, lambda v: v == "x"),
    "texts with commas as list": typed(LIST, lambda v: isinstance(v, str) and "," in v),
    "JSON texts as list": typed(LIST, lambda v: isinstance(v, str) and v[:1] == "["),
    "objects as list": typed(LIST, lambda v: isinstance(v, dict)),
    "objects with indices as list": typed(LIST, lambda v: v == {"0": "x"}),
    "numbers as addresses": typed(MAIL, lambda v: isinstance(v, int) and not isinstance(v, bool)),
    "arrays as addresses": typed(MAIL, lambda v: isinstance(v, list)),
    "false as an address": typed(MAIL, lambda v: v is False),
    "lists whose first item is right": item(lambda items: items[:1]),
    "lists whose last item is right": item(lambda items: items[-1:]),
    "lists whose first two items are right": item(lambda items: items[:2]),
    "lists whose first ten items are right": item(lambda items: items[:10]),
    "lists whose first hundred items are right": item(lambda items: items[:100]),
    "lists of one wrong item": item(lambda items: items if len(items) > 1 else []),
    "numbers in lists": accepts(f"request.{LIST}.items.type", lambda b: any(isinstance(i, int) for i in b[LIST])),
    "objects in lists": accepts(f"request.{LIST}.items.type", lambda b: any(isinstance(i, dict) for i in b[LIST])),
    "arrays in lists": accepts(f"request.{LIST}.items.type", lambda b: any(isinstance(i, list) for i in b[LIST])),
    "wrong types where the id is null": typed("maxConcurrentJobs", lambda v: v == "5"),
    "an empty name": accepts(PATTERN, lambda b: b[NAME] == ""),
    "dots in names": accepts(PATTERN, lambda b: "." in b[NAME]),
    "solidi in names": accepts(PATTERN, lambda b: "/" in b[NAME]),
    "dots at the end": accepts(
        PATTERN, lambda b: b[NAME][-1:] == "." and "." not in b[NAME][:-1] and "/" not in b[NAME]
    ),
    "dots at the beginning": accepts(PATTERN, lambda b: b[NAME][:1] == "." and "." not in b[NAME][1:]),
    "dots inside": accepts(PATTERN, lambda b: "." in b[NAME][1:-1] and b[NAME][0] != "." and b[NAME][-1] != "."),
    "solidi at the end": accepts(PATTERN, lambda b: b[NAME][-1:] == "/"),
    "dots behind 64 characters": accepts(PATTERN, lambda b: b[NAME] and not set("./") & set(b[NAME][:64])),
    "dots on a second line": accepts(PATTERN, lambda b: b[NAME] and not set("./") & set(b[NAME].split("\n")[0])),
    "an empty address": accepts(ADDRESS, lambda b: b[MAIL] == ""),
    "addresses without at sign": accepts(ADDRESS, lambda b: b[MAIL] and "@" not in b[MAIL]),
    "addresses with two dots": accepts(ADDRESS, lambda b: ".." in b[MAIL]),
    "addresses with a leading dot": accepts(ADDRESS, lambda b: b[MAIL][:1] == "."),
    "addresses with a line feed behind": accepts(ADDRESS, lambda b: b[MAIL][-1:] == "\n"),
    "addresses with a space": accepts(ADDRESS, lambda b: " " in b[MAIL]),
    "addresses with two at signs": accepts(ADDRESS, lambda b: b[MAIL].count("@") == 2),
    "addresses with text behind": accepts(ADDRESS, lambda b: re.match(r"[a-z]+@[a-z]+\.[a-z]+[^a-z.]", b[MAIL])),
    "an array of one body": accepts("request.body.type"),
    "no body": accepts("request.body.required"),
    "a trailing comma": sent(JSON_CLAUSE, b",}"),
    "text behind the body": sent(JSON_CLAUSE, b"} x"),
    "a second document": sent(JSON_CLAUSE, b"}{"),
    "NaN": sent(JSON_CLAUSE, b"NaN"),
    "comments": sent(JSON_CLAUSE, b"/*"),
    "single quotes": sent(JSON_CLAUSE, b"'x'"),
    "unquoted names": sent(JSON_CLAUSE, b"{x:"),
    "leading zeros": sent(JSON_CLAUSE, b":01"),
    "raw control characters": sent(JSON_CLAUSE, b'"a\nb"'),
    "unknown escapes": sent(JSON_CLAUSE, b"\\x41"),
    "Python's words": sent(JSON_CLAUSE, b"True"),
    "a cut body": lambda case, e: e.isolated and "(cut" in case.intent,
    "plain text": header("Content-Type", "text/plain"),
    "forms": lambda case, e: "(a form)" in case.intent and e.isolated,
    "beginnings of the media type": header("Content-Type", "application/jsonx"),
    "XML's media type": header("Content-Type", "application/xml"),
    "no authorization": header("Authorization", None),
    "any key": header("Authorization", "Bearer x"),
    "an empty key": header("Authorization", "Bearer "),
    "no scheme": header("Authorization", "{key}"),
    "another scheme": header("Authorization", "Basic {key}"),
    "the beginning of the key": header("Authorization", "Bearer {key minus its last character}"),
    "the key with text behind": header("Authorization", "Bearer {key with one more character}"),
    "the key in another case": header("Authorization", "Bearer {key with its case swapped}"),
    "another first character": header("Authorization", "Bearer {key with its first character replaced}"),
    "another last character": header("Authorization", "Bearer {key with its last character replaced}"),
    "a well-formed key": lambda case, e: e.isolated and (case.header("Authorization") or "").startswith("Bearer sk-"),
    "an unsigned token": lambda case, e: e.isolated and (case.header("Authorization") or "").startswith("Bearer ey"),
    "an empty header": header("Authorization", ""),
}


def leniency_shows(name: str, answers: list[tuple[Case, Expectation]]) -> bool:
    return any(e.expected is Expected.REJECTED and LENIENCIES[name](case, e) for case, e in answers)


@pytest.mark.parametrize("name", LENIENCIES)
def test_a_service_that_takes_a_class_of_invalid_requests_is_seen(name: str) -> None:
    assert leniency_shows(name, judged("all"))
