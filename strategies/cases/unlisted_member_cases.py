"""Requests with members that the page does not list: accepted or refused, but without effect."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from contracts.exchange import Case
from strategies.encoding import DEEP, json_case, with_levels
from strategies.surrounding_fields import free_object, ordinary, takes_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract
    from strategies.surrounding_fields import SurroundingFields

#: Members that the page does not list, with values that would do harm if they were used.
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
    "poolId": "x",
    "isAdmin": True,
    "": "empty name",
    "x" * 300: None,
    "toString": "x",
}
#: Those of them that are also sent alone.
_ALONE: Final = frozenset({"id", "platformId", "ownerId", "type", "created", "plan", "releasesEnabled", "poolId", ""})
#: The depth of the body with every unlisted member: more than the common limits below it.
_MANY_LEVELS: Final = 129
_MANY: Final = 2_500


def unlisted_member_cases(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """Members that the page does not list: all of them, some alone, of every type, in another case, and many."""
    contract = surrounding_fields.contract
    listed = {field.path for field in contract.fields}
    chosen = {name: value for name, value in UNLISTED.items() if name not in listed}
    yield _everything_unlisted(surrounding_fields, chosen)
    kinds: tuple[Any, ...] = ("x", 0, False, None, [], {})
    for value in kinds:
        others: dict[str, Any] = dict.fromkeys((name for name in chosen if name), value)
        intent = f"each unlisted member is {json.dumps(value)}"
        body = surrounding_fields.body(context="minimal") | others
        yield json_case(body, case_set="unspecified.member", intent=intent, identifier=f"all {json.dumps(value)}")
    alike = _all_alike(contract)
    for first in (False, True):
        body = surrounding_fields.body(context="full")
        intent = f"members whose names differ in case {'before' if first else 'behind'} the right ones"
        both = alike | body if first else body | alike
        identifier = f"another case, {'before' if first else 'behind'}"
        yield json_case(both, case_set="unspecified.member", intent=intent, identifier=identifier)
    for name, value in chosen.items():
        if name not in _ALONE:
            continue
        intent = f"the unlisted member {name[:40]!r}"
        body = surrounding_fields.body() | {name: value}
        yield json_case(body, case_set="unspecified.member", intent=intent, identifier=name or "the empty name")
    many = {f"unlisted{index}": index for index in range(_MANY)}
    intent = f"{_MANY:,} unlisted members"
    yield json_case(surrounding_fields.body() | many, case_set="unspecified.member", intent=intent, identifier="many")


def _everything_unlisted(surrounding_fields: SurroundingFields, chosen: dict[str, Any]) -> Case:
    """A body with every unlisted member, names that differ from listed ones in case, and many levels.

    Its required texts are ordinary ones that other projects have too.
    """
    contract = surrounding_fields.contract
    plain = {field.path: ordinary(field) for field in contract.fields if field.required}
    zeros = {field.path: 0 for field in contract.fields if field.enum is None and "number" in field.types}
    body = surrounding_fields.body(context="full") | plain | zeros
    free = free_object(contract)
    if free is not None and isinstance(body.get(free.path), dict):
        body[free.path] = {**body[free.path], "in": DEEP}
    data = with_levels(body | chosen | _all_alike(contract), _MANY_LEVELS)
    intent = "all unlisted members, names in another case, many levels"
    return Case(data, case_set="unspecified.member", intent=intent, id="all")


def _all_alike(contract: Contract) -> dict[str, Any]:
    """Members whose names differ from listed ones in case.

    A case-insensitive parser uses one of them instead of the right one, which the returned value shows.
    """
    listed = {field.path for field in contract.fields}
    return {
        name: "Other" if takes_text(field, "Other") else ordinary(field, 3)
        for field in contract.fields
        for name in _alike(field.path)
        if name not in listed
    }


def _alike(name: str) -> tuple[str, ...]:
    return (name.lower(), name.upper(), name[:1].upper() + name[1:], f"{name[:-1]}{name[-1:].upper()}")
