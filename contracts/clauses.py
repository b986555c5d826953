"""The catalogue of clauses: every promise with a stable id, its level and the statement that it is based on.

Clauses of request fields and of members of the response are derived from the contract document; those that
no schema can express are written out in ``contracts/implied_clauses.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from contracts.clause import INVALID, VALID, Clause
from contracts.findings import Level
from contracts.implied_clauses import implied_clauses

if TYPE_CHECKING:
    from contracts.document import Contract, Field


Catalogue = Mapping[str, Clause]

_BODY = "page: Body, application/json"
_ANSWER = "page: Response, 201 - application/json"
_EXAMPLE = "page: the example response"

#: Members of the response with an id but without a pattern on the page: all ids have one format (implied).
ID_MEMBERS = ("id", "ownerId", "plan.id", "plan.projectId")


@lru_cache(maxsize=8)
def catalogue(contract: Contract) -> Catalogue:
    """Every clause of ``contract`` by id, in the order in which reports list them."""
    clauses = [*_request_clauses(contract), *_response_clauses(contract)]
    clauses += [clause for clause in implied_clauses(contract.echoed) if _applies(clause, contract)]
    return MappingProxyType({clause.id: clause for clause in sorted(clauses, key=_position)})


def _applies(clause: Clause, contract: Contract) -> bool:
    """Whether the contract has the member that a written-out clause is about."""
    if clause.id.startswith("state.") and "external_id" in clause.id:
        return any(field.path == "externalId" for field in contract.fields)
    member = clause.id.removeprefix("response.201.").rpartition(".")[0] if "response.201." in clause.id else ""
    return member in {"", "body", *(field.path for field in contract.all_response_fields())}


def _position(clause: Clause) -> tuple[int, str]:
    areas = ("request.body", "request.", "authorization", "response.201", "service", "state", "advisory")
    return next(i for i, area in enumerate(areas) if clause.id.startswith(area)), ""


def described(field: Field) -> str:
    """The field as the page writes it: name, type with null, ``required``."""
    name = field.type
    if field.enum is not None:
        name = "enum<string>"
    elif field.items is not None:
        name = f"{field.items.type}[]"
    elif field.format:
        name = f"{name}<{field.format}>"
    words = [field.path, f"{name} | null" if field.nullable else name]
    return " · ".join([*words, "required"] if field.required else words)


def _request_clauses(contract: Contract) -> Iterator[Clause]:
    for field in contract.fields:
        yield from _value_clauses(field, f"request.{field.path}")
        if field.required:
            promise = f"A body without {field.path} is refused."
            yield _of_body(f"request.{field.path}.required", promise, described(field), INVALID)
        else:
            promise = f"A body may leave out {field.path}."
            yield _of_body(f"request.{field.path}.optional", promise, described(field), VALID)


def _value_clauses(field: Field, prefix: str) -> Iterator[Clause]:
    statement = described(field)
    if field.types:
        promise = f"{field.path}: every {' or '.join(field.types)} is accepted, other JSON types are refused."
        yield _of_body(f"{prefix}.type", promise, statement, VALID, INVALID)
    promise = f"{field.path}: null is {'accepted' if field.nullable else 'refused'}."
    yield _of_body(f"{prefix}.null", promise, statement, VALID if field.nullable else INVALID)
    if field.pattern is not None:
        promise = f"{field.path}: a text is accepted if and only if it matches the pattern (ECMA-262)."
        yield _of_body(f"{prefix}.pattern", promise, f"Pattern: {field.pattern}", VALID, INVALID)
    if field.enum is not None:
        promise = f"{field.path}: the available options are accepted, other values refused."
        options = ", ".join(map(str, field.enum))
        yield _of_body(f"{prefix}.enum", promise, f"Available options: {options}", VALID, INVALID)
    if field.items is not None:
        yield from _value_clauses(field.items, f"{prefix}.items")
    for member in field.members:
        if member.required:
            promise = f"{member.path} must be present."
            yield _of_body(f"request.{member.path}.required", promise, described(member), INVALID)
        yield from _value_clauses(member, f"request.{member.path}")


def _response_clauses(contract: Contract) -> Iterator[Clause]:
    for member in contract.all_response_fields():
        yield from _member_clauses(member)
        if member.path in ID_MEMBERS:
            yield Clause(
                id=f"response.201.{member.path}.idFormat",
                level=Level.IMPLIED,
                promise=f"{member.path} is an id of the one format that the service has: 21 letters and digits.",
                statement="Pattern: ^[0-9a-zA-Z]{21}$ (of platformId and poolId)",
                source=_ANSWER,
            )


def _member_clauses(member: Field) -> Iterator[Clause]:
    prefix, statement = f"response.201.{member.path}", described(member)
    source = _EXAMPLE if member.example else _ANSWER
    level = Level.IMPLIED if member.example else Level.DOCUMENTED

    def clause(aspect: str, promise: str, words: str = statement) -> Clause:
        return Clause(id=f"{prefix}.{aspect}", level=level, promise=promise, statement=words, source=source)

    if member.required:
        yield clause("required", f"The response has the member {member.path}.")
    if member.types:
        yield clause("type", f"{member.path} is a JSON {' or '.join(member.types)}.")
    if not member.nullable:
        yield clause("null", f"{member.path} is never null.")
    if member.pattern is not None:
        yield clause("pattern", f"{member.path} matches its pattern.", f"Pattern: {member.pattern}")
    if member.enum is not None:
        options = ", ".join(map(str, member.enum))
        yield clause("enum", f"{member.path} is one of the available options.", f"Available options: {options}")
    if member.items is not None:
        yield from (
            replace(inner, statement=statement)
            for inner in _member_clauses(replace(member.items, example=member.example))
        )


def _of_body(identifier: str, promise: str, statement: str, *sides: str) -> Clause:
    return Clause(identifier, Level.DOCUMENTED, promise, statement, _BODY, sides)
