"""Requests that the page does not decide: accepted or refused, but never a 5xx, a hang or a malformed response."""

from __future__ import annotations

import gzip
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from contracts.exchange import Case
from strategies.cases.turns import in_turn
from strategies.cases.unlisted_member_cases import unlisted_member_cases
from strategies.encoding import DEEP, Token, encode, json_case, with_header, with_levels
from strategies.example_values import example_near_misses
from strategies.surrounding_fields import MARKED, SurroundingFields, admits, free_object, ordinary, takes_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract, Field
    from strategies.unique_names import UniqueNames

#: Texts that are a problem for UTF-16 or databases; JSON can escape them.
ODD_TEXTS: Final = {
    "a high surrogate alone": "a\ud83db",
    "a high surrogate alone before an emoji": "\ud83d\U0001f600",
    "a low surrogate alone": "a\ude00b",
    "a surrogate pair in the wrong order": "\ude00\ud83d",
    "a high surrogate at the end": "ab\ud800",
    "U+0000": "a\x00b",
    "U+0000 at the end": "ab\x00",
}
#: Numbers beyond the range or precision of doubles.
ODD_NUMBERS: Final = {
    "1e400": Token("1e400"),
    "-1e400": Token("-1e400"),
    "1e-400": Token("1e-400"),
    "10^400 in digits": Token("1" + "0" * 400),
    "100e307": Token("100e307"),
}
_POLLUTION: Final = {"polluted": True, "isAdmin": True, "toString": "polluted"}
#: Prefix and suffix of the digits of a text that looks like a number, by the id of the case.
_AROUND: Final = {
    "digits behind zeros": ("000", ""),
    "digits": ("", ""),
    "digits and a fraction": ("", ".0"),
    "digits and an exponent": ("", "e1"),
}
_WORDS_AS_IDS: Final = (
    "null",
    "true",
    "undefined",
    "NaN",
    "[]",
    "{}",
    "2024-01-01T00:00:00+01:00",
    " ",
    "-1",
    "constructor",
)
#: Depths beyond what a parser must support, within what services can also serialise. Python's json stops at its
#: recursion limit (about 990 levels) with an error that Flask, Falcon and aiohttp answer with 500. Node parses any
#: depth and serialises about 4,000: deeper values are stored, and then the list of projects fails for every client.
_TOO_DEEP: Final = (65, 33, 129, 201, 600, 100, 301, 48)
_LONG_ADDRESS: Final = f"{'a' * 4_000}@b.co"


def unspecified_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Every kind of UNSPECIFIED request, one at a time in an otherwise valid body; the kinds take turns."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    free = free_object(contract)
    kinds = (
        unlisted_member_cases(surrounding_fields),
        _in_every_place(surrounding_fields),
        _repeated(surrounding_fields),
        _words_as_ids(surrounding_fields),
        _codings(surrounding_fields),
        _pollution(surrounding_fields),
        _odd_numbers(surrounding_fields),
        _long_addresses(surrounding_fields),
        (_deep_case(surrounding_fields, free, levels) for levels in _TOO_DEEP if free),
        _odd_texts(surrounding_fields),
    )
    return in_turn([list(cases) for cases in kinds])


