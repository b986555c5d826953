"""Values that a service converts to another type, or changes in another way, before it validates them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.diagnosis.hypothesis import Hypothesis, Part
from contracts.diagnosis.observation import ACCEPTED, REFUSED
from contracts.document import Contract, Field
from contracts.json_equality import same
from contracts.json_text import ABSENT
from contracts.oracle import is_valid

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A conversion of a value to the type of a field; it returns the value itself if it does not convert it.
Convert = Callable[[Field, str, Any], Any]

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_SCALARS: Final = frozenset({"string", "number", "integer", "boolean"})


def conversions(contract: Contract) -> Iterator[Hypothesis]:
    """Hypotheses about type coercion, in every field or in one, of all types or between two."""
    fields = {field.path: field for field in contract.fields}
    for name, convert in _CONVERSIONS.items():
        yield _converted(f"types are converted ({name})", fields, convert, 0)
        for field in contract.fields:
            yield _converted(f"{field.path}: types are converted ({name})", {field.path: field}, convert, 2)


def _converted(sentence: str, fields: dict[str, Field], convert: Convert, rank: int) -> Hypothesis:
    def model(part: str, value: Any) -> Part | None:
        field = fields[part]
        if value is ABSENT or (value is None and field.nullable):
            return None
        made = _made(field, value, convert)
        if same(made, value):
            return None
        return Part(ACCEPTED if is_valid(field, made) else REFUSED)

    return Hypothesis(sentence, tuple(fields), model, rank)


def _made(field: Field, value: Any, convert: Convert) -> Any:
    made = value
    if field.types and not json_text.has_one_of(value, field.types):
        for wanted in field.types:
            made = convert(field, wanted, value)
    if field.items is not None and isinstance(made, list):
        return [_made(field.items, item, convert) for item in made]
    return made


def _ajv(field: Field, wanted: str, value: Any, *, arrays: bool) -> Any:
    """The coercion table of Ajv's option coerceTypes."""
    if arrays and not field.nullable and isinstance(value, list) and len(value) == 1 and wanted in _SCALARS:
        value = value[0]
    if wanted == "string":
        return _to_text(value) if value is not None else ""
    if wanted in {"number", "integer"}:
        return 0 if value is None else _to_number(value)
    if wanted == "array" and arrays and not isinstance(value, dict | list):
        return [value]
    return value


def _to_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return value


def _to_number(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) else value


def _scalars(_: Field, wanted: str, value: Any) -> Any:
    if wanted == "string" and value is not None:
        return _to_text(value)
    return _to_number(value) if wanted in {"number", "integer"} else value


def _numbers_to_texts(_: Field, wanted: str, value: Any) -> Any:
    return _to_text(value) if wanted == "string" and not isinstance(value, bool) else value


def _booleans_to_texts(_: Field, wanted: str, value: Any) -> Any:
    return _to_text(value) if wanted == "string" and isinstance(value, bool) else value


def _texts_to_numbers(_: Field, wanted: str, value: Any) -> Any:
    return _to_number(value) if wanted in {"number", "integer"} and isinstance(value, str) else value


def _booleans_to_numbers(_: Field, wanted: str, value: Any) -> Any:
    return int(value) if wanted in {"number", "integer"} and isinstance(value, bool) else value


def _strings(_: Field, wanted: str, value: Any) -> Any:
    return _string(value) if wanted == "string" else value


def _string(value: Any) -> str:
    """What String() of JavaScript makes of a value."""
    if isinstance(value, list):
        return ",".join("" if item is None else _string(item) for item in value)
    return "null" if value is None else "[object Object]" if isinstance(value, dict) else str(_to_text(value))


def _scalars_to_lists(_: Field, wanted: str, value: Any) -> Any:
    return [value] if wanted == "array" and not isinstance(value, dict | list) and value is not None else value


def _lists_to_items(_: Field, wanted: str, value: Any) -> Any:
    return value[0] if wanted != "array" and isinstance(value, list) and len(value) == 1 else value


_CONVERSIONS: Final[dict[str, Convert]] = {
    "numbers, booleans and one-item arrays become strings, strings and booleans numbers, null 0 or empty": partial(
        _ajv, arrays=True
    ),
    "numbers and booleans become strings, strings and booleans numbers, null 0 or empty": partial(_ajv, arrays=False),
    "numbers and booleans become strings, strings and booleans numbers": _scalars,
    "all values become strings, as String() of JavaScript makes them": _strings,
    "numbers become strings": _numbers_to_texts,
    "booleans become strings": _booleans_to_texts,
    "strings become numbers": _texts_to_numbers,
    "booleans become numbers": _booleans_to_numbers,
    "single values become arrays": _scalars_to_lists,
    "one-item arrays become their item": _lists_to_items,
}
