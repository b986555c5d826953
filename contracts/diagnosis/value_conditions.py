"""Conditions on a request: candidates for what distinguishes the failing requests of a finding from all others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.diagnosis.body_conditions import body_conditions
from contracts.diagnosis.condition import Condition
from contracts.diagnosis.observation import REUSE, Observation
from contracts.diagnosis.text_conditions import text_properties
from contracts.json_text import is_number

if TYPE_CHECKING:
    from contracts.document import Contract

#: The values of a subject of a request; a condition on a subject holds if one of them has a property.
Values = Callable[[Observation], Sequence[Any]]

#: The JSON types, by name.
KINDS: Final = {
    "null": "null",
    "boolean": "a boolean",
    "number": "a number",
    "string": "a string",
    "array": "an array",
    "object": "an object",
}


def _are_texts(value: Any) -> list[bool]:
    """For each item of a list whether it is a string; nothing for other values."""
    return [isinstance(item, str) for item in value] if isinstance(value, list) else []


def _holds_only(value: Any, kind: type) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, kind) for item in value)


def _ends(items: list[bool]) -> list[bool]:
    return items[:1] + items[-1:]


_VALUES: Final[dict[str, Callable[[Any], bool]]] = {
    "is no string": lambda value: not isinstance(value, str),
    "is an empty array": lambda value: value == [],
    "is an empty object": lambda value: value == {},
    "is true": lambda value: value is True,
    "is false": lambda value: value is False,
    "is 0": lambda value: is_number(value) and value == 0,
    "is a fraction": lambda value: is_number(value) and value != int(value),
    "is a negative number": lambda value: is_number(value) and value < 0,
    "is a number that is not positive": lambda value: is_number(value) and value <= 0,
    "is a whole number": lambda value: is_number(value) and value == int(value),
    "is written without a fraction and an exponent": lambda value: is_number(value) and isinstance(value, int),
    "is written with a fraction or an exponent": lambda value: isinstance(value, float),
    "is a number that no double holds": lambda value: is_number(value) and value in (float("inf"), float("-inf")),
    "is an array that is not empty": lambda value: isinstance(value, list) and bool(value),
    "is an object that is not empty": lambda value: isinstance(value, dict) and bool(value),
    "is an array with one item": lambda value: isinstance(value, list) and len(value) == 1,
    "is an array of objects": lambda value: _holds_only(value, dict),
    "is an array of objects that have members": lambda value: _holds_only(value, dict) and all(value),
    "is an array of strings": lambda value: _holds_only(value, str),
    "is an array that begins with a string": lambda value: _are_texts(value)[:1] == [True],
    "is an array that ends with a string": lambda value: _are_texts(value)[-1:] == [True],
    "is an array that begins and ends with a string": lambda value: _ends(_are_texts(value)) == [True, True],
    "is an array without a string": lambda value: isinstance(value, list) and True not in _are_texts(value),
    "is an array with a string": lambda value: True in _are_texts(value),
    "has an item twice": lambda value: (
        isinstance(value, list) and len(value) > len({json.dumps(item, sort_keys=True) for item in value})
    ),
    "is an array that is not sorted": lambda value: (
        isinstance(value, list) and all(isinstance(item, str) for item in value) and value != sorted(value)
    ),
}
#: Values of several types, which services treat alike; one type that is sufficient says more.
_OF_SEVERAL_TYPES: Final[dict[str, Callable[[Any], bool]]] = {
    "is false, 0 or an empty string": lambda value: value is False or value == "" or (is_number(value) and value == 0),
    "is an array or an object": lambda value: isinstance(value, dict | list),
    "is null, false, 0 or empty": lambda value: not value,
}
#: The number of ways of being invalid that are considered, and of failing requests in which they are searched.
_WAYS: Final = 20
_LOOKED_AT: Final = 40
#: Values within a value that are looked at.
_MOST_VALUES: Final = 100


def conditions(contract: Contract) -> Iterator[Condition]:
    """All conditions that do not depend on a finding."""
    names = [field.path for field in contract.fields]
    for name in names:
        yield Condition(f"{name} is not sent", partial(_lacks, name))
        yield Condition(f"{name} is sent", partial(_has, name))
        yield from _of_subject(name, partial(_value, name), 1)
    yield Condition("the externalId was sent before", lambda seen: bool(seen.value(REUSE)), 1)
    yield Condition("the displayName was sent before", lambda seen: seen.is_known_name, 2)
    yield from body_conditions(names)
    for part, found in _parts_of_values(contract).items():
        yield from _of_subject(part, found, 2)


def _of_subject(name: str, values: Values, cost: int) -> Iterator[Condition]:
    found, texts = partial(_looked_up, name, values), partial(_looked_up, f"strings of {name}", partial(_texts, values))
    for kind, words in KINDS.items():
        yield Condition(f"{name} is {words}", partial(_any, found, partial(_is_kind, kind)), cost, name)
    for words, has in _VALUES.items():
        yield Condition(f"{name} {words}", partial(_any, found, has), cost + 1, name)
    for words, has_text in text_properties():
        yield Condition(f"{name} {words}", partial(_any, texts, has_text), cost + 1, name)
    for words, has in _OF_SEVERAL_TYPES.items():
        yield Condition(f"{name} {words}", partial(_any, found, has), cost + 1, name)


def _looked_up(name: str, values: Values, seen: Observation) -> Sequence[Any]:
    found = seen.looked_up.get(name)
    if found is None:
        found = seen.looked_up[name] = values(seen)
    return found


def _texts(values: Values, seen: Observation) -> Sequence[str]:
    return list(dict.fromkeys(value for value in values(seen) if isinstance(value, str)))


def ways_of_being_wrong(failing: Sequence[Observation]) -> Iterator[Condition]:
    """Conditions on the kinds of mistakes in the failing requests; they say less than conditions on values."""
    counts = Counter(kind for seen in failing[:_LOOKED_AT] for kind in seen.kinds)
    for kind, count in counts.most_common(_WAYS):
        if count > 1:
            yield Condition(f"what is wrong is: {kind}", partial(_is_wrong_by, kind), 4)


def _parts_of_values(contract: Contract) -> dict[str, Values]:
    """Parts of values that may have a property: parts of addresses, items, names and values of members."""
    parts: dict[str, Values] = {
        "a string anywhere in the body": lambda seen: list(islice(json_text.texts(seen.body), _MOST_VALUES))
    }
    for field in contract.fields:
        name = field.path
        if field.format == "email":
            parts[f"the part of {name} before the @"] = partial(
                _part, name, str, lambda text: (text.rpartition("@")[0],)
            )
            parts[f"the domain of {name}"] = partial(_part, name, str, lambda text: (text.rpartition("@")[2],))
            parts[f"the last label of {name}"] = partial(_part, name, str, lambda text: (text.rpartition(".")[2],))
        if "array" in field.types:
            parts[f"an item of {name}"] = partial(_part, name, list, lambda items: items)
        if "object" in field.types:
            parts[f"the name of a member of {name}"] = partial(_part, name, dict, list)
            parts[f"the value of a member of {name}"] = partial(_part, name, dict, lambda value: list(value.values()))
            parts[f"a name in {name}, on any level,"] = partial(_part, name, object, _inner_names)
            parts[f"a value in {name}, on any level,"] = partial(_part, name, object, _inner_values)
    return parts


def _value(name: str, seen: Observation) -> Sequence[Any]:
    return (seen.body[name],) if name in seen.body else ()


def _part(name: str, kind: type, part: Callable[[Any], Sequence[Any]], seen: Observation) -> Sequence[Any]:
    """A part of the value of a field; nothing if the value is of another kind."""
    value = seen.body.get(name)
    return part(value) if isinstance(value, kind) else ()


def _inner_names(value: Any) -> Sequence[Any]:
    nodes = json_text.nodes(value)
    return list(islice((key for node in nodes if isinstance(node, dict) for key in node), _MOST_VALUES))


def _inner_values(value: Any) -> Sequence[Any]:
    return list(islice((node for node in json_text.nodes(value) if node is not value), _MOST_VALUES))


def _any(values: Values, has: Callable[[Any], bool], seen: Observation) -> bool:
    return any(map(has, values(seen)))


def _is_kind(kind: str, value: Any) -> bool:
    return json_text.type_name(value) == kind


def _lacks(name: str, seen: Observation) -> bool:
    return seen.is_readable and name not in seen.body


def _has(name: str, seen: Observation) -> bool:
    return name in seen.body


def _is_wrong_by(kind: str, seen: Observation) -> bool:
    return kind in seen.kinds
