"""Requests about which the page is silent: taken or refused, but never a 5xx, a hang or a malformed answer."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any, Final

from contracts.exchange import Case
from strategies.encoding import Token, encode, json_case
from strategies.example_values import near_misses
from strategies.surrounding_fields import MARKED, SurroundingFields, admits, free_object, ordinary, takes_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract, Field
    from strategies.unique_names import UniqueNames

#: Texts that UTF-16 or databases have trouble with; JSON can escape them.
ODD_TEXTS: Final = {
    "a high surrogate alone": "a\ud83db",
    "a low surrogate alone": "a\ude00b",
    "a surrogate pair in the wrong order": "\ude00\ud83d",
    "a high surrogate at the end": "ab\ud800",
    "U+0000": "a\x00b",
    "U+0000 at the end": "ab\x00",
}
#: Numbers that no double holds.
ODD_NUMBERS: Final = {
    "1e400": Token("1e400"),
    "-1e400": Token("-1e400"),
    "1e-400": Token("1e-400"),
    "10^400 in digits": Token("1" + "0" * 400),
    "100e307": Token("100e307"),
}
#: Members that the page does not list, with values that would do harm if they were taken.
UNLISTED: Final[dict[str, Any]] = {
    "id": "AAAAAAAAAAAAAAAAAAAAA",
    "platformId": "BBBBBBBBBBBBBBBBBBBBB",
    "ownerId": "CCCCCCCCCCCCCCCCCCCCC",
    "type": "PERSONAL",
    "created": "1999-01-01T00:00:00.000Z",
    "updated": "1999-01-01T00:00:00.000Z",
    "deleted": "1999-01-01T00:00:00.000Z",
    "plan": {"id": "x", "projectId": "DDDDDDDDDDDDDDDDDDDDD", "locked": True, "name": 5, "pieces": None},
    "analytics": None,
    "releasesEnabled": "yes",
    "icon": [],
    "poolId": 5,
    "isAdmin": True,
    "": "empty name",
    "x" * 300: None,
    "toString": "x",
}
#: Of these, the ones that come alone as well.
_ALONE: Final = frozenset({"id", "platformId", "ownerId", "type", "created", "plan", "releasesEnabled", "poolId", ""})
_POLLUTION: Final = {"polluted": True, "isAdmin": True, "toString": "polluted"}
#: What stands before and behind the digits of a text that looks like a number.
_AROUND: Final = (("000", ""), ("", ""), ("", ".0"), ("", "e1"))
_WORDS_AS_IDS: Final = ("null", "true", "undefined", "NaN", "[]", "{}", "2024-01-01T00:00:00+01:00", " ", "-1")
#: Levels beyond those that a parser must follow; where widespread ones stop, and far behind.
_TOO_DEEP: Final = (33, 48, 65, 100, 129, 201, 301, 600, 1_001, 5_000, 20_000)
_DEEP: Final = "the deep value"
_MANY: Final = 2_500


def unspecified_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Every kind of request that the page leaves open, alone in an otherwise valid body."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    cases = [
        *_odd_texts(contract, surrounding_fields),
        *_odd_numbers(contract, surrounding_fields),
        *_pollution(contract, surrounding_fields),
        *_unlisted(contract, surrounding_fields),
        *_repeated(contract, surrounding_fields),
        *_words_as_ids(contract, surrounding_fields),
    ]
    marked = encode(surrounding_fields.body())
    cases.append(Case(b"\xef\xbb\xbf" + marked, case_set="unspecified.text", intent="a byte order mark"))
    for coding in ("gzip", "br", "x-unknown"):
        headers = (*cases[0].headers, ("Content-Encoding", coding))
        intent = f"Content-Encoding: {coding}, but it is not"
        cases.append(Case(encode(surrounding_fields.body()), headers, case_set="unspecified.coding", intent=intent))
    coded = gzip.compress(encode(surrounding_fields.body()), mtime=0)
    headers = (*cases[0].headers, ("Content-Encoding", "gzip"))
    cases.append(Case(coded, headers, case_set="unspecified.coding", intent="Content-Encoding: gzip"))
    free = free_object(contract)
    if free:
        cases += [_deep_case(surrounding_fields, free, levels) for levels in _TOO_DEEP]
    return cases


def _deep_case(surrounding_fields: SurroundingFields, free: Field, levels: int) -> Case:
    """A valid body with so many levels in its free-form member: objects, or objects and arrays in turn."""
    text = encode(surrounding_fields.body(free) | {free.path: _DEEP})
    opening, closing = (b'{"in":', b"}") if levels % 2 else (b'{"in":[', b"]}")
    times = levels // (1 if levels % 2 else 2)
    deep = opening * times + b"0" + closing * times
    return Case(
        text.replace(f'"{_DEEP}"'.encode(), deep),
        case_set="unspecified.text",
        intent=f"{levels} levels in {free.path}",
    )


def _words_as_ids(contract: Contract, surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """Whole values of the marked field that software takes for something else; they may be in use already."""
    marked = next((field for field in contract.fields if field.path == MARKED and "string" in field.types), None)
    if marked is None or marked.pattern is not None or marked.enum is not None:
        return
    # A number for each: two that a service takes for the same one would be a conflict instead of a change.
    digits = (surrounding_fields.name().rpartition("-")[2] for _ in _AROUND)
    numbers = [f"{before}{number}{behind}" for number, (before, behind) in zip(digits, _AROUND, strict=True)]
    for text in (*numbers, *_WORDS_AS_IDS):
        body = surrounding_fields.body(marked) | {marked.path: text}
        yield json_case(body, case_set=f"unspecified.{MARKED}", intent=f"{MARKED}: {text!r}")


def _odd_texts(contract: Contract, surrounding_fields: SurroundingFields) -> Iterator[Case]:
    places = [field for field in contract.fields if "string" in field.types and field.enum is None]
    for name, text in ODD_TEXTS.items():
        for field in places:
            if admits(field, text):
                value = f"{surrounding_fields.name()}{text}" if field.path == MARKED else text
                yield json_case(
                    surrounding_fields.body(field) | {field.path: value},
                    case_set="unspecified.text",
                    intent=f"{field.path}: {name}",
                )
        for field in contract.fields:
            if field.items is not None and takes_text(field.items, text):
                body = surrounding_fields.body(field) | {field.path: ["x", text]}
                yield json_case(body, case_set="unspecified.text", intent=f"an item of {field.path}: {name}")
        free = free_object(contract)
        if free:
            for inner, where in (({"x": text}, "a value"), ({text: "x"}, "a name")):
                body = surrounding_fields.body(free) | {free.path: inner}
                yield json_case(body, case_set="unspecified.text", intent=f"{free.path}: {name} in {where}")


def _odd_numbers(contract: Contract, surrounding_fields: SurroundingFields) -> Iterator[Case]:
    free = free_object(contract)
    for name, number in ODD_NUMBERS.items():
        places: list[tuple[Field, Any]] = [(f, number) for f in contract.fields if {"number", "integer"} & set(f.types)]
        if free:
            places.append((free, {"x": number}))
        for field, value in places:
            body = surrounding_fields.body(field) | {field.path: value}
            yield json_case(body, case_set="unspecified.number", intent=f"{field.path}: {name}")


def _pollution(contract: Contract, surrounding_fields: SurroundingFields) -> Iterator[Case]:
    members = {"__proto__": _POLLUTION, "constructor": {"prototype": _POLLUTION}}
    for name, value in members.items():
        intent = f"the member {name}"
        yield json_case(surrounding_fields.body() | {name: value}, case_set="unspecified.prototype", intent=intent)
        free = free_object(contract)
        if free:
            for inner in ({name: value}, {"a": [{name: value}]}):
                body = surrounding_fields.body(free) | {free.path: inner}
                yield json_case(body, case_set="unspecified.prototype", intent=f"{intent} inside {free.path}")
    escaped = encode(surrounding_fields.body() | {"__proto__": _POLLUTION}).replace(b"__proto__", b"\\u005f_proto__")
    yield Case(escaped, case_set="unspecified.prototype", intent="the member __proto__, escaped")


def _unlisted(contract: Contract, surrounding_fields: SurroundingFields) -> Iterator[Case]:
    listed = {field.path for field in contract.fields}
    chosen = {name: value for name, value in UNLISTED.items() if name not in listed}
    for name, value in chosen.items():
        if name not in _ALONE:
            continue
        intent = f"the unlisted member {name[:40]!r}"
        yield json_case(surrounding_fields.body() | {name: value}, case_set="unspecified.member", intent=intent)
    yield json_case(chosen | surrounding_fields.body(), case_set="unspecified.member", intent="all unlisted members")
    kinds: tuple[Any, ...] = ("x", 0, False, None, [], {})
    for value in kinds:
        others: dict[str, Any] = dict.fromkeys((name for name in chosen if name), value)
        intent = f"each unlisted member is {json.dumps(value)}"
        yield json_case(
            surrounding_fields.body(context="minimal") | others, case_set="unspecified.member", intent=intent
        )
    for first in (False, True):
        # A parser that is careless of case takes one of them for the right one: what comes back tells.
        body = surrounding_fields.body(context="full")
        alike = {
            name: "Other" if takes_text(field, "Other") else ordinary(field, 3)
            for field in contract.fields
            for name in _alike(field.path)
            if name not in listed
        }
        intent = f"members whose names differ in case {'before' if first else 'behind'} the right ones"
        yield json_case(alike | body if first else body | alike, case_set="unspecified.member", intent=intent)
    many = {f"unlisted{index}": index for index in range(_MANY)}
    yield json_case(
        surrounding_fields.body() | many, case_set="unspecified.member", intent=f"{_MANY:,} unlisted members"
    )


def _alike(name: str) -> tuple[str, ...]:
    return (name.lower(), name.upper(), name[:1].upper() + name[1:], f"{name[:-1]}{name[-1:].upper()}")


def _repeated(contract: Contract, surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """A repeated member: with the same value, another valid one, and a wrong one before or behind the right one."""
    for number, field in enumerate(contract.fields):
        wrong = encode({field.path: 5 if "number" not in field.types else "5"})
        if field.pattern is not None:
            miss = next((text for _, text in near_misses(field.pattern) if text), "")
            yield from _twice(field, surrounding_fields, encode({field.path: miss}), "a text that misses the pattern")
        ways = (
            ("a wrong value first", wrong, True),
            ("a wrong value last", wrong, False),
            ("two values", encode({field.path: ordinary(field, 2)}), False),
            ("the same twice", None, False),
        )
        for name, other, first in ways if number == 0 else (ways[number % 2], ways[2]):
            body = surrounding_fields.body(field)
            second = other or encode({field.path: body[field.path]})
            yield _repeating(encode(body), second, f"{field.path}: {name}", first=first)
    free = free_object(contract)
    if free:
        text = encode(surrounding_fields.body(free) | {free.path: {}})
        inner = encode({free.path: 0})[1:-2] + b'{"a":1,"a":2}'
        data = text.replace(encode({free.path: {}})[1:-1], inner)
        yield Case(data, case_set="unspecified.repeated", intent=f"{free.path}: a repeated name inside")


def _twice(field: Field, surrounding_fields: SurroundingFields, wrong: bytes, name: str) -> Iterator[Case]:
    for first in (True, False):
        intent = f"{field.path}: {name} {'first' if first else 'last'}"
        yield _repeating(encode(surrounding_fields.body(field)), wrong, intent, first=first)


def _repeating(right: bytes, second: bytes, intent: str, *, first: bool) -> Case:
    """The object ``right`` with the one member of the object ``second`` before or behind its own."""
    data = second[:-1] + b"," + right[1:] if first else right[:-1] + b"," + second[1:]
    return Case(data, case_set="unspecified.repeated", intent=intent)
