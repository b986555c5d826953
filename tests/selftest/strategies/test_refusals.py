"""Services that refuse a class of valid bodies: some case that must be created shows each such mistake."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest

from contracts import json_text
from contracts.expectation import Expectation, Expected
from tests.selftest.strategies.judged_cases import CONTRACT, LIST, MAIL, NAME, Body, judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.exchange import Case


def is_null(name: str) -> Callable[[Body], object]:
    return lambda body: body.get(name, 1) is None


def lacks(name: str) -> Callable[[Body], object]:
    return lambda body: name not in body


def longer(name: str, size: int) -> Callable[[Body], object]:
    return lambda body: len(body.get(name) or "") > size


def above(limit: float) -> Callable[[float], object]:
    return lambda number: number > limit


def deeper(levels: int) -> Callable[[Body], object]:
    return lambda body: json_text.depth(body.get("metadata")) > levels


def wider(size: int) -> Callable[[Body], object]:
    return lambda body: any(isinstance(node, dict) and len(node) > size for node in json_text.nodes(body))


def some_text(predicate: Callable[[str], object], *fields: str) -> Callable[[Body], object]:
    return lambda body: any(predicate(text) for name in fields for text in json_text.texts(body.get(name)))


def number(predicate: Callable[[float], object]) -> Callable[[Body], object]:
    def refused(body: Body) -> object:
        value = body.get("maxConcurrentJobs")
        return value is not None and predicate(value)

    return refused


#: Classes of valid bodies that one service refuses, or answers with a 5xx.
REFUSALS: dict[str, Callable[[Body], object]] = {
    **{f"a null {name}": is_null(name) for name in ("externalId", "maxConcurrentJobs", MAIL)},
    **{f"a body without {name}": lacks(name) for name in ("externalId", "metadata", "maxConcurrentJobs", LIST, MAIL)},
    "a body with the name alone": lambda b: list(b) == [NAME],
    "a body with every field": lambda b: len(b) == len(CONTRACT.fields) and None not in b.values(),
    "all nulls": lambda b: sum(value is None for value in b.values()) == 3,
    "null ids with metadata": lambda b: b.get("externalId", 1) is None and "metadata" in b,
    **{f"names longer than {n}": longer(NAME, n) for n in (50, 64, 100, 128, 255, 256, 1000, 4096)},
    **{f"ids longer than {n}": longer("externalId", n) for n in (64, 128, 255, 1000)},
    "names of one character": lambda b: len(b[NAME]) == 1,
    "names of fewer than three characters": lambda b: len(b[NAME]) < 3,
    "names of white space": lambda b: not b[NAME].strip(),
    "names with white space around": lambda b: b[NAME] != b[NAME].strip(),
    "names with a line feed": lambda b: "\n" in b[NAME],
    "names with a carriage return": lambda b: "\r" in b[NAME],
    "names with U+2028": lambda b: "\u2028" in b[NAME],
    "names with a backslash": lambda b: "\\" in b[NAME],
    "names with an apostrophe": lambda b: "'" in b[NAME],
    "names with a quotation mark": lambda b: '"' in b[NAME],
    "names with a less-than sign": lambda b: "<" in b[NAME],
    "names with a percent sign": lambda b: "%" in b[NAME],
    "names with an at sign": lambda b: "@" in b[NAME],
    "names beyond ASCII": lambda b: not b[NAME].isascii(),
    "names beyond Latin-1": lambda b: any(ord(c) > 255 for c in b[NAME]),
    "names beyond the first plane": lambda b: any(ord(c) > 65535 for c in b[NAME]),
    "names with controls": lambda b: any(unicodedata.category(c) == "Cc" for c in b[NAME]),
    "names with bidirectional controls": lambda b: "\u202e" in b[NAME],
    "names with noncharacters": lambda b: "\ufffe" in b[NAME],
    "names that begin with a digit": lambda b: b[NAME][0].isdigit(),
    "names without a letter": lambda b: not any(c.isalpha() for c in b[NAME]),
    "the name null": lambda b: b[NAME] == "null",
    "the name constructor": lambda b: b[NAME] == "constructor",
    "the name __proto__": lambda b: b[NAME] == "__proto__",
    "look-alikes of the dot": lambda b: "\uff0e" in b[NAME],
    "SQL in names": lambda b: "DROP TABLE" in b[NAME],
    "a script in names": lambda b: "<script" in b[NAME],
    "ids with a dot": lambda b: "." in (b.get("externalId") or ""),
    "ids with a solidus": lambda b: "/" in (b.get("externalId") or ""),
    "ids with a space": lambda b: " " in (b.get("externalId") or ""),
    "an empty id": lambda b: b.get("externalId") == "",
    "ids beyond ASCII": lambda b: not (b.get("externalId") or "").isascii(),
    "fractions": number(lambda n: n != int(n)),
    "zero": number(lambda n: n == 0),
    "negative numbers": number(lambda n: n < 0),
    **{
        f"numbers above {n}": number(above(n)) for n in (100, 1000, 2**15, 2**16, 2**31 - 1, 2**32, 2**53, 2**63, 1e100)
    },
    "numbers below -2^31": number(lambda n: n < -(2**31)),
    "tiny numbers": number(lambda n: 0 < n < 1e-300),
    "numbers with an exponent": number(lambda n: n == 1e21),
    "empty metadata": lambda b: b.get("metadata") == {},
    "null in metadata": lambda b: any(v is None for v in json_text.nodes(b.get("metadata", 1))),
    "arrays in metadata": lambda b: any(isinstance(v, list) for v in json_text.nodes(b.get("metadata"))),
    "objects in metadata": lambda b: json_text.depth(b.get("metadata")) > 1,
    **{f"metadata of more than {n} levels": deeper(n) for n in (3, 10, 20, 27)},
    **{f"more than {n} members": wider(n) for n in (50, 100, 500)},
    "an empty name in metadata": lambda b: any(isinstance(v, dict) and "" in v for v in json_text.nodes(b)),
    "a dot in names of members": lambda b: any(isinstance(v, dict) and "a.b" in v for v in json_text.nodes(b)),
    "a dollar in names of members": lambda b: any(isinstance(v, dict) and "$where" in v for v in json_text.nodes(b)),
    "long texts in metadata": some_text(lambda t: len(t) > 4096, "metadata"),
    "bodies of more than 10 kB": lambda b: len(json.dumps(b)) > 10_000,
    "an empty list": lambda b: b.get(LIST) == [],
    "lists with repetition": lambda b: len(set(b.get(LIST, []))) < len(b.get(LIST, [])),
    "empty texts in lists": lambda b: "" in b.get(LIST, []),
    **{f"lists longer than {n}": longer(LIST, n) for n in (10, 50, 100, 500)},
    "long items": some_text(lambda t: len(t) > 255, LIST),
    "odd items": some_text(lambda t: not t.isascii(), LIST),
    "a plus in addresses": lambda b: "+" in (b.get(MAIL) or ""),
    "an apostrophe in addresses": lambda b: "'" in (b.get(MAIL) or ""),
    "capitals in addresses": lambda b: (b.get(MAIL) or "") != (b.get(MAIL) or "").lower(),
    "one-letter domains": lambda b: "@a." in (b.get(MAIL) or ""),
    "digits in addresses": lambda b: re.search(r"\d", b.get(MAIL) or ""),
    "an address with an id and null jobs": lambda b: (
        b.get(MAIL) and b.get("externalId") and b.get("maxConcurrentJobs", 1) is None
    ),
    "jobs without metadata": lambda b: b.get("maxConcurrentJobs") is not None and "metadata" not in b,
    "a list without an id": lambda b: LIST in b and "externalId" not in b,
}


def refusal_shows(name: str, answers: list[tuple[Case, Expectation]]) -> bool:
    return any(e.expected is Expected.CREATED and REFUSALS[name](e.body) for _, e in answers)


@pytest.mark.parametrize("name", REFUSALS)
def test_a_service_that_refuses_a_class_of_valid_bodies_is_seen(name: str) -> None:
    assert refusal_shows(name, judged("all"))
