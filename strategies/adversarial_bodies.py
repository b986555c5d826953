"""Random requests that break exactly one promise: near misses of patterns, wrong types, malformed JSON, headers.

``Case.intent`` is the clause that the generator intends to break; the oracle decides from the bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st

from contracts.json_equality import same
from contracts.json_text import ABSENT
from contracts.patterns import Pattern
from strategies.broken_requests import malformed_bodies, mistyped_requests, unauthorized_requests
from strategies.cases.wrong_values import wrong_values
from strategies.contract_in_use import for_contract
from strategies.encoding import encode, json_case
from strategies.json_values import NO_OBJECTS
from strategies.patterns import near_misses
from strategies.valid_bodies import (
    STYLED,
    json_objects,
    json_values,
    marked,
    member_values,
    numbers,
    optional_null,
    texts,
    valid_values,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.document import Contract, Field
    from contracts.exchange import Case

#: A clause and a value for a member that breaks it; ``ABSENT`` to omit the member.
_Broken: TypeAlias = tuple[str, Any]


def adversarial_bodies(contract: Contract | None = None) -> st.SearchStrategy[Case]:
    """Requests with exactly one broken promise, which must be refused; everything else is valid and varies.

    ``Case.intent`` is the id of the broken clause. The body has a placeholder if a unique name fits. The default
    contract is the page.

    >>> from hypothesis import find
    >>> find(adversarial_bodies(), lambda case: case.intent == "request.displayName.required").body
    b'{}'
    """
    return for_contract(_adversarial_bodies, contract)


def _adversarial_bodies(contract: Contract) -> st.SearchStrategy[Case]:
    sources = [_around(contract, field, broken) for field in contract.fields for broken in _broken_members(field)]
    others = st.one_of(st.sampled_from(NO_OBJECTS), st.lists(json_objects(), max_size=2), texts(), numbers())
    sources.append(
        others.map(lambda value: json_case(value, case_set="random.adversarial", intent="request.body.type"))
    )
    # Malformed JSON is as likely as several members together.
    sources += [malformed_bodies(contract)] * 4 + [mistyped_requests(contract), unauthorized_requests(contract)]
    # One integer instead of nested strategies, which would be flattened and lose their weights.
    return st.integers(0, len(sources) - 1).flatmap(lambda number: sources[number])


def _around(contract: Contract, field: Field, broken: st.SearchStrategy[_Broken]) -> st.SearchStrategy[Case]:
    """Bodies in which one field has a broken value and the others are valid."""
    others = st.tuples(*[st.none() if other is field else member_values(other) for other in contract.fields])

    def build(wrong: _Broken, values: tuple[Any, ...], style: Any) -> Case:
        pairs = [
            (other.path, wrong[1] if other is field else value)
            for other, value in zip(contract.fields, values, strict=True)
        ]
        body = marked(contract, {name: value for name, value in pairs if value is not ABSENT}, field.path)
        return json_case(body, case_set="random.adversarial", intent=wrong[0], style=style)

    return st.builds(build, broken, others, STYLED)


def _broken_members(field: Field) -> list[st.SearchStrategy[_Broken]]:
    """Strategies for the broken values of a member, and for omitting it."""
    missing = [st.just((f"request.{field.path}.required", ABSENT))] if field.required else []
    return [*missing, *_broken_values(field)]


def _broken_values(field: Field) -> list[st.SearchStrategy[_Broken]]:
    clause = f"request.{field.path}"
    found: list[st.SearchStrategy[_Broken]] = []
    named = [(wrong.clause, wrong.value) for wrong in wrong_values(field)]
    if named:
        found.append(st.sampled_from(named))
    if not field.nullable:
        # Separately: among the named values it would be rare.
        found.append(st.just((f"{clause}.null", None)))
    if field.types:
        found += [kind.map(lambda value: (f"{clause}.type", value)) for kind in (_other_kinds(field), _wrapped(field))]
    if field.enum is not None:
        options = field.enum
        if "string" in field.types:
            others = texts().filter(lambda text: not any(same(option, text) for option in options))
            found.append(others.map(lambda text: (f"{clause}.enum", text)))
    elif field.pattern is not None and "string" in field.types:
        pattern = Pattern.compile(field.pattern)
        if 0 < len(pattern.automaton.accepting) < len(pattern.automaton.states):
            # Twice, because patterns are the most common source of mistakes.
            found += [near_misses(pattern).map(lambda text: (f"{clause}.pattern", text))] * 2
    if field.items is not None and "array" in field.types:
        found.append(_broken_lists(field.items))
    if field.members and "object" in field.types:
        found += [_broken_objects(field, member) for member in field.members]
    return found


def _other_kinds(field: Field) -> st.SearchStrategy[Any]:
    """Values of every JSON type that the field does not have, except null, which has its own clause."""
    kinds = {
        "string": texts(),
        "number": numbers(),
        "boolean": st.booleans(),
        "array": st.lists(json_values(), max_size=4),
        "object": json_objects(),
    }
    # Many numbers are also integers; the named values have fractions.
    taken = {*field.types, "number"} if "integer" in field.types else set(field.types)
    return st.one_of([values for kind, values in kinds.items() if kind not in taken])


def _wrapped(field: Field) -> st.SearchStrategy[Any]:
    """A valid value in a form that lenient code unwraps: in a list, a list of lists, an object, or as a string."""
    ways: list[Callable[[Any], Any]] = []
    if "array" not in field.types:
        ways += [lambda value: [value], lambda value: [[value]], lambda value: [value, value]]
    if "object" not in field.types:
        ways += [lambda value: {"value": value}, lambda value: {"0": value}]
    if "string" not in field.types:
        ways += [lambda value: encode(value).decode(), lambda value: f" {encode(value).decode()} "]
    return st.builds(lambda value, way: way(value), valid_values(field), st.sampled_from(ways))


def _broken_lists(item: Field) -> st.SearchStrategy[_Broken]:
    """Lists of valid items with one broken item at any position."""
    valid = st.lists(optional_null(item, valid_values(item)), max_size=4)
    return st.builds(
        lambda before, wrong, behind: (wrong[0], [*before, wrong[1], *behind]),
        valid,
        st.one_of(_broken_values(item)),
        valid,
    )


def _broken_objects(field: Field, broken: Field) -> st.SearchStrategy[_Broken]:
    """Objects in which one listed member is broken or missing and the others are valid."""
    others = st.tuples(*[st.none() if member is broken else member_values(member) for member in field.members])

    def build(wrong: _Broken, values: tuple[Any, ...]) -> _Broken:
        pairs = [
            (member.name, wrong[1] if member is broken else value)
            for member, value in zip(field.members, values, strict=True)
        ]
        return wrong[0], {name: value for name, value in pairs if value is not ABSENT}

    return st.builds(build, st.one_of(_broken_members(broken)), others)