def _codings(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """A byte order mark, and codings of the body that are right, wrong and unknown."""
    marked, intent = b"\xef\xbb\xbf" + encode(surrounding_fields.body()), "a byte order mark"
    yield Case(marked, case_set="unspecified.text", intent=intent, id=intent)
    case_set, coded = "unspecified.coding", gzip.compress(encode(surrounding_fields.body()), mtime=0)
    right = Case(coded, case_set=case_set, intent="Content-Encoding: gzip", id="gzip")
    yield with_header(right, "Content-Encoding", "gzip")
    for coding in ("gzip", "br", "x-unknown"):
        identifier = f"{coding}, but it is not"
        intent = f"Content-Encoding: {identifier}"
        wrong = Case(encode(surrounding_fields.body()), case_set=case_set, intent=intent, id=identifier)
        yield with_header(wrong, "Content-Encoding", coding)


def _deep_case(surrounding_fields: SurroundingFields, free: Field, levels: int) -> Case:
    """A valid body with so many levels in its free-form member: objects, or objects and arrays alternately."""
    return Case(
        with_levels(surrounding_fields.body(free) | {free.path: DEEP}, levels),
        case_set="unspecified.text",
        intent=f"{levels} levels in {free.path}",
        id=f"{levels} levels",
    )


def _long_addresses(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """Addresses that match the pattern and are longer than the standards allow: no 5xx, and no long response time."""
    for field in surrounding_fields.fields:
        if field.format == "email" and takes_text(field, _LONG_ADDRESS):
            body = surrounding_fields.body(field) | {field.path: _LONG_ADDRESS}
            intent = f"{field.path}: {len(_LONG_ADDRESS):,} characters"
            yield json_case(body, case_set="unspecified.address", intent=intent, identifier="a long address")


def _words_as_ids(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """Values of the marked field that software interprets as something else; they may be in use already."""
    marked = next(
        (field for field in surrounding_fields.fields if field.path == MARKED and "string" in field.types), None
    )
    if marked is None or marked.pattern is not None or marked.enum is not None:
        return
    # A number for each: two that a service treats as equal would be a conflict instead of a change.
    digits = (surrounding_fields.name().rpartition("-")[2] for _ in _AROUND)
    texts = {
        identifier: f"{before}{number}{behind}"
        for number, (identifier, (before, behind)) in zip(digits, _AROUND.items(), strict=True)
    }
    for identifier, text in (texts | {repr(text): text for text in _WORDS_AS_IDS}).items():
        body = surrounding_fields.body(marked) | {marked.path: text}
        yield json_case(body, case_set=f"unspecified.{MARKED}", intent=f"{MARKED}: {text!r}", identifier=identifier)


def _odd_texts(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    places = [field for field in surrounding_fields.fields if "string" in field.types and field.enum is None]
    for name, text in ODD_TEXTS.items():
        place = count(1)
        for field in places:
            if admits(field, text):
                value = f"{surrounding_fields.name()}{text}" if field.path == MARKED else text
                yield json_case(
                    surrounding_fields.body(field) | {field.path: value},
                    case_set="unspecified.text",
                    intent=f"{field.path}: {name}",
                    identifier=f"{name}, place {next(place)}",
                )
        for field in surrounding_fields.fields:
            if field.items is not None and takes_text(field.items, text):
                body = surrounding_fields.body(field) | {field.path: ["x", text]}
                intent = f"an item of {field.path}: {name}"
                identifier = f"{name}, place {next(place)}"
                yield json_case(body, case_set="unspecified.text", intent=intent, identifier=identifier)
        free = free_object(surrounding_fields.contract)
        if free:
            for inner, where in (({"x": text}, "a value"), ({text: "x"}, "a name")):
                body = surrounding_fields.body(free) | {free.path: inner}
                intent = f"{free.path}: {name} in {where}"
                yield json_case(body, case_set="unspecified.text", intent=intent, identifier=f"{name} in {where}")


def _in_every_place(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """A body with U+0000 in every place for a text, and one with lone surrogates."""
    before_emoji = ODD_TEXTS["a high surrogate alone before an emoji"]
    for identifier, text, inside in (
        # PHP has no property whose name begins with it.
        ("U+0000 in every place", ODD_TEXTS["U+0000"], {"\x00a": "x"}),
        ("surrogates in every place", ODD_TEXTS["a high surrogate alone"], {"e": before_emoji}),
    ):
        body = surrounding_fields.body(context="full")
        places = 0
        for field in surrounding_fields.fields:
            if takes_text(field, text) and field.path != MARKED:
                body[field.path] = text
            elif field.items is not None and takes_text(field.items, text):
                body[field.path] = ["x", text]
            elif field is free_object(surrounding_fields.contract):
                body[field.path] = {**body[field.path], "x": text, text: "x", **inside}
            else:
                continue
            places += 1
        if places:
            yield json_case(body, case_set="unspecified.everywhere", intent=identifier, identifier=identifier)


def _odd_numbers(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    free = free_object(surrounding_fields.contract)
    for name, number in ODD_NUMBERS.items():
        places: list[tuple[Field, Any]] = [
            (f, number) for f in surrounding_fields.fields if {"number", "integer"} & set(f.types)
        ]
        if free:
            places.append((free, {"x": number}))
        for place, (field, value) in enumerate(places, 1):
            body = surrounding_fields.body(field) | {field.path: value}
            intent, identifier = f"{field.path}: {name}", f"{name}, place {place}"
            yield json_case(body, case_set="unspecified.number", intent=intent, identifier=identifier)


def _pollution(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    members = {"__proto__": _POLLUTION, "constructor": {"prototype": _POLLUTION}}
    for name, value in members.items():
        case_set, intent = "unspecified.prototype", f"the member {name}"
        body = surrounding_fields.body() | {name: value}
        yield json_case(body, case_set=case_set, intent=intent, identifier=name)
        free = free_object(surrounding_fields.contract)
        if free:
            for inner, where in (({name: value}, "inside"), ({"a": [{name: value}]}, "deep inside")):
                body = surrounding_fields.body(free) | {free.path: inner}
                inside = f"{intent} {where} {free.path}"
                yield json_case(body, case_set=case_set, intent=inside, identifier=f"{name} {where}")
    escaped = encode(surrounding_fields.body() | {"__proto__": _POLLUTION}).replace(b"__proto__", b"\\u005f_proto__")
    intent = "the member __proto__, escaped"
    yield Case(escaped, case_set="unspecified.prototype", intent=intent, id="__proto__, escaped")


def _repeated(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """A repeated member: with the same value, another valid one, or a wrong one before or after the right one."""
    for number, field in enumerate(surrounding_fields.fields, 1):
        wrong = encode({field.path: 5 if "number" not in field.types else "5"})
        if field.pattern is not None:
            miss = next((text for _, text in example_near_misses(field.pattern) if text), "")
            for first in (False, True):
                name = f"a text that misses the pattern {'first' if first else 'last'}"
                text = encode(surrounding_fields.body(field))
                yield _repeating(field, number, text, encode({field.path: miss}), name, first=first)
        ways = (
            ("a wrong value last", wrong, False),
            ("a wrong value first", wrong, True),
            ("two values", encode({field.path: ordinary(field, 2)}), False),
            ("the same twice", None, False),
        )
        for name, other, first in ways if number == 1 else (ways[number % 2], ways[2]):
            body = surrounding_fields.body(field)
            second = other or encode({field.path: body[field.path]})
            yield _repeating(field, number, encode(body), second, name, first=first)
    free = free_object(surrounding_fields.contract)
    if free:
        text = encode(surrounding_fields.body(free) | {free.path: {}})
        inner = encode({free.path: 0})[1:-2] + b'{"a":1,"a":2}'
        data = text.replace(encode({free.path: {}})[1:-1], inner)
        intent = f"{free.path}: a repeated name inside"
        yield Case(data, case_set="unspecified.repeated", intent=intent, id="inside")


def _repeating(field: Field, number: int, right: bytes, second: bytes, name: str, *, first: bool) -> Case:
    """The object ``right`` with the member of the object ``second`` before or after its own."""
    data = second[:-1] + b"," + right[1:] if first else right[:-1] + b"," + second[1:]
    return Case(data, case_set="unspecified.repeated", intent=f"{field.path}: {name}", id=f"{name}, field {number}")
