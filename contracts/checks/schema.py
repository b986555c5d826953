"""Checks of a 201 response against the schema: media type, JSON, and every member."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from contracts import json_text
from contracts.checks.check import covers
from contracts.checks.quoting import shown
from contracts.exchange import JSON_MEDIA_TYPE
from contracts.findings import Finding
from contracts.json_equality import same
from contracts.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.checks.context import Context
    from contracts.document import Contract, Field


@covers("response.201.mediaType", count=lambda context: ("response.201.mediaType",) if context.created else ())
def content_type_conformance(context: Context) -> Iterator[Finding]:
    """response.201.mediaType: one Content-Type, application/json, and UTF-8 if it names a charset."""
    if not context.created or context.response is None:
        return
    values = context.response.all_headers("Content-Type")
    clause, expected = "response.201.mediaType", "Content-Type: application/json"
    if len(values) != 1:
        received = "no Content-Type" if not values else f"{len(values)} Content-Type headers: {shown(values)}"
        yield Finding(clause, "count", expected, received, "Content-Type")
        return
    essence, _, parameters = values[0].partition(";")
    charset = dict(part.strip().lower().partition("=")[::2] for part in parameters.split(";") if "=" in part).get(
        "charset", "utf-8"
    )
    if essence.strip().lower() != JSON_MEDIA_TYPE:
        yield Finding(clause, "essence", expected, shown(values[0]), "Content-Type")
    elif charset.strip("\"'") not in {"utf-8", "utf8"}:
        yield Finding(clause, "charset", f"{expected}; charset=utf-8", shown(values[0]), "Content-Type")


def _readable(context: Context) -> tuple[str, ...]:
    readable = context.created and context.response is not None and not context.response.cut
    return ("response.201.json", "response.201.body.type") if readable else ()


@covers("response.201.json", "response.201.body.type", count=_readable)
def body_is_json(context: Context) -> Iterator[Finding]:
    """response.201.json and response.201.body.type: a JSON text (RFC 8259) that is an object."""
    if not context.created or context.response is None or context.response.cut:
        return
    parsed, clause = context.parsed, "response.201.json"
    if isinstance(parsed, ValueError):
        start = context.response.body[:60].decode("utf-8", "backslashreplace")
        yield Finding(clause, "malformed", "one JSON text in UTF-8", f"{parsed}: {shown(start)}")
        return
    for oddity in parsed.oddities:
        if oddity in {"byte order mark", "repeated member"}:
            names = f" {sorted(parsed.repeated)}" if oddity == "repeated member" else ""
            yield Finding(clause, oddity, "one JSON text in UTF-8", f"{oddity}{names}")
    # A text too deep for our parser is neither right nor wrong.
    is_unread = parsed.value is None and json_text.TOO_DEEP in parsed.oddities
    if not isinstance(parsed.value, dict) and not is_unread:
        yield Finding("response.201.body.type", "type", "a JSON object", f"a JSON {json_text.type_name(parsed.value)}")


def _members_shown(context: Context) -> tuple[str, ...]:
    if context.project is None:
        return ()
    return _clauses_of(context.contract, tuple(_present(context.contract.response_fields, context.project)))


@lru_cache(maxsize=1_024)  # most projects of a service have the same members
def _clauses_of(contract: Contract, present: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The clauses of the members, given the path and state of each member (see :func:`_present`)."""
    return tuple(_aspects_of(contract, dict(present)))


def _aspects_of(contract: Contract, present: dict[str, str]) -> Iterator[str]:
    for field in contract.all_response_fields():
        prefix, state = f"response.201.{field.path}", present.get(field.path)
        if field.required:
            yield f"{prefix}.required"
        if state is not None:
            yield from _aspects(field, prefix, state)
        if field.items is not None and state == "items":
            yield from _aspects(field.items, f"{prefix}.items", "value")


def _present(fields: tuple[Field, ...], holder: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The path of each documented member in the response, and whether it is null, a value, or a list with items."""
    for field in fields:
        if field.name in holder:
            value = holder[field.name]
            yield field.path, "null" if value is None else "items" if isinstance(value, list) and value else "value"
            if field.members and isinstance(value, dict):
                yield from _present(field.members, value)


def _aspects(field: Field, prefix: str, state: str) -> Iterator[str]:
    """The clauses that the value of a member could have broken."""
    if not field.nullable:
        yield f"{prefix}.null"
    if state == "null":
        return
    for aspect, promised in (("type", field.types), ("pattern", field.pattern), ("enum", field.enum)):
        if promised:
            yield f"{prefix}.{aspect}"


@covers("response.201.*", count=_members_shown)
def response_schema_conformance(context: Context) -> Iterator[Finding]:
    """Every member of the 201 schema: required, type, null, pattern, enum, items."""
    if context.project is not None:
        yield from _members(context.contract.response_fields, context.project, "")


def _members(fields: tuple[Field, ...], holder: dict[str, Any], pointer: str) -> Iterator[Finding]:
    for field in fields:
        where = f"{pointer}/{json_text.escape(field.name)}"
        if field.name in holder:
            yield from _value(field, holder[field.name], where)
        elif field.required:
            yield Finding(f"response.201.{field.path}.required", "missing", f"the member {field.path}", "none", where)


def _value(field: Field, value: Any, where: str) -> Iterator[Finding]:
    clause = f"response.201.{field.path}"
    if value is None:
        if not field.nullable:
            yield Finding(f"{clause}.null", "null", f"a JSON {' or '.join(field.types)}", "null", where)
        return
    if field.types and not json_text.has_one_of(value, field.types):
        received = f"{json_text.type_name(value)}: {shown(value)}"
        yield Finding(
            f"{clause}.type", json_text.type_name(value), f"a JSON {' or '.join(field.types)}", received, where
        )
        return
    if field.enum is not None and not any(same(option, value) for option in field.enum):
        yield Finding(f"{clause}.enum", "option", f"one of {', '.join(map(str, field.enum))}", shown(value), where)
    if field.pattern is not None and isinstance(value, str) and not Pattern.compile(field.pattern).matches(value):
        yield Finding(f"{clause}.pattern", "mismatch", f"a text that matches {field.pattern}", shown(value), where)
    if field.items is not None and isinstance(value, list):
        items = field.items
        broken = (_value(items, item, f"{where}/{index}") for index, item in enumerate(value))
        # One wrong item is enough.
        yield from islice(chain.from_iterable(broken), 1)
    if isinstance(value, dict):
        yield from _members(field.members, value, where)
