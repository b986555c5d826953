"""Every pair, or every triple, of classes of two or three fields: faults that need a combination.

D. R. Kuhn, D. R. Wallace, A. M. Gallo: Software Fault Interactions and Implications for Software Testing
(IEEE TSE 30(6), 2004): nearly all failures are triggered by the values of at most three parameters.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from contracts.json_text import ABSENT
from strategies.encoding import json_case
from strategies.surrounding_fields import (
    MARK_MEMBER,
    MARKED,
    USUAL_NAME,
    SurroundingFields,
    admits,
    free_object,
    hard_values,
    is_name_like,
    marked_text,
    ordinary,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract, Field
    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames

#: Names of hard values that represent boundaries in combinations; the others are in the set ``values``.
_BOUNDARIES: Final[dict[str, tuple[str, ...]]] = {
    "string": (
        "one letter",
        "spaces at both ends",
        "bidirectional controls",
        "emoji sequences",
        "257 characters, two bytes each",
    ),
    "number": ("0", "-1", "1.5", "2147483648 (2^31)", "1e21 (where ECMAScript begins to write exponents)"),
    "integer": ("0", "-1", "2147483648 (2^31)"),
    "boolean": ("true", "false"),
    "array": ("empty", "one item", "in no order, with repetition", "empty texts", "101 items"),
    "object": ("empty", "values that are falsy", "every JSON type", "21 levels", "101 names", "null members"),
}
#: The number of classes of a field in addition to absent, null and ordinary.
_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class FieldClass:
    """One class of a field's values; ``value`` is ``json_text.ABSENT`` to omit the member."""

    name: str
    value: Any


def field_classes(field: Field) -> list[FieldClass]:
    """The classes of a field for combinations: absent, null, ordinary, boundaries. All of them are valid."""
    found = [] if field.required else [FieldClass("absent", ABSENT)]
    if field.nullable:
        found.append(FieldClass("null", None))
    hard = hard_values(field)
    wanted = {name for kind in field.types for name in _BOUNDARIES[kind]}
    boundaries = [named for named in hard if named.name in wanted]
    if not boundaries:
        # None matches the pattern or enum: the first one is the ordinary value.
        boundaries = hard if field.enum is not None else hard[1:]
    if field.enum is None and field.types != ("boolean",):
        found.append(FieldClass("ordinary", ordinary(field)))
    return found + [FieldClass(named.name, named.value) for named in boundaries[:_MOST]]


def covering_rows(contract: Contract, seed: int, strength: int) -> list[dict[str, FieldClass]]:
    """Rows that contain every combination of the classes of every ``strength`` fields."""
    factors = {field.path: field_classes(field) for field in contract.fields}
    if not factors:
        return []
    strength = min(strength, len(factors))
    chance = random.Random(seed)  # noqa: S311  # reproducible on purpose
    numbered = {path: chance.sample(range(len(classes)), len(classes)) for path, classes in factors.items()}
    rows = _covering(numbered, strength, seed) if strength > 1 else _each(numbered)
    return [{path: factors[path][row[path]] for path in factors} for row in rows]


def _covering(numbered: dict[str, list[int]], strength: int, seed: int) -> list[dict[str, int]]:
    # It has no py.typed; a run of the priority cases does not need it.
    from covertable import make, sorters  # type: ignore[import-untyped]  # noqa: PLC0415

    rows: list[dict[str, int]] = make(numbered, strength=strength, sorter=sorters.hash, seed=str(seed))
    return rows


def _each(numbered: dict[str, list[int]]) -> list[dict[str, int]]:
    rows = max(map(len, numbered.values()))
    return [{path: numbers[row % len(numbers)] for path, numbers in numbered.items()} for row in range(rows)]


def covering_cases(contract: Contract, names: UniqueNames, seed: int, strength: int = 2) -> list[Case]:
    """A covering array over valid classes of all fields, and the bodies with all null, all absent, all present.

    Strength 2 covers every pair, 3 every triple. Each must be created.
    """
    surrounding_fields = SurroundingFields(contract, names, seed)
    rows = covering_rows(contract, seed, strength)
    cases = [
        _case(surrounding_fields, f"{strength}-way", _turned(row, turn), f"covering.{strength}")
        for turn, row in enumerate(rows)
    ]
    return corner_cases(contract, names, seed) + cases


def _turned(row: dict[str, FieldClass], turn: int) -> dict[str, FieldClass]:
    """The row with another member first, because the first one may be special."""
    paths = list(row)
    start = turn % len(paths)
    return {path: row[path] for path in paths[start:] + paths[:start]}


def corner_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Bodies with all present, all absent, all null, and with a single null."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    return [_case(surrounding_fields, name, row, "covering.corner") for name, row in _corners(contract)]


def _case(surrounding_fields: SurroundingFields, name: str, row: dict[str, FieldClass], case_set: str) -> Case:
    intent = f"{name}: {', '.join(f'{path} {cls.name}' for path, cls in row.items())}"
    return json_case(_body(surrounding_fields, row), case_set=case_set, intent=intent)


def _corners(contract: Contract) -> Iterator[tuple[str, dict[str, FieldClass]]]:
    absent, null = FieldClass("absent", ABSENT), FieldClass("null", None)
    whole = {field.path: FieldClass("ordinary", ordinary(field)) for field in contract.fields}
    needed = {field.path: whole[field.path] for field in contract.fields if field.required}
    yield "all present", whole
    yield "all absent", dict.fromkeys(whole, absent) | needed
    yield "all null", {f.path: null if f.nullable else needed.get(f.path, absent) for f in contract.fields}
    yield "all null, the others present", {f.path: null if f.nullable else whole[f.path] for f in contract.fields}


def _body(surrounding_fields: SurroundingFields, row: dict[str, FieldClass]) -> dict[str, Any]:
    """The body of a row, with a unique name if that does not change a class."""
    body = {path: cls.value for path, cls in row.items() if cls.value is not ABSENT}
    marked = next((field for field in surrounding_fields.fields if field.path == MARKED), None)
    if marked is not None and isinstance(body.get(MARKED), str):
        text = body[MARKED] if row[MARKED].name in _BOUNDARIES["string"] else ""
        body[MARKED] = marked_text(marked, surrounding_fields.name(), text, text)
        return body
    free = free_object(surrounding_fields.contract)
    if free and body.get(free.path):
        body[free.path] = {MARK_MEMBER: surrounding_fields.name(), **body[free.path]}
        return body
    for field in surrounding_fields.fields:
        text = f"{body.get(field.path)} "
        if is_name_like(field) and row[field.path].name != "one letter" and admits(field, f"{text}{USUAL_NAME}"):
            body[field.path] = marked_text(field, surrounding_fields.name(), text, "")
            return body
    return body
