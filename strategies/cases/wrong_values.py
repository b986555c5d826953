"""Values that break exactly one promise about a field, by the broken clause."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import cycle, islice, zip_longest
from typing import TYPE_CHECKING, Any, Final

from contracts.json_equality import same
from strategies.encoding import Token
from strategies.example_values import example_near_misses
from strategies.json_values import OTHERS
from strategies.surrounding_fields import ordinary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Field

#: (number of items, index of the wrong one): first, in the middle, last and only, in short and long lists.
PLACES: Final = ((1, 0), (2, 1), (3, 1), (2, 0), (3, 2), (5, 0), (40, 39), (40, 20), (130, 129), (1_002, 1_001))
#: A wrong item between two good ones, as in :data:`PLACES`.
BETWEEN: Final = (3, 1)
#: The number of near misses for patterns in lists and nested objects; fields of the body have complete sets.
_NEAR_MISSES: Final = 6
#: The number of wrong items of one type that are put into lists.
_ITEMS_OF_A_KIND: Final = 4
#: Articles for the names of wrong values.
_KINDS: Final = {"array": "an array", "object": "an object"}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value for a field and the one clause that it breaks (``request.<path>.type``, ``.null``, ...).

    ``place`` is the number of items and the index of the wrong one in a list.
    """

    clause: str
    name: str
    value: Any
    place: tuple[int, int] | None = None


def wrong_values(field: Field, *, top: bool = True) -> Iterator[Wrong]:
    """Wrong values of the field; wrong patterns only if ``top`` is false or the field is an enum."""
    clause = f"request.{field.path}"
    yield from _wrong_kinds(field)
    if field.enum is not None:
        yield from (Wrong(f"{clause}.enum", f"not an option: {value!r}", value) for value in _no_options(field))
    elif field.pattern is not None and not top:
        for name, text in example_near_misses(field.pattern)[:_NEAR_MISSES]:
            yield Wrong(f"{clause}.pattern", name, text)
    if field.items is not None and "array" in field.types:
        yield from _wrong_items(field.items)
    if field.members and "object" in field.types:
        yield from _wrong_members(field)


def words_of(name: str) -> list[str]:
    """The words of a name in camel case, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]?[^A-Z]+|[A-Z]", name)]


def _wrong_kinds(field: Field) -> Iterator[Wrong]:
    clause = f"request.{field.path}"
    if not field.nullable:
        yield Wrong(f"{clause}.null", "null", None)
    for kind, values in OTHERS.items():
        if not field.types or kind in field.types:
            continue
        for value in values:
            if kind == "number" and "integer" in field.types and _is_integer(value):
                continue
            if not _like(field, kind, value):
                continue
            yield Wrong(f"{clause}.type", f"{_KINDS.get(kind, f'a {kind}')}: {_shown(value)}", value)
    # A wrapped valid value, as from clients that assume a list or an object.
    valid = ordinary(field)
    if field.types and "array" not in field.types:
        yield Wrong(f"{clause}.type", "an array of one valid value", [valid])
        yield Wrong(f"{clause}.type", "an array of two valid values", [valid, ordinary(field, 1)])
    if field.types and "object" not in field.types:
        yield Wrong(f"{clause}.type", "an object around a valid value", {"value": valid})
        short = words_of(field.name)[-1]
        yield Wrong(f"{clause}.type", f"an object with a valid value as its {short}", {short: valid})


def _like(field: Field, kind: str, value: Any) -> bool:
    """Whether lenient code may convert the value to the field's type; each JSON type keeps its simplest ones."""
    if kind == "array" and value in ([["a", 1]], [{"a": 1}]):
        return "object" in field.types
    if kind == "array" and value in ([None], [[5]]):
        return field.nullable if None in value else "number" in field.types
    if kind == "object" and value in ({"$numberInt": "5"}, {"en": "x"}):
        return ("string" if "en" in value else "number") in field.types
    if kind != "string" or value in ("", "x", "null"):
        return True
    like = {
        "number": not value.startswith(("[", "{", "a")),
        "integer": not value.startswith(("[", "{", "a")),
        "boolean": value in ("true", "false", "1", "0"),
        "array": value in ("[]", '["x"]', "a,b"),
        "object": value in ("{}", '{"a":1}', '{ "a": 1 }', " {} ", "a=>1", "[]"),
    }
    return any(like.get(name, False) for name in field.types)


def _is_integer(value: Any) -> bool:
    number = float(value.text) if isinstance(value, Token) else float(value)
    return number.is_integer()


def _shown(value: Any) -> str:
    return value.text if isinstance(value, Token) else repr(value)


def _no_options(field: Field) -> Iterator[Any]:
    """Values similar to the options, and a number if numbers are options."""
    options = [option for option in field.enum or () if option is not None]
    texts = [option for option in options if isinstance(option, str)]
    candidates: list[Any] = []
    for text in texts:
        candidates += [
            text.lower(),
            text.upper(),
            text.title(),
            f"{text} ",
            f" {text}",
            f"{text}\n",
            text[:-1],
            f"{text}{text[-1:]}",
        ]
    candidates += ["", "other", ",".join(texts)] if texts else []
    candidates += [option + 1 for option in options if isinstance(option, int) and not isinstance(option, bool)]
    for candidate in dict.fromkeys(candidates):
        if not any(same(option, candidate) for option in options):
            yield candidate


def _wrong_items(item: Field) -> Iterator[Wrong]:
    """Lists with one wrong item: each type between two good ones, each wrong item once, each position at least once."""
    groups: dict[str, list[Wrong]] = {}
    for one in wrong_values(item, top=False):
        groups.setdefault(f"{one.clause} {one.name.partition(':')[0]}", []).append(one)
    told = [_between(item, _most_telling(group)) for group in groups.values()]
    yield from told
    names = {one.name for one in told}
    # Types in turn, and in the second round at other positions, so that positions and types are independent.
    wrong = [
        one for turn in zip_longest(*(group[:_ITEMS_OF_A_KIND] for group in groups.values())) for one in turn if one
    ]
    for shift in (0, 4) if wrong else ():
        for turn, one in enumerate(islice(cycle(wrong), max(len(wrong), len(PLACES)))):
            size, place = PLACES[(turn + shift) % len(PLACES)]
            listed = _listed(item, one, size, place)
            if listed.name not in names:
                yield listed
    for group in groups.values():
        yield Wrong(group[0].clause, f"two items, both {group[0].name}", [group[0].value] * 2)


def _listed(item: Field, one: Wrong, size: int, place: int) -> Wrong:
    items = [ordinary(item, index) for index in range(size)]
    items[place] = one.value
    return Wrong(one.clause, f"item {place + 1} of {size}: {one.name}", items, (size, place))


def _between(item: Field, one: Wrong) -> Wrong:
    """The wrong item where code that checks only the first item, the last one or both does not find it."""
    return _listed(item, one, *BETWEEN)


def _most_telling(group: list[Wrong]) -> Wrong:
    """A fraction for numbers, which code that accepts whole numbers accepts too; else the simplest value."""
    return next((one for one in group if isinstance(one.value, Token)), group[0])


def _wrong_members(field: Field) -> Iterator[Wrong]:
    whole = {member.name: ordinary(member) for member in field.members}
    for member in field.members:
        if member.required:
            rest = {name: value for name, value in whole.items() if name != member.name}
            yield Wrong(f"request.{member.path}.required", f"{member.name} missing", rest)
        for one in wrong_values(member, top=False):
            yield Wrong(one.clause, f"{member.name}: {one.name}", whole | {member.name: one.value})
